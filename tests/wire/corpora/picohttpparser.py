"""picohttpparser: test_response, test_headers and test_chunked of test.c of h2o/picohttpparser at 01985e6 (MIT)."""

from __future__ import annotations

from corpora.case import Case, accept, closed, cut, either, head, reject

LEFT_OUT = {
    "requests": "a client reads no requests",
    "slowloris, per byte": "every split of every case is tested here",
    "chunks without their last empty line": "that is where picohttpparser stops; a response goes on to it",
}

TE = head(b"Transfer-Encoding: chunked")
HELLO = b"hello world"


def partial(raw: bytes) -> Case:
    return cut(repr(raw), raw)


LINES = [
    closed("simple", head(start=b"HTTP/1.0 200 OK"), reason="OK"),
    closed("two fields", head(b"Host: a.com", b"Cookie: "), headers=((b"host", b"a.com"), (b"cookie", b""))),
    closed(
        "a folded field",
        head(b"foo: ", b"foo: b", b"  \tc", start=b"HTTP/1.0 200 OK"),
        headers=((b"foo", b""), (b"foo", b"b c")),
    ),
    closed("500", head(start=b"HTTP/1.0 500 Internal Server Error"), status=500, reason="Internal Server Error"),
    closed("multibyte", head(b"User-Agent: \xe3\x81\xb2\xe3/1.0"), headers=((b"user-agent", b"\xe3\x81\xb2\xe3/1.0"),)),
    *map(
        partial,
        [
            b"H", b"HTTP/1.", b"HTTP/1.1", b"HTTP/1.1 ", b"HTTP/1.1 2", b"HTTP/1.1 200", b"HTTP/1.1 200 ",
            b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\n",
            b"HTTP/1.1 200 OK\r\nA: 1\r", b"HTTP/1.1 200 OK\r\nA: 1\r\n", b"HTTP/1.0 200 OK\r\n\r",
        ],
    ),
    reject("no minor version", head(start=b"HTTP/1. 200 OK")),
    reject("HTTP/1.2z", head(start=b"HTTP/1.2z 200 OK")),
    reject("no status", head(start=b"HTTP/1.1  OK")),
    reject("an empty name", head(b":a")),
    reject("a name of a space", head(b" :a")),
    reject("NUL in a name", head(b"a\0b: c")),
    reject("NUL in a value", head(b"ab: c\0d")),
    either(closed("a control character in a value", head(b"Host: e\x07fample.com"))),
]  # fmt: skip

CHUNKS = [
    accept("a chunk", TE + b"b\r\nhello world\r\n0\r\n\r\n", HELLO),
    accept("two chunks", TE + b"6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n", HELLO),
    accept("a comment", TE + b"6;comment=hi\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n", HELLO),
    accept(
        "trailers",
        TE + b"6\r\nhello \r\n5\r\nworld\r\n0\r\na: b\r\nc: d\r\n\r\n",
        HELLO,
        trailers=((b"a", b"b"), (b"c", b"d")),
    ),
    either(reject("only LF", TE + b"b\nhello world\n0\n\n")),
    reject("size z", TE + b"z\r\nabcdefg"),
    reject("a size of 2^64 - 1", TE + b"6\r\nhello \r\nffffffffffffffff\r\nabcdefg"),
    reject("a size beyond 2^64", TE + b"6\r\nhello \r\nfffffffffffffffff\r\nabcdefg"),
]

CASES = [*LINES, *CHUNKS]
