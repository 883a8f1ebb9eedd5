"""Go's net/http: src/net/http/response_test.go at 180ce35, internal/chunked_test.go at 270e355 (BSD-3-Clause).

Go reads statuses below 100, HTTP/2.0 as a version of HTTP/1's grammar, and a chunked body without its last line.
"""

from __future__ import annotations

from corpora.case import Case, accept, closed, cut, either, head, lines, reject

LEFT_OUT = {
    "writing responses, Location, sniffing, allocations": "not about reading a response",
    "closing a body in its middle": "a body comes whole here",
    "sizes 0 to 1234": "every size in hexadecimal is in tests/wire/test_wire_corpora.py",
    "LF alone after a size": "refused since Go 1.24 (CVE-2025-22871); our own table has it",
}

ONE_ZERO = b"HTTP/1.0 200 OK"
TE = head(b"Transfer-Encoding: chunked")
HERE = b"Body here\n"
HELLO = b"hello, world! 0123456789abcdef"


def status(text: bytes, accepted: bool) -> Case:
    raw = head(b"Foo: bar", start=b"HTTP/1.1 " + text)
    return closed(repr(text), raw, status=int(text[:3])) if accepted else reject(repr(text), raw)


def version(text: bytes, accepted: bool) -> Case:
    raw = head(start=text + b" 200 OK")
    return closed(repr(text), raw) if accepted else reject(repr(text), raw)


RESPONSES = [
    closed("1.0 close", head(b"Connection: close", start=ONE_ZERO) + HERE, HERE),
    closed("1.1 without a length", head() + HERE, HERE),
    accept("204", head(start=b"HTTP/1.1 204 No Content"), status=204, rest=b"Body should not be read!\n"),
    accept(
        "1.0 with a length",
        head(b"Content-Length: 10", b"Connection: close", start=ONE_ZERO) + HERE,
        HERE,
        keep=False,
    ),
    accept("chunks", TE + lines(b"0a", HERE, b"09", b"continued", b"0", b""), HERE + b"continued"),
    accept(
        "chunks and a length",
        head(b"Transfer-Encoding: chunked", b"Content-Length: 10") + lines(b"0a", HERE, b"0", b""),
        HERE,
        keep=False,
    ),
    accept("HEAD, chunked", TE, head=True),
    accept("HEAD, 1.0 with a length", head(b"Content-Length: 256", start=ONE_ZERO), head=True, keep=False),
    accept("HEAD with a length", head(b"Content-Length: 256"), head=True),
    accept("HEAD, 1.0 without", head(start=ONE_ZERO), head=True, keep=False),
    accept("length 0", head(b"Content-Length: 0")),
    closed("no reason, a space", head(start=b"HTTP/1.0 303 "), status=303, reason=""),
    closed("no reason", head(start=b"HTTP/1.0 303"), status=303, reason=""),
    closed(
        "multipart/byteranges, only LF",
        b"HTTP/1.1 206 Partial Content\nConnection: close\nContent-Type: multipart/byteranges; boundary=1\n\nsome body",
        b"some body",
        206,
    ),
    accept(
        "206",
        head(b"Content-Range: bytes 0-5/1862", b"Content-Length: 6", start=b"HTTP/1.1 206 Partial Content") + b"foobar",
        b"foobar",
        206,
        headers=((b"content-range", b"bytes 0-5/1862"),),
    ),
    accept(
        "keep-alive and close in a line",
        head(b"Content-Length: 256", b"Connection: keep-alive, close"),
        head=True,
        keep=False,
    ),
    accept(
        "keep-alive and close in two lines",
        head(b"Content-Length: 256", b"Connection: keep-alive", b"Connection: close"),
        head=True,
        keep=False,
    ),
    closed("1.0 with a bogus coding", head(b"Transfer-Encoding: bogus", start=ONE_ZERO) + HERE, HERE),
    closed(
        "1.0 with a bogus coding and a length",
        head(b"Transfer-Encoding: bogus", b"Content-Length: 10", start=ONE_ZERO) + HERE,
        HERE,
    ),
    cut("a short body", head(b"Content-Length: 123") + b"Short body, not 123 bytes."),
]

LINES = [
    cut("nothing", b""),
    cut("half a field", b"HTTP/1.1 301 Moved Permanently\r\nFoo: bar"),
    cut("only a version", b"HTTP/1.1"),
    reject("only HTTP/2.0", b"HTTP/2.0"),
    *(status(text, True) for text in (b"200 OK", b"404 NOTFOUND", b"999 Done")),
    *(either(status(text, False)) for text in (b"000 OK", b"001 OK")),
    *(
        status(text, False)
        for text in (
            b"20X Unknown", b"abcd Unknown", "二百/两百 OK".encode(), b" Unknown", b"c8 OK", b"0x12d Moved", b"20 OK",
            b"00 OK", b"-10 OK", b"1000 OK", b"-1 OK", b"-200 OK",
        )
    ),
    version(b"HTTP/1.2", True),
    *(
        version(text, False)
        for text in (b"HTTP/1.100000000002", b"HTTP/1.-1", b"HTTP/A.B", b"HTTP/1", b"http/1.1", b"HTTP/2.0")
    ),
]  # fmt: skip

CHUNKS = [
    accept("two chunks", TE + lines(b"7", b"hello, ", b"17", b"world! 0123456789abcdef", b"0", b""), HELLO),
    accept(
        "extensions",
        TE
        + lines(b'7;ext="some quoted string"', b"hello, ", b"17;someext", b"world! 0123456789abcdef")
        + lines(b"0;someextension=sometoken", b""),
        HELLO,
    ),
    cut("no empty line at the end", TE + lines(b"3", b"foo", b"0")),
    reject("no CRLF after a chunk", TE + b"7\r\n1234567xx"),
    reject("size x", TE + b"x\r\n\r\n"),
    accept("size 0 in 16 digits", TE + b"0000000000000000\r\n\r\n"),
    accept("size 1 in 16 digits", TE + b"0000000000000001\r\nx\r\n0\r\n\r\n", b"x"),
    either(accept("size 0 in 17 digits", TE + b"00000000000000000\r\n\r\n")),
    either(accept("size 1 in 17 digits", TE + b"00000000000000001\r\nx\r\n0\r\n\r\n", b"x")),
    reject("a size of bogus", TE + b"000000000000bogus\r\n"),
    reject("a size of 2^64 - 1", TE + b"ffffffffffffffff\r\n"),
    reject("a size of 2^64", TE + b"10000000000000000\r\n"),
]

CASES = [*RESPONSES, *LINES, *CHUNKS]
