"""Whole responses, valid and nearly so, in any reads: the fast path and the complete parser say the same."""

from __future__ import annotations

from itertools import pairwise

import pytest
from fuzzing import told
from hypothesis import event, given, settings
from hypothesis import strategies as st
from references import chunked_reference, shortcuts_agree

from loadspec.wire.encoding import encode_content
from loadspec.wire.limits import Limits

LIMITS = Limits()

bodies = st.binary(max_size=300) | st.sampled_from([b"", b"\r\n0\r\n\r\n", b"0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
names = st.sampled_from([b"Server", b"Date", b"X-Id", b"Set-Cookie", b"ETag", b"set-cookie", b"Vary"])
values = st.text('abc 1,:;=\t\xe4"', max_size=12).map(lambda text: text.encode("latin-1"))
fields = st.lists(st.builds(lambda name, value: b"%s: %s" % (name, value), names, values), max_size=4)
connections = st.sampled_from([[], [], [b"Connection: keep-alive"], [b"connection: CLOSE"]])
statuses = st.sampled_from([b"200 OK", b"201 Created", b"302 Found", b"404 ", b"429", b"500 Internal Server Error"])


def assembled(start: bytes, lines: list[bytes], body: bytes) -> bytes:
    return b"\r\n".join([start, *lines, b"", b""]) + body


def chunks(body: bytes, cuts: list[int]) -> bytes:
    edges = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    parts = [body[a:b] for a, b in pairwise(edges)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@st.composite
def plain(draw: st.DrawFn) -> bytes:
    """What nearly every server sends: a length, or chunks."""
    body, lines = draw(bodies), [*draw(fields), *draw(connections)]
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), b"Content-Encoding: gzip")
        body = encode_content(body, "gzip")
    if draw(st.booleans()):
        framing, wired = b"Transfer-Encoding: chunked", chunks(body, draw(st.lists(st.integers(0, 99), max_size=3)))
    else:
        framing, wired = b"Content-Length: %d" % len(body), body
    lines.insert(draw(st.integers(0, len(lines))), framing)
    return assembled(b"HTTP/1.1 " + draw(statuses), lines, wired)


odd_fields = st.sampled_from(
    [b"Content-Length: 3", b"Content-Length: 3, 3", b"content-length: 0", b"Content-Length: x", b"Content-Length:",
     b"Transfer-Encoding: chunked", b"transfer-encoding: gzip, chunked", b"Transfer-Encoding: chunked, gzip",
     b"Transfer-Encoding:", b"Transfer-Encoding: identity", b"Connection: upgrade", b"Connection: a, close", b" folded",
     b"\tfolded", b"Bad Name: x", b"NoColon", b": x", b"X: a\0b", b"X: a\rb", b"X: a\nb", b"", b"\n x: y"]
)  # fmt: skip
odd_starts = st.sampled_from(
    [b"HTTP/1.0 200 OK", b"HTTP/1.1 204 No", b"HTTP/1.1 304 Not", b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK",
     b"HTTP/1.1 101 Up", b"HTTP/1.3 200 OK", b"HTTP/2 200 OK", b"HTTP/1.1  200 OK", b"\r\nHTTP/1.1 200 OK",
     b"HTTP/1.1 200 OK\nX: y"]
)  # fmt: skip


@st.composite
def near(draw: st.DrawFn) -> bytes:
    """A response with something odd about it, or several such."""
    body = draw(bodies)
    lines = [*draw(fields), *draw(connections), *draw(st.lists(odd_fields, max_size=3))]
    lines = draw(st.permutations(lines))
    start = draw(odd_starts) if draw(st.booleans()) else b"HTTP/1.1 " + draw(statuses)
    wired = draw(st.sampled_from([body, chunks(body, []), chunks(body, [1, 7, 50]), chunks(body, [])[:-2]]))
    ends = draw(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n"]))
    raw = assembled(start, lines, wired).replace(b"\r\n", ends)
    return raw + draw(st.sampled_from([b"", b"", b"\r\n", b"HTTP/1.1 500 X\r\n\r\n"]))


cuts = st.lists(st.floats(0, 1), max_size=5)


def reads(raw: bytes, where: list[float]) -> list[bytes]:
    edges = [0, *sorted(int(at * len(raw)) for at in where), len(raw)]
    return [raw[a:b] for a, b in pairwise(edges)]


@settings(max_examples=300)
@given(plain())
def test_a_shortcut_takes_what_nearly_every_server_sends(raw: bytes) -> None:
    assert shortcuts_agree([raw])


@settings(max_examples=600)
@given(plain() | near(), cuts)
def test_the_same_in_any_reads(raw: bytes, where: list[float]) -> None:
    pieces = reads(raw, where)
    event(f"a shortcut: {shortcuts_agree(pieces)}")
    whole = told([raw], limits=LIMITS)
    event("read" if len(whole) > 2 else str(whole))
    assert told(pieces, limits=LIMITS) == whole
    shortcuts_agree([raw])


@settings(max_examples=200)
@given(bodies, st.lists(st.integers(0, 300), max_size=5), cuts, st.binary(max_size=9))
def test_chunks_are_read_as_the_plain_reader_reads_them(
    body: bytes, where: list[int], splits: list[float], rest: bytes
) -> None:
    raw = chunks(body, where) + rest
    assert chunked_reference(raw, LIMITS) == (body, [], rest)
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = told(reads(start + raw, splits), limits=LIMITS)
    assert (answer[4], answer[8]) == (body, rest)


@pytest.mark.parametrize("end", [b"\r\n\n x: y\r\n\r\n", b"\r\nX: y\n\r\n\r\n", b"\n\nX: y\r\n\r\n"])
def test_a_head_that_ends_before_its_crlf_crlf_takes_no_shortcut(end: bytes) -> None:
    for framing in (b"Content-Length: 2", b"Transfer-Encoding: chunked"):
        raw = b"HTTP/1.1 200 OK\r\n" + framing + end + b"2\r\nab\r\n0\r\n\r\n"
        assert not shortcuts_agree([raw])
