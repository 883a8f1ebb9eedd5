"""Netty: HttpResponseDecoderTest of netty/netty at 017a965 (Apache-2.0); two answers of httptools at 05cf446 (MIT)."""

from __future__ import annotations

from corpora.case import accept, cut, either, head, lines, reject

LEFT_OUT = {
    "what is handed over when, and in which buffers": "a body comes whole here",
    "header sizes of 8192": "our cap is 64 KiB, as hostile heads are tested by",
    "101 to WebSocket": "llhttp.py has 101",
}

TE = head(b"Transfer-Encoding: chunked")
COOKIES = (b"Set-Cookie: t1=t1v1", b"Set-Cookie: t2=t2v2; Expires=Wed, 09-Jun-2021 10:18:14 GMT")
EXAMPLE = b"\n<html>\n<head>\n  <title>An Example Page</title>\n</head>\n</html>"
APACHE = (
    b"HTTP/1.1 200 OK\nServer: Apache/1.3.3.7\n        (Unix) (Red-Hat/Linux)\n"
    b"Content-Type: text/html;\n  charset=UTF-8\nContent-Length: %d\nConnection: close\n\n" % len(EXAMPLE)
)

CASES = [
    accept("512-byte chunks", TE + (b"200\r\n" + b"x" * 512 + b"\r\n") * 10 + b"0\r\n\r\n", b"x" * 5120),
    accept("only the last chunk", TE + b"0\r\n\r\n"),
    accept(
        "cookies as trailers",
        TE + lines(b"0", *COOKIES, b""),
        trailers=((b"set-cookie", b"t1=t1v1"), (b"set-cookie", COOKIES[1].partition(b": ")[2])),
    ),
    accept("a length", head(b"Content-Length: 10") + bytes(range(10)), bytes(range(10))),
    reject("HTML without a head", b"<html>\r\n<head><title>400 Bad Request</title></head>\r\n</html>\r\n", "protocol"),
    reject("a size that is none", TE + b"NOT_A_CHUNK_LENGTH\r\n", "protocol"),
    cut("closed after the status line", b"HTTP/1.1 200 OK\r\n"),
    accept(
        "a trailer that was announced",
        head(b"Transfer-Encoding: chunked", b"Trailer: My-Trailer") + lines(b"0", b"My-Trailer: 42", b""),
        headers=((b"trailer", b"My-Trailer"),),
        trailers=((b"my-trailer", b"42"),),
    ),
    either(
        accept(
            "a space before the colon",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\nHost: netty.io\n\r\n0\r\n\r\n",
        )
    ),
    accept(
        "httptools, folded and only LF",
        APACHE + EXAMPLE,
        EXAMPLE,
        keep=False,
        headers=(
            (b"server", b"Apache/1.3.3.7 (Unix) (Red-Hat/Linux)"),
            (b"content-type", b"text/html; charset=UTF-8"),
        ),
        rest=b"12123123",
    ),
    reject("httptools, status 1299", head(start=b"HTTP/1.1 1299 FOOSPAM")),
]
