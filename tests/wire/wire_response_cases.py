"""What a response parser must accept and refuse: bytes, and what they mean.

Rewritten as data of our own after the ideas of the test suites of llhttp (MIT), h11 (MIT), CPython's http.client
(PSF) and aiohttp (Apache-2.0). Where those disagree the verdict is RFC 9112's, or the stricter one.
"""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    name: str
    raw: bytes
    status: int = 0
    body: bytes = b""
    keep: bool = True
    error: tuple[str, str] | None = None  # (kind, phase); then the fields above mean nothing
    head: bool = False  # the answer to a HEAD request
    eof: bool = False  # complete (or found incomplete) only once the peer closes


def ok(
    name: str,
    raw: bytes,
    status: int = 200,
    body: bytes = b"",
    keep: bool = True,
    *,
    head: bool = False,
    eof: bool = False,
) -> Case:
    return Case(name, raw, status, body, keep, None, head, eof)


def bad(name: str, raw: bytes, kind: str = "protocol", phase: str = "headers", *, head: bool = False) -> Case:
    return Case(name, raw, error=(kind, phase), head=head)


def cut(name: str, raw: bytes, phase: str) -> Case:
    return Case(name, raw, error=("incomplete", phase), eof=True)


H = b"HTTP/1.1 200 OK\r\n"
CL0 = b"Content-Length: 0\r\n\r\n"
TE = H + b"Transfer-Encoding: chunked\r\n\r\n"
HELLO = b"5\r\nhello\r\n0\r\n\r\n"


def head(*lines: bytes) -> bytes:
    return H + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


STATUS_LINES = [
    ok("plain", H + CL0),
    ok("no reason, space", b"HTTP/1.1 200 \r\n" + CL0),
    ok("no reason, no space", b"HTTP/1.1 200\r\n" + CL0),
    ok("long reason", b"HTTP/1.1 500 Oh dear, it broke\r\n" + CL0, 500),
    ok("reason outside ASCII", b"HTTP/1.1 500 \xc3\x9cbel\r\n" + CL0, 500),
    ok("reason with a tab", b"HTTP/1.1 404 not\there\r\n" + CL0, 404),
    ok("status 299", b"HTTP/1.1 299 Odd\r\n" + CL0, 299),
    ok("status 600", b"HTTP/1.1 600 Beyond\r\n" + CL0, 600),
    ok("status 999", b"HTTP/1.1 999 Denied\r\n" + CL0, 999),
    ok("304 and 301 are no errors", b"HTTP/1.1 301 Moved\r\nLocation: /x\r\n" + CL0, 301),
    ok("HTTP/1.0", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi", False),
    ok("empty lines first", b"\r\n\r\n" + H + CL0),
    ok("empty lone LF first", b"\n" + H + CL0),
    bad("too many empty lines", b"\r\n" * 9 + H + CL0, phase="status"),
    bad("bare CR first", b"\rHTTP/1.1 200 OK\r\n" + CL0, phase="status"),
    bad("HTTP/2", b"HTTP/2 200 OK\r\n" + CL0, phase="status"),
    bad("HTTP/2.0", b"HTTP/2.0 200 OK\r\n" + CL0, phase="status"),
    ok("HTTP/1.2, read as 1.1", b"HTTP/1.2 200 OK\r\n" + CL0),
    bad("HTTP/0.9", b"HTTP/0.9 200 OK\r\n" + CL0, phase="status"),
    bad("HTTP/1.10", b"HTTP/1.10 200 OK\r\n" + CL0, phase="status"),
    bad("HTTP/11.1", b"HTTP/11.1 200 OK\r\n" + CL0, phase="status"),
    bad("HTTP/01.1", b"HTTP/01.1 200 OK\r\n" + CL0, phase="status"),
    ok("HTTP/1.9, read as 1.1", b"HTTP/1.9 200 OK\r\n" + CL0),
    bad("HTTP/1.x", b"HTTP/1.x 200 OK\r\n" + CL0, phase="status"),
    bad("HTTP/1", b"HTTP/1 200 OK\r\n" + CL0, phase="status"),
    bad("lower case", b"http/1.1 200 OK\r\n" + CL0, phase="status"),
    bad("HTTPER/1.1", b"HTTPER/1.1 200 OK\r\n" + CL0, phase="status"),
    bad("RTSP", b"RTSP/1.1 200 OK\r\n" + CL0, phase="status"),
    bad("a request", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", phase="status"),
    bad("an SSH banner", b"SSH-2.0-OpenSSH_9.2p1\r\n", phase="status"),
    bad("a TLS alert", b"\x15\x03\x03\x00\x02\x02\x28", phase="status"),
    bad("HTML without a head", b"<html><body>Bad gateway</body></html>", phase="status"),
    bad("leading space", b" HTTP/1.1 200 OK\r\n" + CL0, phase="status"),
    bad("no status", b"HTTP/1.1\r\n" + CL0, phase="status"),
    bad("no status, space", b"HTTP/1.1 \r\n" + CL0, phase="status"),
    bad("two digits", b"HTTP/1.1 20 OK\r\n" + CL0, phase="status"),
    bad("four digits", b"HTTP/1.1 2000 OK\r\n" + CL0, phase="status"),
    bad("status below 100", b"HTTP/1.1 099 OK\r\n" + CL0, phase="status"),
    bad("negative status", b"HTTP/1.1 -20 OK\r\n" + CL0, phase="status"),
    bad("status with a letter", b"HTTP/1.1 2x0 OK\r\n" + CL0, phase="status"),
    bad("status with a dot", b"HTTP/1.1 20. OK\r\n" + CL0, phase="status"),
    bad("status with wide digits", "HTTP/1.1 ２00 OK\r\n".encode() + CL0, phase="status"),
    bad("two spaces before the status", b"HTTP/1.1  200 OK\r\n" + CL0, phase="status"),
    bad("tab before the status", b"HTTP/1.1\t200 OK\r\n" + CL0, phase="status"),
    bad("tab after the status", b"HTTP/1.1 200\tOK\r\n" + CL0, phase="status"),
    bad("CR in the reason", b"HTTP/1.1 200 O\rK\r\n" + CL0, phase="status"),
    bad("NUL in the reason", b"HTTP/1.1 200 O\0K\r\n" + CL0, phase="status"),
    cut("nothing at all", b"", "status"),
    cut("half a status line", b"HTTP/1.1 20", "status"),
    cut("only an empty line", b"\r\n", "status"),
    cut("status line only", H, "headers"),
    cut("half a header", H + b"Content-Le", "headers"),
    cut("headers without the empty line", H + b"Content-Length: 0\r\n", "headers"),
]

FIELDS = [
    ok("value without space", head(b"Content-Length:2") + b"hi", body=b"hi"),
    ok("value with spaces and tabs around", head(b"Content-Length: \t 2 \t") + b"hi", body=b"hi"),
    ok("empty value", head(b"X-Empty:", b"Content-Length: 0")),
    ok("value with a colon", head(b"Location: http://a:1/", b"Content-Length: 0")),
    ok("name in capitals", head(b"CONTENT-LENGTH: 2") + b"hi", body=b"hi"),
    ok("every token character", head(b"!#$%&'*+-.^_`|~09azAZ: x", b"Content-Length: 0")),
    ok("value outside ASCII", head(b"X-Name: J\xc3\xbcrgen \xff", b"Content-Length: 0")),
    ok("control character in a cookie", head(b"Set-Cookie: a=kUd\x01UpAt; path=/", b"Content-Length: 0")),
    ok("the same field twice", head(b"Set-Cookie: a=1", b"Set-Cookie: b=2", b"Content-Length: 0")),
    ok("lone LF line ends", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", body=b"hi"),
    ok("mixed line ends", b"HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\n\r\nhi", body=b"hi"),
    ok("lone LF before the last line", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nhi", body=b"hi"),
    ok("a folded value", head(b"X-Long: one", b"  two", b"\tthree", b"Content-Length: 0")),
    ok("a fold of white space only", head(b"X-Long: one", b"   ", b"Content-Length: 0")),
    ok("a folded length", head(b"Content-Length:", b" 2") + b"hi", body=b"hi"),
    ok("a folded coding", H + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + HELLO, body=b"hello"),
    ok("a fold with lone LF", b"HTTP/1.1 200 OK\nX: a\n b\nContent-Length: 0\n\n"),
    bad("fold right after the status line", H + b" X: y\r\n" + CL0),
    bad("tab fold right after the status line", H + b"\tX: y\r\n" + CL0),
    bad("no colon", head(b"Content-Length 0")),
    bad("empty name", head(b": value", b"Content-Length: 0")),
    bad("space before the colon", head(b"Content-Length : 0")),
    bad("tab before the colon", head(b"Content-Length\t: 0")),
    bad("space in a name", head(b"X Name: y", b"Content-Length: 0")),
    bad("name outside ASCII", head("Föö: y".encode(), b"Content-Length: 0")),
    bad("control character in a name", head(b"X\x01: y", b"Content-Length: 0")),
    bad("parenthesis in a name", head(b"X(1): y", b"Content-Length: 0")),
    bad("quotes around a name", head(b'"X": y', b"Content-Length: 0")),
    bad("slash in a name", head(b"X/Y: y", b"Content-Length: 0")),
    bad("NUL in a value", head(b"X: a\0b", b"Content-Length: 0")),
    bad("NUL in a name", head(b"X\0: b", b"Content-Length: 0")),
    bad("CR in a value", head(b"X: a\rb", b"Content-Length: 0")),
    bad("CR CR LF", H + b"X: y\r\r\nContent-Length: 0\r\n\r\n"),
    bad("CR for line ends", H + b"X: y\rContent-Length: 0\r\r\n\r\n"),
]

CONNECTION = [
    ok("close", head(b"Connection: close", b"Content-Length: 2") + b"hi", body=b"hi", keep=False),
    ok("CLOSE in capitals", head(b"Connection: CLOSE", b"Content-Length: 0"), keep=False),
    ok("keep-alive", head(b"Connection: keep-alive", b"Content-Length: 0")),
    ok("close in a list", head(b"Connection: x-hop, close", b"Content-Length: 0"), keep=False),
    ok("close in a second field", head(b"Connection: x-hop", b"Connection: close", b"Content-Length: 0"), keep=False),
    ok("close beats keep-alive", head(b"Connection: keep-alive, close", b"Content-Length: 0"), keep=False),
    ok("a word that holds close", head(b"Connection: enclosed", b"Content-Length: 0")),
    ok("an unknown option", head(b"Connection: x-hop", b"Content-Length: 0")),
    ok("upgrade offered", head(b"Connection: upgrade", b"Upgrade: h2c", b"Content-Length: 0")),
    ok("proxy-connection means nothing", head(b"Proxy-Connection: close", b"Content-Length: 0")),
    ok("1.0 keep-alive", b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + CL0),
    ok("1.0 keep-alive and close", b"HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\n" + CL0, keep=False),
    ok(
        "1.0 keep-alive until close",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nx",
        body=b"x",
        keep=False,
        eof=True,
    ),
    ok("folded close", head(b"Connection:", b" close", b"Content-Length: 0"), keep=False),
]

LENGTHS = [
    ok("length zero", H + CL0),
    ok("a body", head(b"Content-Length: 11") + b"hello world", body=b"hello world"),
    ok("a body with line ends", head(b"Content-Length: 8") + b"\r\n\r\n\r\n\r\n", body=b"\r\n" * 4),
    ok("a body with NUL", head(b"Content-Length: 3") + b"a\0b", body=b"a\0b"),
    ok("leading zeros", head(b"Content-Length: 0002") + b"hi", body=b"hi"),
    ok("twice the same", head(b"Content-Length: 2", b"Content-Length: 2") + b"hi", body=b"hi"),
    ok("twice the same in a list", head(b"Content-Length: 2, 2") + b"hi", body=b"hi"),
    ok("three, spaced oddly", head(b"Content-Length: 2 ,2", b"content-length: 2") + b"hi", body=b"hi"),
    bad("two lengths", head(b"Content-Length: 2", b"Content-Length: 3") + b"hi"),
    bad("two lengths in a list", head(b"Content-Length: 2, 3") + b"hi"),
    bad("an empty member", head(b"Content-Length: 2,") + b"hi"),
    bad("empty", head(b"Content-Length:")),
    bad("negative", head(b"Content-Length: -1")),
    bad("signed", head(b"Content-Length: +2") + b"hi"),
    bad("hexadecimal", head(b"Content-Length: 0x2") + b"hi"),
    bad("fraction", head(b"Content-Length: 2.0") + b"hi"),
    bad("exponent", head(b"Content-Length: 1e1") + b"hi"),
    bad("underscore", head(b"Content-Length: 1_0") + b"hi"),
    bad("two numbers", head(b"Content-Length: 1 2") + b"hi"),
    bad("a word", head(b"Content-Length: many") + b"hi"),
    bad("digits outside ASCII", head("Content-Length: ２".encode()) + b"hi"),
    bad("folded into two numbers", head(b"Content-Length: 4", b" 2") + b"x" * 42),
    ok("wrong length of a 304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: x\r\n\r\n", 304, keep=False),
    ok("two lengths of a HEAD", head(b"Content-Length: 2", b"Content-Length: 3"), keep=False, head=True),
    ok(
        "wrong length beside chunked",
        head(b"Transfer-Encoding: chunked", b"Content-Length: x") + HELLO,
        body=b"hello",
        keep=False,
    ),
    bad("beyond the cap", head(b"Content-Length: 99999999999"), "limit", "body"),
    bad("beyond any number", head(b"Content-Length: " + b"9" * 5000), "limit", "body"),
    cut("body too short", head(b"Content-Length: 10") + b"short", "body"),
    cut("body missing", head(b"Content-Length: 10"), "body"),
]

NO_BODY = [
    ok("204", b"HTTP/1.1 204 No Content\r\n\r\n", 204),
    ok("204 with length 0", b"HTTP/1.1 204 No Content\r\n" + CL0, 204),
    ok("204 that announces a body", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, keep=False),
    ok("204 with chunked", b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", 204, keep=False),
    ok("304", b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", 304),
    ok("304 with a length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9000\r\n\r\n", 304),
    ok("304 with chunked", b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", 304),
    ok("304 with close", b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n", 304, keep=False),
    ok("HEAD with a length", head(b"Content-Length: 500"), head=True),
    ok("HEAD with a huge length", head(b"Content-Length: 99999999999999999999"), head=True),
    ok("HEAD with chunked", TE, head=True),
    ok("HEAD without framing", head(b"X: y"), head=True),
    ok("HEAD of a 404", b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", 404, head=True),
]

INFORMATIONAL = [
    ok("100 first", b"HTTP/1.1 100 Continue\r\n\r\n" + H + CL0),
    ok("103 with headers first", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + H + CL0),
    ok("100 with a length has no body", b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n" + H + CL0),
    ok("100 and close does not close", b"HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n" + H + CL0),
    ok("three of them", b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 199 X\r\n\r\n" + H + CL0),
    ok("twenty", b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + head(b"Content-Length: 2") + b"hi", body=b"hi"),
    ok("100 with lone LF", b"HTTP/1.1 100 Continue\n\n" + H + CL0),
    ok("100 before a HEAD's answer", b"HTTP/1.1 100 Continue\r\n\r\n" + head(b"Content-Length: 5"), head=True),
    bad("twenty-one", b"HTTP/1.1 100 Continue\r\n\r\n" * 21, phase="status"),
    bad("101 unasked", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", phase="status"),
    bad("100 then garbage", b"HTTP/1.1 100 Continue\r\n\r\ngarbage", phase="status"),
    bad("100 with a bad header", b"HTTP/1.1 100 Continue\r\nBad Name: x\r\n\r\n"),
    cut("100 then nothing", b"HTTP/1.1 100 Continue\r\n\r\n", "status"),
    cut("100 then half a head", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", "headers"),
]

CHUNKED = [
    ok("one chunk", TE + HELLO, body=b"hello"),
    ok("no chunk", TE + b"0\r\n\r\n"),
    ok(
        "several",
        TE + b"a\r\nhello worl\r\n3\r\nd! \r\n1F\r\n" + b"x" * 31 + b"\r\n0\r\n\r\n",
        body=b"hello world! " + b"x" * 31,
    ),
    ok("small hexadecimal", TE + b"1f\r\n" + b"x" * 31 + b"\r\n0\r\n\r\n", body=b"x" * 31),
    ok("leading zeros", TE + b"0000005\r\nhello\r\n000\r\n\r\n", body=b"hello"),
    ok("data that looks like chunks", TE + b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", body=b"0\r\n\r\n"),
    ok("an extension", TE + b"5;name=value\r\nhello\r\n0;last\r\n\r\n", body=b"hello"),
    ok("a quoted extension", TE + b'5;name="a;b c"\r\nhello\r\n0\r\n\r\n', body=b"hello"),
    ok("several extensions, spaced", TE + b"5 ; a = b ; c\r\nhello\r\n0\r\n\r\n", body=b"hello"),
    ok("an empty extension", TE + b"5;\r\nhello\r\n0\r\n\r\n", body=b"hello"),
    ok("space after a size", TE + b"5  \r\nhello\r\n0 \r\n\r\n", body=b"hello"),
    ok("a trailer", TE + b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", body=b"hello"),
    ok("two trailers", TE + b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n", body=b"hello"),
    ok("a folded trailer", TE + b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n 2\r\n\r\n", body=b"hello"),
    ok("a trailer that states a length", TE + b"5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n", body=b"hello"),
    ok("a trailer that says close", TE + b"5\r\nhello\r\n0\r\nConnection: close\r\n\r\n", body=b"hello"),
    ok("Chunked in capitals", head(b"TRANSFER-ENCODING: ChUnKeD") + HELLO, body=b"hello"),
    ok("chunked, spaced", head(b"Transfer-Encoding:  chunked  ") + HELLO, body=b"hello"),
    ok("chunked in a list", head(b"Transfer-Encoding: , chunked,") + HELLO, body=b"hello"),
    ok("identity, chunked", head(b"Transfer-Encoding: identity, chunked") + HELLO, body=b"hello"),
    ok(
        "chunked and close",
        head(b"Connection: close", b"Transfer-Encoding: chunked") + HELLO,
        body=b"hello",
        keep=False,
    ),
    ok(
        "chunked and length",
        head(b"Content-Length: 3", b"Transfer-Encoding: chunked") + HELLO,
        body=b"hello",
        keep=False,
    ),
    ok(
        "length after chunked",
        head(b"Transfer-Encoding: chunked", b"Content-Length: 5") + HELLO,
        body=b"hello",
        keep=False,
    ),
    ok(
        "chunked from 1.0",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + HELLO,
        body=b"hello",
        keep=False,
    ),
    ok("chunked after 100", b"HTTP/1.1 100 Continue\r\n\r\n" + TE + HELLO, body=b"hello"),
    bad("chunked twice", head(b"Transfer-Encoding: chunked, chunked") + HELLO),
    ok("unknown coding, chunked", head(b"Transfer-Encoding: shrunk, chunked") + HELLO, body=b"hello"),
    bad("no size", TE + b"\r\nhello\r\n", phase="body"),
    bad("size is a word", TE + b"five\r\nhello\r\n", phase="body"),
    bad("size with 0x", TE + b"0x5\r\nhello\r\n", phase="body"),
    bad("signed size", TE + b"+5\r\nhello\r\n", phase="body"),
    bad("negative size", TE + b"-5\r\nhello\r\n", phase="body"),
    bad("size with underscore", TE + b"1_0\r\nhello\r\n", phase="body"),
    bad("space before a size", TE + b" 5\r\nhello\r\n", phase="body"),
    bad("space inside a size", TE + b"1 0\r\nhello\r\n", phase="body"),
    bad("only an extension", TE + b";a=b\r\nhello\r\n", phase="body"),
    bad("CR in an extension", TE + b"5;a=\rb\r\nhello\r\n", phase="body"),
    bad("NUL in an extension", TE + b"5;a=\0b\r\nhello\r\n", phase="body"),
    bad("lone LF after a size", TE + b"5\nhello\r\n0\r\n\r\n", phase="body"),
    bad("lone LF after two digits", TE + b"55\nhello\r\n0\r\n\r\n", phase="body"),
    bad("an empty line for a size", TE + b"\nhello\r\n", phase="body"),
    bad("chunk longer than its size", TE + b"3\r\nhello\r\n0\r\n\r\n", phase="body"),
    bad("lone LF after a chunk", TE + b"5\r\nhello\n0\r\n\r\n", phase="body"),
    bad("CR without LF after a chunk", TE + b"5\r\nhello\rx", phase="body"),
    bad("nothing after a chunk", TE + b"5\r\nhello0\r\n\r\n", phase="body"),
    bad("a bad trailer", TE + b"0\r\nX Sum: 1\r\n\r\n", phase="body"),
    bad("a trailer with NUL", TE + b"0\r\nX-Sum: \0\r\n\r\n", phase="body"),
    bad("a trailer that starts folded", TE + b"0\r\n X: 1\r\n\r\n", phase="body"),
    bad("too many trailers", TE + b"0\r\n" + b"X: 1\r\n" * 257 + b"\r\n", "limit", "body"),
    bad("a size beyond the cap", TE + b"fffffffff\r\n", "limit", "body"),
    bad("a size beyond any number", TE + b"f" * 4000 + b"\r\n", "limit", "body"),
    bad("an endless size line", TE + b"5;" + b"x" * 5000, "limit", "body"),
    bad("an endless size line that ends", TE + b"5;" + b"x" * 5000 + b"\r\n", "limit", "body"),
    cut("no chunks", TE, "body"),
    cut("half a size", TE + b"5", "body"),
    cut("half a chunk", TE + b"5\r\nhel", "body"),
    cut("no CRLF after a chunk", TE + b"5\r\nhello", "body"),
    cut("no last chunk", TE + b"5\r\nhello\r\n", "body"),
    cut("no line after the last chunk", TE + b"5\r\nhello\r\n0\r\n", "body"),
    cut("half the last line end", TE + b"5\r\nhello\r\n0\r\n\r", "body"),
    cut("half a trailer", TE + b"5\r\nhello\r\n0\r\nX-Su", "body"),
]

UNTIL_CLOSE = [
    ok("no framing", head(b"X: y") + b"all of it", body=b"all of it", keep=False, eof=True),
    ok("no headers at all", b"HTTP/1.1 200 OK\r\n\r\nhi", body=b"hi", keep=False, eof=True),
    ok("empty", b"HTTP/1.1 200 OK\r\n\r\n", keep=False, eof=True),
    ok("1.0", b"HTTP/1.0 200 OK\r\n\r\nBasic\n", body=b"Basic\n", keep=False, eof=True),
    ok("despite keep-alive", head(b"Connection: keep-alive") + b"hi", body=b"hi", keep=False, eof=True),
    ok("identity", head(b"Transfer-Encoding: identity") + b"hi", body=b"hi", keep=False, eof=True),
    ok(
        "chunked not last",
        head(b"Transfer-Encoding: chunked, deflate") + b"2\r\nhi",
        body=b"2\r\nhi",
        keep=False,
        eof=True,
    ),
    ok(
        "chunked not last, twice",
        head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: x") + b"2",
        body=b"2",
        keep=False,
        eof=True,
    ),
    ok(
        "coding beats length",
        head(b"Transfer-Encoding: x", b"Content-Length: 1") + b"hi",
        body=b"hi",
        keep=False,
        eof=True,
    ),
    ok("a word that holds chunked", head(b"Transfer-Encoding: notchunked") + b"hi", body=b"hi", keep=False, eof=True),
    ok("a 404", b"HTTP/1.1 404 Not Found\r\n\r\nno", 404, b"no", keep=False, eof=True),
    ok("lone LF", b"HTTP/1.1 200 OK\n\nhi\n", body=b"hi\n", keep=False, eof=True),
]

LIMITS = [
    ok("256 headers", head(*[b"X-%d: y" % n for n in range(255)], b"Content-Length: 0")),
    bad("257 headers", head(*[b"X-%d: y" % n for n in range(256)], b"Content-Length: 0"), "limit"),
    ok("a head of just 64 KiB", head(b"X: " + b"y" * (65536 - 43), b"Content-Length: 0")),
    bad("a byte more", head(b"X: " + b"y" * (65536 - 42), b"Content-Length: 0"), "limit"),
    bad("an endless value", H + b"X: " + b"y" * 66000, "limit"),
    bad("an endless status line", b"HTTP/1.1 200 " + b"y" * 66000, "limit"),
]

FAMILIES = {
    "status line": STATUS_LINES,
    "fields": FIELDS,
    "connection": CONNECTION,
    "lengths": LENGTHS,
    "no body": NO_BODY,
    "informational": INFORMATIONAL,
    "chunked": CHUNKED,
    "until close": UNTIL_CLOSE,
    "limits": LIMITS,
}
CASES = {f"{family}: {case.name}": case for family, cases in FAMILIES.items() for case in cases}
