"""hyper: test_decoder_response of src/proto/h1/role.rs at 0063c82, the tests of decode.rs at 036f63e (MIT)."""

from __future__ import annotations

from corpora.case import Case, accept, closed, cut, either, head, lines, reject

LEFT_OUT = {
    "requests, encoders, title case": "not about reading a response",
    "CONNECT": "what the answer to CONNECT is read by is the proxy's business",
    "blocking at each byte": "every split of every case is tested here",
}

TE = head(b"transfer-encoding: chunked")
EIGHT = b"12345678"


def size(line: bytes, value: int) -> Case:
    """A size that must be read as `value`."""
    chunk = lines(line, b"x" * value, b"0") if value else lines(line)
    return accept(f"size {line!r}", TE + chunk + b"\r\n", b"x" * value)


HEADS = [
    closed("no length", head()),
    accept("204", head(start=b"HTTP/1.1 204 No Content"), status=204),
    accept("304", head(start=b"HTTP/1.1 304 Not Modified"), status=304),
    accept("a length", head(b"content-length: 8") + EIGHT, EIGHT),
    accept("twice the same length", head(b"content-length: 8", b"content-length: 8") + EIGHT, EIGHT),
    reject("two lengths", head(b"content-length: 8", b"content-length: 9") + EIGHT),
    reject("a signed length", head(b"content-length: +8") + EIGHT),
    accept("chunked", TE + b"0\r\n\r\n"),
    closed("another coding", head(b"transfer-encoding: yolo") + EIGHT, EIGHT),
    accept(
        "a length and chunked",
        head(b"content-length: 10", b"transfer-encoding: chunked") + b"0\r\n\r\n",
        keep=False,
    ),
    accept("HEAD", head(b"content-length: 8"), head=True),
    accept("100 is skipped", head(start=b"HTTP/1.1 100 Continue") + head(b"content-length: 8") + EIGHT, EIGHT),
    accept("103 is skipped", head(start=b"HTTP/1.1 103 Early Hints") + head(b"content-length: 8") + EIGHT, EIGHT),
    reject("101", head(start=b"HTTP/1.1 101 Switching Protocols")),
    closed("1.0 without a length", head(start=b"HTTP/1.0 200 OK")),
    either(
        accept("1.0 chunked", head(b"transfer-encoding: chunked", start=b"HTTP/1.0 200 OK") + b"0\r\n\r\n", keep=False)
    ),
    accept("1.1 is kept", head(b"content-length: 0")),
    accept("close among others", head(b"content-length: 0", b"connection: foo, close, bar"), keep=False),
    accept("1.0 is not kept", head(b"content-length: 0", start=b"HTTP/1.0 200 OK"), keep=False),
    accept(
        "1.0 keep-alive among others",
        head(b"content-length: 0", b"connection: foo, keep-alive, bar", start=b"HTTP/1.0 200 OK"),
    ),
]

SIZES = [
    size(b"1", 1),
    size(b"01", 1),
    size(b"0", 0),
    size(b"00", 0),
    size(b"A", 10),
    size(b"a", 10),
    size(b"Ff", 255),
    either(size(b"Ff   ", 255)),
    size(b"1;extension", 1),
    size(b"a;ext name=value", 10),
    size(b"1;extension;extension2", 1),
    size(b"1;;;  ;", 1),
    size(b"2; extension...", 2),
    size(b"3   ; extension=123", 3),
    size(b"3   ;", 3),
    size(b"3   ;   ", 3),
    *(reject(f"size {line!r}", TE + line) for line in (b"F\rF\r\n", b"X\r\n", b"1X\r\n", b"-\r\n", b"-1\r\n")),
    *(
        reject(f"size {line!r}", TE + line)
        for line in (b"1 invalid extension\r\n", b"1 A\r\n", b"f0000000000000003\r\n")
    ),
    reject("LF in an extension", TE + b"1;reject\nnewlines\r\n"),
    cut("a size without its end", TE + b"F"),
    cut("an extension without its end", TE + b"1;no CRLF"),
]

BODIES = [
    cut("a length too large", head(b"content-length: 10") + b"foo bar"),
    cut("a chunk too short", TE + b"9\r\nfoo bar"),
    cut("no last line", TE + b"10\r\n1234567890abcdef\r\n0\r\n"),
    accept("a chunk of 16", TE + b"10\r\n1234567890abcdef\r\n0\r\n\r\n", b"1234567890abcdef"),
    reject("a trailer that ends in CR CR LF", TE + b"10\r\n1234567890abcdef\r\n0\r\nbad\r\r\n\r\n"),
    accept("two chunks", TE + b"3\r\nfoo\r\n3\r\nbar\r\n0\r\n\r\n", b"foobar"),
]

CASES = [*HEADS, *SIZES, *BODIES]
