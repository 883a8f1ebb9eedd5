"""curl: the server's side of tests/data/test34, 36, 178, 207, 319, 387, 395, 1429 to 1433, 1480, 1493 (curl licence).

curl reads a status of more digits only as HTTP/0.9, and stops at the negative length of test178 in later versions.
"""

from __future__ import annotations

from corpora.case import Case, accept, closed, cut, either, head, lines, reject

LEFT_OUT = {
    "what curl prints, options, protocols but HTTP/1": "not about reading a response",
    "test1436, Unix sockets": "three plain responses",
    "test319, undone": "a body whose transfer coding is not framed by chunks stays as it is",
}

TE = head(b"Transfer-Encoding: chunked", b"Connection: mooo", start=b"HTTP/1.1 200 funky chunky!")
AS, BS, CS = b"a" * 64, b"b" * 48, b"c" * 32
CHUNKS = lines(b"40", AS, b"30", BS, b"21;heresatest=moooo", CS + b"\n", b"0")
TRAILERS = lines(b"chunky-trailer: header data", b"another-header: yes", b"")
FOO = b"-foo-\n"


def foo(name: str, start: bytes) -> Case:
    return reject(name, head(b"Content-Length: 6", b"Connection: close", start=start) + FOO)


CASES = [
    accept(
        "test1417, chunks and trailers",
        TE + CHUNKS + TRAILERS,
        AS + BS + CS + b"\n",
        reason="funky chunky!",
        trailers=((b"chunky-trailer", b"header data"), (b"another-header", b"yes")),
    ),
    either(reject("test34, a trailer that is no field", TE + CHUNKS + b"muuu\r\n\r\n")),
    reject("test36, a size that is none", TE + lines(b"2", b"a\n", b"ILLEGAL", b"b" * 47)),
    reject("test178, a negative length", head(b"Content-Length: -6") + b"moooooooooooo"),
    cut("test207, closed in a chunk", TE + b"41\r\n" + AS + b"\n"),
    closed(
        "test319, gzip for a transfer coding",
        head(b"Transfer-Encoding: gzip", b"Content-Length: 4") + b"\x1f\x8b",
        b"\x1f\x8b",
    ),
    either(closed("test387, a hundred codings", head(b"Transfer-Encoding: " + b"gzip," * 99 + b"gzip") + FOO, FOO)),
    reject(
        "test395, a length of 2^65", head(b"Content-Length: 36893488147419103232", b"Connection: close") + FOO, "limit"
    ),
    foo("test1429, four digits", b"HTTP/1.1 1234 OK"),
    foo("test1430, a negative status", b"HTTP/1.1 -12 OK"),
    foo("test1431, one digit", b"HTTP/1.1 2 OK"),
    foo("test1432, a hundred digits", b"HTTP/1.1 " + b"0123456789" * 10 + b" OK"),
    foo("test1433, a version of a hundred digits", b"HTTP/1.0" + b"0123456789" * 10 + b" 200 OK"),
    reject(
        "test1480, 100 and then data", head(b"Foo: Bar", start=b"HTTP/1.1 100 Continue") + b"Data\nData\n", "protocol"
    ),
    accept(
        "test1493, identity and chunked",
        head(b"Transfer-Encoding: identity, chunked", b"Connection: mooo") + CHUNKS + TRAILERS,
        AS + BS + CS + b"\n",
    ),
]
