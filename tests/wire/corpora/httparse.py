"""httparse: the responses and chunk sizes of src/lib.rs of seanmonstar/httparse at 024b58a (MIT or Apache-2.0).

What it takes only by an option of its parser is `either` where RFC 9112 allows a client to take it.
"""

from __future__ import annotations

from corpora.case import Case, closed, cut, either, head, reject

LEFT_OUT = {
    "requests and URIs": "a client reads no requests",
    "ignore_invalid_headers_in_responses": "we refuse a head with a line that is no field, as by default httparse does",
    "whole cases of a head only": "a response without a length lasts until close here",
}

BREAD = b"Bread: baguette"
ALLOW = b"Access-Control-Allow-Credentials"
TE = head(b"Transfer-Encoding: chunked")


def folded(name: str, raw: bytes, value: bytes) -> Case:
    return either(closed(name, raw, headers=((b"line-folded-header", value),)))


def size(line: bytes, verdict: str = "reject") -> Case:
    return reject(f"size {line!r}", TE + line, "incomplete" if verdict == "accept" else "")


LINES = [
    closed("simple", head(), reason="OK"),
    closed("only LF", b"HTTP/1.0 403 Forbidden\nServer: foo.bar\n\n", status=403),
    closed("no reason, a space", head(start=b"HTTP/1.1 200 "), reason=""),
    closed("no reason", head(start=b"HTTP/1.1 200"), reason=""),
    closed("no reason, a field", head(b"Foo: bar", start=b"HTTP/1.1 200"), headers=((b"foo", b"bar"),)),
    closed("a tab after the reason", head(start=b"HTTP/1.1 200 Fine\t")),
    closed("obs-text in a reason", head(start=b"HTTP/1.1 200 X\xffZ")),
    reject("NUL in a reason", head(start=b"HTTP/1.1 200 \0")),
    cut("only a version", b"HTTP/1.1"),
    cut("only a status", b"HTTP/1.1 200"),
    cut("no empty line", b"HTTP/1.1 200 OK\r\nServer: yolo\r\n"),
    closed("empty LF lines first", b"\n\nHTTP/1.1 200 OK\n\n"),
    closed(
        "no reason, only LF", b"HTTP/1.0 200\nContent-type: text/html\n\n", headers=((b"content-type", b"text/html"),)
    ),
    reject("several spaces", head(start=b"HTTP/1.1   200  OK")),
    reject("CR for a space", head(start=b"HTTP/1.1 200\rOK")),
    reject("two statuses", head(start=b"HTTP/1.1 99 200 OK")),
]

FIELDS = [
    reject("a space before a colon", head(ALLOW + b" : true", BREAD)),
    reject("an empty name", head(b": hello", BREAD)),
    reject("0xff and spaces before a colon", head(ALLOW + b"\xff  : true", BREAD)),
    reject("no colon", head(ALLOW, BREAD)),
    reject("no colon, folded", head(ALLOW + b"   ", b" hello", BREAD)),
    reject("NUL in a name", head(b"Access-Control-Allow-Cred\0entials: hello", BREAD)),
    reject("CR in a name", head(b"Access-Control-Allow-Cred\rentials: hello", BREAD)),
    reject("NUL before a colon", head(ALLOW + b"   \0: hello", BREAD)),
    reject("NUL in a value", head(ALLOW + b": hell\0o", BREAD)),
    either(closed("0x01 in a value", head(ALLOW + b": hell\x01o", BREAD), headers=((b"bread", b"baguette"),))),
    folded("folded at the start", head(b"Line-Folded-Header: ", b"   ", b" hello there"), b"hello there"),
    folded("folded at the end", head(b"Line-Folded-Header: hello there", b"   ", b" "), b"hello there"),
    folded("folded in the middle", head(b"Line-Folded-Header: hello  ", b" ", b" there"), b"hello there"),
    folded("folded and empty", head(b"Line-Folded-Header:   ", b" ", b" "), b""),
]

SIZES = [
    size(b"12\r\nchunk", "accept"),
    size(b"3086d\r\n", "accept"),
    size(b"3735AB1;foo bar*\r\n", "accept"),
    size(b"3735ab1 ; baz \r\n", "accept"),
    size(b"77a65\r", "accept"),
    size(b"ab", "accept"),
    size(b"567f8a\rfoo\r\n"),
    size(b"567xf8a\r\n"),
    size(b"ffffffffffffffff\r\n"),
    size(b"1ffffffffffffffff\r\n"),
    size(b"Affffffffffffffff\r\n"),
    size(b"fffffffffffffffff\r\n"),
]

CASES = [*LINES, *FIELDS, *SIZES]
