"""httpcore: tests/_sync/test_http11.py of encode/httpcore at 0408d1c (BSD-3-Clause)."""

from __future__ import annotations

from corpora.case import accept, cut, head, lines, reject

LEFT_OUT = {
    "unread responses, active requests, expiry, origins": "what a connection pool does",
    "illegal headers of a request": "a client writes those; tests/wire/test_wire_request.py",
}

PLAIN = b"Content-Type: plain/text"
GREETING = lines(b"3", b"Hel", b"4", b"lo, ", b"6", b"world!", b"0")

CASES = [
    accept("a length", head(PLAIN, b"Content-Length: 13") + b"Hello, world!", b"Hello, world!"),
    accept("chunks", head(PLAIN, b"Transfer-Encoding: chunked") + GREETING + b"\r\n", b"Hello, world!"),
    accept(
        "a trailer",
        head(PLAIN, b"Transfer-Encoding: chunked", b"Trailer: Surprise")
        + GREETING
        + lines(b"Surprise: You thought we were done here?", b""),
        b"Hello, world!",
        headers=((b"trailer", b"Surprise"),),
        trailers=((b"surprise", b"You thought we were done here?"),),
    ),
    reject("no HTTP", b"Wait, this isn't valid HTTP!", "protocol"),
    cut("cut short", head(PLAIN, b"Content-Length: 13") + b"Hello, wor"),
    accept(
        "many 1xx first",
        head(start=b"HTTP/1.1 103 Early Hints") * 3 + head(b"Content-Length: 2") + b"hi",
        b"hi",
    ),
]
