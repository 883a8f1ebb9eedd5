"""CPython's http.client: Lib/test/test_httplib.py, read as RustPython keeps it at 0ee405e (PSF-2.0).

http.client is lenient with lengths and field names that RFC 9112 refuses: those are `reject` here.
"""

from __future__ import annotations

from corpora.case import Case, accept, closed, cut, either, head, lines, reject

LEFT_OUT = {
    "requests, uploads, tunnels, TLS, addresses": "not about reading a response",
    "read, readinto, readline, read1, peek in all sizes": "a body comes whole here",
    "test_early_eof": "a status line without its end is incomplete to us, and RFC 9112 §8 has it so",
    "closing, debug levels, module attributes": "http.client's own interface",
}

TE = head(b"Transfer-Encoding: chunked")
CHUNKS = b"a\r\nhello worl\r\n3\r\nd! \r\n8\r\nand now \r\n22\r\nfor something completely different\r\n"
DECODED = b"hello world! and now for something completely different"
TRAILERS = lines(b"X-Dummy: foo", b"X-Dumm2: foo")
DUMMY = b"Dummy body\r\n"


def kept(name: str, version: bytes, *fields: bytes, keep: bool) -> Case:
    return accept(
        name, head(*fields, b"Content-Length: 12", start=b"HTTP/%s 200 OK" % version) + DUMMY, DUMMY, keep=keep
    )


CASES = [
    closed("a status line", head(start=b"HTTP/1.1 200 Ok") + b"Text", b"Text", reason="Ok"),
    reject("status 400.100", head(start=b"HTTP/1.1 400.100 Not Ok") + b"Text"),
    accept("a length", head(b"Content-Length: 4") + b"Text", b"Text"),
    accept("a length over lines", head(b"Content-Length: 13") + b"Text\r\nAnother", b"Text\r\nAnother"),
    cut("a length too large", head(b"Content-Length: 10") + b"Text"),
    cut("a length too large by three", head(b"Content-Length: 10") + b"Hello\r\n"),
    accept("more than the length", head(b"Content-Length: 10") + b"Hello123\r\n", b"Hello123\r\n", rest=b"extradata"),
    reject("a negative length", head(b"Content-Length: -1") + b"Hello\r\n"),
    reject("an empty name", head(b"First: val", b": nval", b"Second: val")),
    accept(
        "every octet a field may have",
        head(
            b"!#$%&'*+-.^_`|~: value",
            b"VCHAR: " + bytes(range(0x21, 0x7F)),
            b"obs-text: " + bytes(range(0x80, 0x100)),
            b"obs-fold: text",
            b" folded with space",
            b"\tfolded with tab",
            b"Content-Length: 0",
        ),
        headers=(
            (b"!#$%&'*+-.^_`|~", b"value"),
            (b"vchar", bytes(range(0x21, 0x7F))),
            (b"obs-text", bytes(range(0x80, 0x100))),
            (b"obs-fold", b"text folded with space folded with tab"),
        ),
    ),
    closed(
        "two cookies",
        head(
            b'Set-Cookie: Customer="WILE_E_COYOTE"; Version="1"; Path="/acme"',
            b'Set-Cookie: Part_Number="Rocket_Launcher_0001"; Version="1"; Path="/acme"',
        )
        + b"No body\r\n",
        b"No body\r\n",
        headers=(
            (b"set-cookie", b'Customer="WILE_E_COYOTE"; Version="1"; Path="/acme"'),
            (b"set-cookie", b'Part_Number="Rocket_Launcher_0001"; Version="1"; Path="/acme"'),
        ),
    ),
    accept("HEAD", head(b"Content-Length: 14432"), head=True),
    accept("HEAD of a chunked body", TE, head=True, rest=CHUNKS),
    either(accept("101 fields", head(*(b"Header%d: foo" % n for n in range(101)), b"Content-Length: 0"))),
    accept("chunks", TE + CHUNKS + b"0\r\n\r\n", DECODED),
    cut("chunks without a last one", TE + CHUNKS),
    reject("chunks and a word", TE + CHUNKS + b"foo\r\n"),
    accept("an extension", TE + CHUNKS + b"3;foo=bar\r\nabc\r\n0;foo=bar\r\n\r\n", DECODED + b"abc"),
    cut("no empty line after the last chunk", TE + CHUNKS + b"0\r\n"),
    accept(
        "trailers",
        TE + CHUNKS + b"0\r\n" + TRAILERS + b"\r\n",
        DECODED,
        trailers=((b"x-dummy", b"foo"), (b"x-dumm2", b"foo")),
    ),
    accept("more than the chunks", TE + CHUNKS + b"0\r\n" + TRAILERS + b"\r\n", DECODED, rest=b"extradata"),
    accept(
        "chunks that end in LF",
        TE + b"a\r\nhello worl\r\n3\r\nd!\n\r\n9\r\nand now \n\r\n3\r\nfoo\r\n0\r\n\r\n",
        b"hello world!\nand now \nfoo",
    ),
    reject("a status line of 64 KiB", head(start=b"HTTP/1.1 200 Ok" + b"k" * 65536), "limit"),
    reject("a field of 64 KiB", head(b"X-Foo: bar" + b"r" * 65536), "limit"),
    reject("a size of 64 KiB", TE + b"0" * 65536 + b"a\r\nhello world\r\n0\r\n\r\n", "limit"),
    kept("1.0", b"1.0", keep=False),
    kept("1.0 keep-alive", b"1.0", b"Connection: keep-alive", keep=True),
    kept("1.0 keep-ALIVE", b"1.0", b"Connection: keep-ALIVE", keep=True),
    kept("1.1", b"1.1", keep=True),
    kept("1.1 close", b"1.1", b"Connection: close", keep=False),
    kept("1.1 cloSE", b"1.1", b"Connection: cloSE", keep=False),
    cut("nothing", b""),
    cut("100 and nothing", head(start=b"HTTP/1.1 100 Continue")),
    reject("no status line", b"Invalid status line", ""),
]
