"""aiohttp: the response side of tests/test_http_parser.py of aio-libs/aiohttp at 0002f09 (Apache-2.0).

Chunk and field cases that aiohttp writes as requests are responses here.
"""

from __future__ import annotations

from corpora.case import accept, closed, cut, either, head, lines, reject

LEFT_OUT = {
    "requests: methods, paths, URLs, versions": "a client reads no requests",
    "the 8190-byte lines of its own limits": "our cap is on the whole head, as cpython.py has it",
    "the dev-mode variants": "the same bytes as the lax ones, which are `either` here",
    "deflate, gzip, br and zstd payloads": "in test_wire_encoding.py, where content codings are tested",
    "test_parse_chunked_payload_empty_body_than_another_chunked, 101": "101 is refused; 204 and 304 are here",
}

TE = head(b"Transfer-Encoding: chunked")
OK = b"HTTP/1.1 200 Ok"
TEST_CHUNKS = b"1\r\nT\r\n3\r\nest\r\n0\r\n\r\n"

HEADS = [
    closed("a value in UTF-8", head("x-test:тест".encode(), start=OK), headers=((b"x-test", "тест".encode()),)),
    closed("a value in cp1251", head("x-test:тест".encode("cp1251")), headers=((b"x-test", "тест".encode("cp1251")),)),
    closed("no reason after a space", head("x-test:тест".encode(), start=b"HTTP/1.1 200 "), reason=""),
    either(
        closed("a folded value", head(b"test: line", b" continue", start=OK), headers=((b"test", b"line continue"),))
    ),
    closed("a reason of 8177 letters", head(start=b"HTTP/1.1 200 " + b"O" * 8177), reason="O" * 8177),
    reject("HT/11", head(start=b"HT/11 200 Ok")),
    reject("HTTP/12.3", head(start=b"HTTP/12.3 200 Ok")),
    closed("no reason", head(start=b"HTTP/1.1 200"), reason=""),
    either(closed("a control character in a value", head(b"Foo: abc\x01def"), headers=((b"foo", b"abc\x01def"),))),
    reject("NUL in a value", head(b"Foo: abc\x00def")),
    closed(
        "only LF, of dodgy servers",
        b"HTTP/1.0 200 OK\nFoo: abc\nBar: def\n\nBODY\n",
        b"BODY\n",
        headers=((b"foo", b"abc"), (b"bar", b"def")),
    ),
    reject("HTT/1", b"HTT/1\r\n\r\n"),
    reject("status 99", head(start=b"HTTP/1.1 99 test")),
    reject("status 9999", head(start=b"HTTP/1.1 9999 test")),
    reject("status ttt", head(start=b"HTTP/1.1 ttt test")),
    reject("a status digit outside ASCII", head(start="HTTP/1.1 20𝟘 test".encode())),
    reject("a superscript digit", head(start=b"HTTP/1.1 20\xb9 test")),
]

BODIES = [
    either(accept("a space after a size", TE + b"5 \r\nabcde\r\n0\r\n\r\n", b"abcde")),
    closed("notchunked", head(b"Transfer-Encoding: notchunked") + TEST_CHUNKS, TEST_CHUNKS),
    accept("not, chunked", head(b"Transfer-Encoding: not, chunked") + TEST_CHUNKS, b"Test"),
    accept("no body for HEAD", head(b"content-length: 10", start=OK), head=True),
    accept("a length", head(b"content-length: 4", start=OK) + b"data", b"data", rest=b"HT"),
    accept("a length, and a chunked one next", head(b"content-length: 5") + b"first", b"first", rest=TE + b"0\r\n\r\n"),
    accept("204 chunked", head(b"transfer-encoding: chunked", start=b"HTTP/1.1 204 OK"), status=204, keep=False),
    accept("304 chunked", head(b"transfer-encoding: chunked", start=b"HTTP/1.1 304 OK"), status=304),
    accept(
        "102 chunked is skipped",
        head(b"transfer-encoding: chunked", start=b"HTTP/1.1 102 OK") + TE + b"6\r\nsecond\r\n0\r\n\r\n",
        b"second",
    ),
    accept("two chunks", TE + b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n", b"firstsecond"),
    accept(
        "a trailer",
        TE + b"4\r\ndata\r\n4\r\nline\r\n0\r\ntest: test\r\n\r\n",
        b"dataline",
        trailers=((b"test", b"test"),),
    ),
    accept("an extension", TE + b"4;test\r\ndata\r\n4\r\nline\r\n0\r\ntest: test\r\n\r\n", b"dataline"),
    accept(
        "two trailers",
        TE + lines(b"4", b"test", b"0", b"test: trailer", b"second: test trailer", b""),
        b"test",
        trailers=((b"test", b"trailer"), (b"second", b"test trailer")),
    ),
    reject("a trailer broken by LF", TE + b"0\r\nbad\ntrailer\r\n\r\n"),
    reject("LF in an extension", TE + b"2;\nxx\r\n4c\r\n0\r\n\r\n" + head() + b"0\r\n\r\n"),
    cut("half a length", head(b"Content-Length: 4") + b"da"),
    reject("a size of letters", TE + b"blah\r\n"),
    reject("a size too small", TE + b"4\r\nHello\r\n0\r\n\r\n"),
    reject("a size too large", TE + b"6\r\nHello\r\n0\r\n\r\n"),
    accept(
        "MD5 as a trailer", TE + b"4\r\nasdf\r\n0\r\nContent-MD5: 912ec803b2ce49e4a541068d495ab570\r\n\r\n", b"asdf"
    ),
    accept("more than a length", head(b"Content-Length: 2") + b"12", b"12", rest=b"45"),
]

CASES = [*HEADS, *BODIES]
