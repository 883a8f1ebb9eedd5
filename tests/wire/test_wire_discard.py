"""Bodies that are counted and thrown away."""

from __future__ import annotations

import tracemalloc

import pytest
from wire_response_cases import CASES, TE, Case, H, head

from loadspec.wire.errors import ProtocolError
from loadspec.wire.limits import MIB, Limits
from loadspec.wire.response import ResponseParser


def outcome(case: Case, discard: bool, width: int) -> tuple[object, ...]:
    """All that does not depend on the body's content, with the end of the connection after the last piece."""
    parser = ResponseParser(case.head, discard=discard)
    try:
        for at in range(0, len(case.raw), width):
            parser.feed(case.raw[at : at + width])
        parser.eof()
    except ProtocolError as error:
        return error.kind, error.phase
    assert parser.size == len(case.body)
    assert parser.body == (b"" if discard else case.body)
    return (
        parser.status, parser.headers, parser.trailers, parser.size, parser.keep_alive, parser.wire_bytes,
        parser.trailing,
    )  # fmt: skip


FRAMED = [name for name, case in CASES.items() if case.error is None or case.error[0] != "limit"]


@pytest.mark.parametrize("name", FRAMED)
def test_everything_but_the_body_is_the_same(name: str) -> None:
    case = CASES[name]
    for width in (1, 7, len(case.raw) or 1):
        assert outcome(case, True, width) == outcome(case, False, width)


PIECE = b"x" * 65536
CHUNK = b"10000\r\n%s\r\n" % PIECE


@pytest.mark.parametrize(
    ("start", "piece", "end"),
    [
        (head(b"Content-Length: %d" % (300 * 65536)), PIECE, b""),
        (TE, CHUNK, b"0\r\n\r\n"),
        (H + b"\r\n", PIECE, None),
    ],
    ids=["length", "chunked", "until close"],
)
def test_memory_is_flat_and_no_cap_holds(start: bytes, piece: bytes, end: bytes | None) -> None:
    tracemalloc.start()
    try:
        parser = ResponseParser(limits=Limits(body_bytes=MIB), discard=True)
        parser.feed(start)
        for _ in range(300):
            parser.feed(piece)
        assert parser.eof() if end is None else parser.complete or parser.feed(end)
        assert tracemalloc.get_traced_memory()[1] < MIB
    finally:
        tracemalloc.stop()
    assert (parser.size, parser.body) == (300 * 65536, b"")


@pytest.mark.parametrize("raw", [head(b"Content-Length: " + b"9" * 50), TE + b"f" * 20 + b"\r\n"])
def test_a_length_beyond_all_reason_is_refused_all_the_same(raw: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        ResponseParser(discard=True).feed(raw)
    assert caught.value.kind == "limit"
