"""llhttp, Node's parser: test/response/*.md of nodejs/llhttp, as of commit daa5275 and later (MIT).

What llhttp takes only with a lenient flag is `either` where RFC 9112 allows a client to take it.
"""

from __future__ import annotations

from corpora.case import accept, closed, either, head, lines, reject

LEFT_OUT = {
    "pausing.md, each span's callback": "how a parser hands over control is its own",
    "invalid.md, two blocks named lenient": "the same bytes as the strict ones, which are `either` here",
    "request/*": "a client reads no requests",
}

NO_LENGTH = b"HTTP/1.1 200 OK\r\n"
CHUNKED = head(b"Host: localhost", b"Transfer-encoding: chunked")
SOAP = b'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope>\n  <SOAP-ENV:Body/>\n</SOAP-ENV:Envelope>'
MOVED = (
    b"<HTML><HEAD><meta http-equiv=content-type content=text/html;charset=utf-8>\n<TITLE>301 Moved</TITLE></HEAD>"
    b'<BODY>\n<H1>301 Moved</H1>\nThe document has moved\n<A HREF="http://www.google.com/">here</A>.\r\n</BODY></HTML>'
)
P3P = (
    b'policyref="http://www.amazon.com/w3c/p3p.xml",CP="CAO DSP LAW CUR ADM IVAo IVDo CONo OTPo OUR DELi PUBi OTRi '
    b'BUS PHY ONL UNI PUR FIN COM NAV INT DEM CNT STA HEA PRE LOC GOV OTC "'
)
BODY_CHUNKS = b"2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"
UPGRADE = (b"Connection: upgrade", b"Upgrade: h2c")

CONNECTION = [
    accept(
        "Proxy-Connection means nothing",
        head(b"Content-Type: text/html; charset=UTF-8", b"Content-Length: 11", b"Proxy-Connection: close")
        + b"hello world",
        b"hello world",
    ),
    closed(
        "1.0 with keep-alive, until close",
        head(b"Connection: keep-alive", start=b"HTTP/1.0 200 OK") + b"HTTP/1.0 200 OK",
        b"HTTP/1.0 200 OK",
    ),
    accept(
        "1.0 with keep-alive, 204",
        head(b"Connection: keep-alive", start=b"HTTP/1.0 204 No content"),
        status=204,
        rest=b"HTTP/1.0 200 OK",
    ),
    closed("1.1 until close", NO_LENGTH + b"\r\nHTTP/1.1 200 OK", b"HTTP/1.1 200 OK"),
    accept("1.1 204", head(start=b"HTTP/1.1 204 No content"), status=204, rest=b"HTTP/1.1 200 OK"),
    accept(
        "1.1 204 with close",
        head(b"Connection: close", start=b"HTTP/1.1 204 No content"),
        status=204,
        keep=False,
        rest=b"HTTP/1.1 200 OK",
    ),
    accept(
        "close, a length, and more than it",
        head(b"Content-Length: 5", b"Connection: close", start=b"HTTP/1.1 200 No content") + b"2ad73",
        b"2ad73",
        keep=False,
        rest=b"1e3-4dcd-4f70-b871-0ad284b29ffc",
    ),
    reject("101 with a length", head(*UPGRADE, b"Content-Length: 4", start=b"HTTP/1.1 101 Switching") + b"bodyproto"),
    reject(
        "101 with chunked",
        head(*UPGRADE, b"Transfer-Encoding: chunked", start=b"HTTP/1.1 101 Switching") + BODY_CHUNKS + b"proto",
    ),
    closed("200 with Upgrade", head(*UPGRADE) + b"body", b"body"),
    accept("200 with Upgrade and a length", head(*UPGRADE, b"Content-Length: 4") + b"body", b"body"),
    accept("200 with Upgrade and chunked", head(*UPGRADE, b"Transfer-Encoding: chunked") + BODY_CHUNKS, b"body"),
]

LENGTH = [
    closed("no length, close", head(b"Server: Apache", b"Connection: close") + SOAP, SOAP),
    accept(
        "Content-Length-X is no Content-Length",
        head(b"Content-Length-X: 0", b"Transfer-Encoding: chunked") + b"2\r\nOK\r\n0\r\n\r\n",
        b"OK",
    ),
    accept(
        "HEAD, its length counts nothing",
        head(b"Content-Length: 123"),
        rest=head(b"Content-Length: 456"),
        head=True,
    ),
    accept("tabs around a length", head(b"Content-Length:\t42\t") + b"x" * 42, b"x" * 42),
    accept("a response, another behind it", head(b"Content-Length: 3") + b"AAA", b"AAA", rest=b"\r\n" + head()),
]

INVALID = [
    reject("HTP", head(start=b"HTP/1.1 200 OK")),
    reject("two digits of a major version", head(start=b"HTTP/01.1 200 OK")),
    reject("two digits of a major version, 2", head(start=b"HTTP/11.1 200 OK")),
    reject("two digits of a minor version", head(start=b"HTTP/1.01 200 OK")),
    reject("a tab after the version", head(start=b"HTTP/1.1\t200 OK")),
    reject("a CR first", b"\r" + head(start=b"HTTP/1.1\t200 OK")),
    reject("fields separated by CR", head(b"Foo: 1\rBar: 2")),
    reject("version 5.6", head(start=b"HTTP/5.6 200 OK")),
    reject("a space after the start line", lines(b"HTTP/1.1 200 OK", b" Host: foo", b"")),
    reject("two spaces before the status", head(start=b"HTTP/1.1  200 OK")),
    closed("two spaces after the status", head(start=b"HTTP/1.1 200  OK")),
    reject("one digit of a status", head(start=b"HTTP/1.1 2 OK")),
    either(accept("only LF, no body", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n")),
    either(closed("only LF", b"HTTP/1.1 200 OK\nFoo: abc\nBar: def\n\nBODY\n\\", b"BODY\n\\")),
]

SAMPLES = [
    accept(
        "simple",
        head(b"Header1: Value1", b"Header2:\t Value2", b"Content-Length: 0"),
        headers=((b"header1", b"Value1"), (b"header2", b"Value2")),
        reason="OK",
    ),
    reject("RTSP", head(start=b"RTSP/1.1 200 OK")),
    reject("ICE", head(start=b"ICE/1.1 200 OK")),
    reject("HTTPER", head(start=b"HTTPER/1.1 200 OK")),
    closed("no body", head()),
    cut_short := reject(
        "google.com, its length too large",
        head(
            b"Location: http://www.google.com/",
            b"X-$PrototypeBI-Version: 1.6.0.3",
            b"Content-Length:  %d  " % (len(MOVED) + 1),
            start=b"HTTP/1.1 301 Moved Permanently",
        )
        + MOVED,
        "incomplete",
    ),
    accept(
        "google.com",
        cut_short.raw.replace(b"%d" % (len(MOVED) + 1), b"%d" % len(MOVED)),
        MOVED,
        301,
        headers=((b"x-$prototypebi-version", b"1.6.0.3"),),
        reason="Moved Permanently",
    ),
    accept(
        "amazon.com",
        head(b"p3p: " + P3P, b"Transfer-Encoding: chunked", start=b"HTTP/1.1 301 MovedPermanently")
        + b"1\r\n\n\r\n0\r\n\r\n",
        b"\n",
        301,
        headers=((b"p3p", P3P),),
    ),
    closed("404 without fields", head(start=b"HTTP/1.1 404 Not Found"), status=404, reason="Not Found"),
    closed("no reason", head(start=b"HTTP/1.1 301"), status=301, reason=""),
    closed("an empty reason after a space", head(start=b"HTTP/1.1 200 "), reason=""),
    either(
        closed(
            "news.ycombinator.com, only LF",
            b"HTTP/1.1 200 OK\nContent-Type: text/html; charset=utf-8\nConnection: close\n\nthese fields",
            b"these fields",
        )
    ),
    accept(
        "an underscore in a name",
        head(b"Content-Length: 0", b"DCLK_imp: v7;x;114750856;0-0;0;17820020;0/0;21603567/21621457/1;;~okv=;~cs=o"),
        headers=((b"dclk_imp", b"v7;x;114750856;0-0;0;17820020;0/0;21603567/21621457/1;;~okv=;~cs=o"),),
    ),
    accept(
        "bonjourmadame.fr, a field without a value",
        head(
            b"Cache-Control: public",
            b"Pragma: ",
            b"Location: http://www.bonjourmadame.fr/",
            b"Content-Length: 0",
            b"Connection: keep-alive",
            start=b"HTTP/1.0 301 Moved Permanently",
        ),
        status=301,
        headers=((b"pragma", b""), (b"location", b"http://www.bonjourmadame.fr/")),
    ),
    accept(
        "plaxo.com, spoilt names",
        head(
            b".et-Cookie: PlaxoCS=1274804622353690521; path=/; domain=.plaxo.com",
            b"_eep-Alive: timeout=45",
            b"_onnection: Keep-Alive",
            b"Transfer-Encoding: chunked",
            b"Connection: close",
        )
        + b"0\r\n\r\n",
        keep=False,
        headers=((b"_eep-alive", b"timeout=45"), (b"_onnection", b"Keep-Alive")),
    ),
    reject(
        "a space in a name",
        head(b"X-Powered-By: ASP.NET", b"en-US Content-Type: text/xml", b"Content-Length: 16") + b"<xml>hello</xml>",
    ),
    accept(
        "a reason outside ASCII",
        head(b"Content-Length: 0", b"Connection: close", start="HTTP/1.1 500 Oriëntatieprobleem".encode()),
        status=500,
        keep=False,
    ),
    reject("version 0.9", head(start=b"HTTP/0.9 200 OK")),
    closed("no length", head(b"Content-Type: text/plain") + b"hello world", b"hello world"),
    accept("an empty line first", b"\r\n" + head(b"Header1: Value1", b"Content-Length: 0")),
]

QUOTED = b'5;ilovew3="I love; extensions";somuchlove="aretheseparametersfor";blah;foo=bar'
UNBALANCED = b'5;ilovew3="abc";somuchlove="def; ghi'
CODED = [
    either(
        accept(
            "an empty Transfer-Encoding beside a length",
            head(b"Transfer-Encoding:", b"Content-Length: 5") + b"hello",
            b"hello",
            keep=False,
        )
    ),
    either(
        accept(
            "spaces after a size",
            head(b"Transfer-Encoding: chunked")
            + b"25  \r\nThis is the data in the first chunk\r\n\r\n1C\r\nand this is the second one\r\n\r\n0  \r\n\r\n",
            b"This is the data in the first chunk\r\nand this is the second one\r\n",
        )
    ),
    closed("chunked before another", head(b"Transfer-Encoding: chunked, deflate") + b"World", b"World"),
    closed(
        "chunked before another, in two fields",
        head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity") + b"World",
        b"World",
    ),
    closed(
        "chunkedchunked",
        head(b"Transfer-Encoding: chunkedchunked") + b"2\r\nOK\r\n0\r\n\r\n",
        b"2\r\nOK\r\n0\r\n\r\n",
    ),
    accept(
        "extensions",
        CHUNKED
        + lines(b"5;ilovew3;somuchlove=aretheseparametersfor", b"hello", b"6;blahblah;blah", b" world", b"0", b""),
        b"hello world",
    ),
    reject("no semicolon before an extension", CHUNKED + lines(b"2 erfrferferf", b"aa", b"0 rrrr", b"")),
    either(accept("no extension after a semicolon", CHUNKED + lines(b"2;", b"aa", b"0", b""), b"aa")),
    accept(
        "quoted extensions",
        CHUNKED + lines(QUOTED, b"hello", b"6;blahblah;blah", b" world", b"0", b""),
        b"hello world",
    ),
    either(
        accept(
            "a quote that is never closed",
            CHUNKED + lines(UNBALANCED, b"hello", b"6;blahblah;blah", b" world", b"0", b""),
            b"hello world",
        )
    ),
    either(
        closed(
            "chunked, folded with more",
            lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked", b"  abc", b"", b"5", b"World", b"0", b""),
            lines(b"5", b"World", b"0", b""),
        )
    ),
    accept(
        "a chunk of ten",
        head(b"Transfer-Encoding: chunked") + b"a\r\n0123456789\r\n0\r\n\r\n",
        b"0123456789",
    ),
]

CASES = [*CONNECTION, *LENGTH, *INVALID, *SAMPLES, *CODED]
