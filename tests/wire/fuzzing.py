"""Fuzz targets of what reads a server's bytes, and a mutator to drive them: no coverage, but any number of cases.

A target takes bytes and raises AssertionError where an invariant breaks; any exception it lets through is a finding.
`python tests/wire/fuzzing.py --seconds 600 --seed 7` runs all of them in turn and says how many cases there were; a
coverage-guided fuzzer such as atheris can call the same targets.
"""

from __future__ import annotations

import argparse
import gzip
import random
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import brotli
from backports import zstd
from corpora import CORPORA
from references import chunked_reference, shortcuts_agree
from wire_response_cases import CASES

from loadspec.protocols.http.cookies import Jar, parse_set_cookie
from loadspec.wire.encoding import CODING_NAMES, decode_content, encode_content
from loadspec.wire.errors import ProtocolError
from loadspec.wire.headers import header_list, parse_headers
from loadspec.wire.limits import Limits
from loadspec.wire.response import ResponseParser
from loadspec.wire.url import Origin, parse_url

TE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SMALL = Limits(head_bytes=2048, headers=40, body_bytes=5000, decoded_bytes=20_000, ratio_free_bytes=10_000)

Pieces = Sequence[bytes]


def told(pieces: Pieces, head: bool = False, discard: bool = False, limits: Limits = SMALL) -> tuple[object, ...]:
    """All that a caller sees of a response in these pieces that the peer's close follows."""
    parser = ResponseParser(head, limits, discard)
    try:
        for piece in pieces:
            parser.feed(piece)
        parser.eof()
    except ProtocolError as error:
        assert not parser.keep_alive
        return error.kind, error.phase
    assert len(parser.head) <= limits.head_bytes
    assert len(parser.body) <= max(limits.body_bytes, limits.decoded_bytes)
    assert header_list(parser.head) == parser.headers
    assert set(parse_headers(parser.head)) == {name.decode() for name, _ in parser.headers}
    if discard:
        assert parser.body == b""
    return (
        parser.status, parser.reason, parser.head, parser.trailers, b"" if discard else parser.body, parser.keep_alive,
        parser.informational, parser.wire_bytes, parser.trailing,
    )  # fmt: skip


def split(data: bytes) -> Pieces:
    """Some split of the bytes, always the same one of the same bytes."""
    rng = random.Random(zlib.crc32(data))
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(1, 5)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def response(data: bytes) -> None:
    """Any split gives the same answer, for HEAD as well; thrown away or kept."""
    for head in (False, True):
        whole = told([data], head)
        assert told(split(data), head) == whole
        if len(data) < 150:
            assert told([data[n : n + 1] for n in range(len(data))], head) == whole
        thrown = told([data], head, discard=True)
        if len(whole) > 2 and len(thrown) > 2:  # the body caps, and faults of its coding, do not hold then
            assert (whole[:4], whole[5:]) == (thrown[:4], thrown[5:])


def shortcuts(data: bytes) -> None:
    """What the fast path makes of an answer is what the complete parser makes of it."""
    shortcuts_agree([data])
    shortcuts_agree(split(data))


def chunked(data: bytes) -> None:
    """The chunk reader against one that looks at the whole body at once."""
    expected = chunked_reference(data, SMALL)
    got = told([TE + data])
    if isinstance(expected, str):
        assert got[0] == expected, (got, expected)
    else:
        assert (got[4], got[3], got[8]) == expected, (got, expected)
    assert told(split(TE + data)) == got


LIBRARIES: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": partial(zstd.decompress, options={zstd.DecompressionParameter.window_log_max: 23}),
}


def encodings(data: bytes) -> None:
    """Decoded as the library decodes it in one go, or refused; never beyond the room."""
    name, body = CODING_NAMES[data[0] % 4] if data else "gzip", data[1:]
    try:
        ours: bytes | None = decode_content(body, name.encode(), SMALL)
    except ProtocolError as error:
        ours = None
        if error.kind == "limit" or error.phase != "decode":
            return
    assert ours is None or len(ours) <= SMALL.decoded_bytes
    try:
        theirs: bytes | None = LIBRARIES[name](body) if body else b""
    except Exception:
        theirs = None
    if name == "deflate" and theirs is None:
        return  # raw deflate, which zlib's own function does not guess
    if name in ("gzip", "deflate") and ours is None:
        return  # Python passes over reserved flags, zero bytes between members and bytes behind the last
    if name == "gzip" and theirs is None and ours and body[-4:] == len(ours).to_bytes(4, "little"):
        return  # bytes behind the member that end as it does: libdeflate does not say that it left any
    assert ours == theirs, (name, ours, theirs)


def url(data: bytes) -> None:
    """An origin and a target that can be written into a request, or a ValueError; and the same when read again."""
    try:
        origin, target = parse_url(data.decode("utf-8", "replace"))
    except ValueError:
        return
    assert target.startswith("/")
    assert target.isascii()
    assert target.isprintable()
    assert " " not in target
    assert parse_url(f"{origin}{target}") == (origin, target)


def set_cookie(data: bytes) -> None:
    """Whatever is kept goes into one line of a request."""
    line = data.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")
    parse_set_cookie(line)
    origin, jar = Origin("http", "a.example.com", 80), Jar()
    jar.store(b"HTTP/1.1 200 OK\r\nSet-Cookie: " + line + b"\r\nSet-Cookie: last=1\r\n\r\n", origin, "/a/b?c")
    sent = jar.attach(b"GET /a/b HTTP/1.1\r\nHost: a.example.com\r\n\r\n", origin)
    assert sent.count(b"\r\n") == sent.count(b"\n") == sent.count(b"\r") == 4
    assert b"last=1" in sent


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (response, shortcuts, chunked, encodings, url, set_cookie)
}

RESPONSES = [case.raw for case in (*CORPORA.values(), *CASES.values()) if len(case.raw) < 1500]
TEXT = b'{"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]}' * 9
URLS = [
    b"http://a.example.com/b?c=d#e", b"https://user:secret@b/", b"http://[::1]:8080/", b"http://[fe80::1%25eth0]/",
    b"HTTP://A:0/%zz", "http://bücher.example/ü?ß".encode(), b"http://a:99999", b"ftp://a/", b"http:///a", b"//a/b",
]  # fmt: skip
COOKIES = [
    b"a=b; Path=/; HttpOnly", b"a=b; Domain=.example.com; Secure; Max-Age=-1", b"=; ;;;=;", b"a",
    b"sid=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", b"sid=1; Expires=Wed, 21-Oct-37 07:28:00 GMT",
    b'a="b c"; path=x; domain=a.example.com; max-age=9999999999999999999999',
]  # fmt: skip
SEEDS: dict[str, list[bytes]] = {
    "response": RESPONSES,
    "shortcuts": RESPONSES,
    "chunked": [raw.partition(b"\r\n\r\n")[2] for raw in RESPONSES if b"hunked" in raw],
    "encodings": [
        bytes([at]) + encode_content(text, name)
        for at, name in enumerate(CODING_NAMES)
        for text in (b"", b"x", TEXT, bytes(15_000))
    ],
    "url": URLS,
    "set_cookie": COOKIES,
}
TOKENS = [
    *(bytes([byte]) for byte in b"\r\n\0 \t:;,=05f\xff%@[]?#"),
    b"\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", b"\r\n folded", b"chunked", b" 204 ", b" 304 ", b"://",
    b"HTTP/1.1 ", b"HTTP/1.0 ", b"HTTP/1.1 100 C\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"Content-Length: 5\r\n",
    b"content-length: 0\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
    b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Content-Encoding: gzip\r\n", b"Set-Cookie: a=b\r\n",
    b"99999999999999999999", b"ffffffffffffffff", b"; Max-Age=", b"; Domain=", "ß".encode(),
]  # fmt: skip


def mutated(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A seed after one to five small changes."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((1, 1, 2, 4, 16, 64)))
        change = rng.randrange(6)
        if change == 0:
            data[at:end] = b""
        elif change == 1:
            data[at:at] = rng.choice(TOKENS)
        elif change == 2:
            data[at : at + 1] = rng.randbytes(1)
        elif change == 3:
            data[at:at] = data[at:end]
        elif change == 4:
            other = rng.choice(seeds)
            data[at:] = other[rng.randrange(len(other) + 1) :]
        else:
            data[at:end] = rng.choice(TOKENS)
    return bytes(data[:4000])


def fuzz(name: str, seed: int, cases: int) -> None:
    """So many cases of a target; the case is in the error if one fails or takes a second."""
    rng, target, seeds = random.Random(f"{name} {seed}"), TARGETS[name], SEEDS[name]
    for _ in range(cases):
        data = mutated(rng, seeds)
        started = time.process_time()
        try:
            target(data)
        except Exception as error:
            raise AssertionError(f"{name}({data!r}) of seed {seed}") from error
        assert time.process_time() - started < 1.0, f"{name}({data!r}) takes too long"


def main() -> None:
    """Run the targets in turn until the time is over."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("targets", nargs="*", default=list(TARGETS))
    given = options.parse_args()
    end, seed, done = time.monotonic() + given.seconds, given.seed, Counter[str]()
    while time.monotonic() < end:
        for name in given.targets:
            fuzz(name, seed, 2000)
            done[name] += 2000
        seed += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"seeds {given.seed} to {seed - 1}: {dict(done)}, {done.total()} cases, no finding, peak {peak} MiB")


if __name__ == "__main__":
    sys.exit(main())
