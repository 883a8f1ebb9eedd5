"""h11: h11/tests/test_io.py of python-hyper/h11 at 114803a and test_connection.py at 11f6dea (MIT).

Cases that h11 writes as requests but that are about fields and chunks are responses here.
"""

from __future__ import annotations

from corpora.case import Case, Pairs, accept, closed, either, head, lines, reject

LEFT_OUT = {
    "the writers": "a client of ours writes requests only, with functions of its own",
    "the request line": "a client reads no requests",
    "CONNECT": "what the answer to CONNECT is read by is the proxy's business",
    "the state machine": "one parser reads one response; there is no state between them",
}

ONE_ZERO = b"HTTP/1.0 200 OK"
TE = head(b"Transfer-Encoding: chunked")


def value(name: str, line: bytes, expected: bytes, start: bytes = ONE_ZERO) -> Case:
    pair: Pairs = ((line.partition(b":")[0].lower(), expected),)
    return closed(name, head(line, start=start), headers=pair)


HEADS = [
    closed("close, no length", head(b"Connection: close"), reason="OK"),
    closed("no fields", head(), reason="OK"),
    reject("101", head(b"Upgrade: websocket", start=b"HTTP/1.1 101 Upgrade")),
    reject("101 without fields", head(start=b"HTTP/1.1 101 Upgrade")),
    value("1.0", b"Some: header", b"header"),
    value("single letters", b"Foo: a a a a a ", b"a a a a a"),
    value("an empty value", b"Foo:", b""),
    value("a blank value", b"Foo: \t \t ", b""),
    closed("no reason", head(b"Foo: bar", start=b"HTTP/1.0 200"), reason="", headers=((b"foo", b"bar"),)),
    closed("LF CRLF ends the head", b"HTTP/1.1 200 OK\r\nSomeHeader: val\n\r\n", headers=((b"someheader", b"val"),)),
    closed(
        "only LF",
        b"HTTP/1.1 200 OK\nSomeHeader1: val1\nSomeHeader2: val2\n\n",
        headers=((b"someheader1", b"val1"), (b"someheader2", b"val2")),
    ),
    closed(
        "CRLF and LF",
        b"HTTP/1.1 200 OK\r\nSomeHeader1: val1\nSomeHeader2: val2\n\r\n",
        headers=((b"someheader1", b"val1"), (b"someheader2", b"val2")),
    ),
    closed(
        "folded values",
        head(
            b"Some: multi-line",
            b" header",
            b"\tnonsense",
            b"    \t   \t\tI guess",
            b"Connection: close",
            b"More-nonsense: in the",
            b"    last header  ",
        ),
        headers=((b"some", b"multi-line header nonsense I guess"), (b"more-nonsense", b"in the last header")),
    ),
    reject("folded right after the start line", head(b"  folded: line")),
    reject("spaces before the colon", head(b"foo  : line")),
    reject("a tab before the colon", head(b"foo\t: line")),
    reject("no name", head(b": line")),
    reject("NUL after the reason", head(start=b"HTTP/1.0 200 OK\0xxxx")),
    reject("NUL in a value", head(b"Host: foo\0bar")),
    value("a control character in a cookie", b"Set-Cookie: ___utm=kUd\x01UpAt; path=/", b"___utm=kUd\x01UpAt; path=/"),
]

BODIES = [
    accept("length 0", head(b"Content-Length: 0")),
    accept("length 10", head(b"Content-Length: 10") + b"0123456789", b"0123456789"),
    closed("until close, nothing", head()),
    closed("until close", head() + b"asdf", b"asdf"),
    accept("the last chunk only", TE + b"0\r\n\r\n"),
    accept("the last chunk and a trailer", TE + lines(b"0", b"Some: header", b""), trailers=((b"some", b"header"),)),
    accept(
        "two chunks and a trailer",
        TE + lines(b"5", b"01234", b"10", b"0123456789abcdef", b"0", b"Some: header", b""),
        b"012340123456789abcdef",
        trailers=((b"some", b"header"),),
    ),
    accept("two chunks", TE + lines(b"5", b"01234", b"10", b"0123456789abcdef", b"0", b""), b"012340123456789abcdef"),
    accept("a size in both cases", TE + lines(b"aA", b"x" * 0xAA, b"0", b""), b"x" * 0xAA),
    reject("a size of a hundred digits", TE + b"9" * 100 + b"\r\nxxx"),
    reject("NUL in a size", TE + b"10\0\r\nxxx"),
    accept(
        "extensions",
        TE + lines(b"5; hello=there", b"xxxxx", b'0; random="junk"; some=more; canbe=lonnnnngg', b""),
        b"xxxxx",
    ),
    either(accept("blanks after a size", TE + lines(b"5   \t ", b"01234", b"0", b""), b"01234")),
    reject("a chunk longer than its size", TE + b"3\r\nxxx__1a\r\n"),
    reject("CR and no LF after a chunk", TE + b"3\r\nxxx\r_1a\r\n"),
    reject("LF and no CR after a chunk", TE + b"3\r\nxxx_\n1a\r\n"),
]

CONNECTIONS = [
    accept("1.1 is kept", head(b"Content-Length: 0")),
    accept("close among others", head(b"Connection: a, b, cLOse, foo", b"Content-Length: 0"), keep=False),
    accept("1.0 is not kept", head(b"Content-Length: 0", start=ONE_ZERO), keep=False),
    accept("no body in a 204", head(start=b"HTTP/1.1 204 No"), status=204),
    accept("no body in a 304", head(start=b"HTTP/1.1 304 No"), status=304),
    accept("no body for HEAD", head(b"Content-Length: 100"), head=True),
    accept("100 is skipped", head(start=b"HTTP/1.1 100 Go") + head(b"Content-Length: 1") + b"x", b"x"),
]

CASES = [*HEADS, *BODIES, *CONNECTIONS]
