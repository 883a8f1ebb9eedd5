"""The corpora of other clients: each case whole, byte by byte, at every split, and with bytes behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from corpora import CORPORA, SOURCES
from corpora.case import Case
from references import parse_chunks, parse_head

from loadspec.wire.errors import ProtocolError
from loadspec.wire.response import ResponseParser

SPLITS = 700  # at most, of one case; longer ones are split at so many places
BEHIND = b"HTTP/1.1 500 Another\r\n\r\n"


def read(case: Case, pieces: Iterable[bytes]) -> ResponseParser | ProtocolError:
    """The parser after the pieces and the peer's close, or the error."""
    parser = ResponseParser(case.head)
    try:
        for piece in pieces:
            parser.feed(piece)
        assert parser.complete or case.closes or case.verdict != "accept", "it ends without the peer's close"
        parser.eof()
    except ProtocolError as error:
        assert not parser.keep_alive
        return error
    return parser


def told(case: Case, pieces: Iterable[bytes]) -> tuple[object, ...]:
    """All that a caller sees."""
    answer = read(case, pieces)
    if isinstance(answer, ProtocolError):
        return answer.kind, answer.phase
    return (
        answer.status, answer.reason, answer.version, answer.headers, answer.trailers, answer.body, answer.keep_alive,
        answer.wire_bytes, answer.trailing,
    )  # fmt: skip


def check(case: Case, parser: ResponseParser, trailing: bytes) -> None:
    assert (parser.status, parser.body, parser.trailing) == (case.status, case.body, trailing)
    assert parser.keep_alive is (case.keep and not trailing)
    assert set(case.headers) <= set(parser.headers)
    assert set(case.trailers) <= set(parser.trailers)
    assert case.reason in (None, parser.reason)
    assert parser.wire_bytes == len(case.raw)


@pytest.mark.parametrize("name", CORPORA)
def test_verdict(name: str) -> None:
    case = CORPORA[name]
    answer = read(case, [case.raw, case.rest])
    if isinstance(answer, ProtocolError):
        assert case.verdict != "accept", answer
        assert case.kind in ("", answer.kind)
        assert answer.message.endswith(".")
    else:
        assert case.verdict != "reject", (answer.status, answer.headers, answer.body)
        if case.status:
            check(case, answer, case.rest)


@pytest.mark.parametrize("name", CORPORA)
def test_the_same_however_it_is_split(name: str) -> None:
    case = CORPORA[name]
    raw = case.raw + case.rest
    whole = told(case, [raw])
    assert told(case, [raw[n : n + 1] for n in range(len(raw))] if len(raw) < 10_000 else [raw[:9], raw[9:]]) == whole
    for at in range(0, len(raw), len(raw) // SPLITS + 1):
        assert told(case, [raw[:at], raw[at:]]) == whole


@pytest.mark.parametrize("name", [name for name, case in CORPORA.items() if not case.closes and not case.rest])
def test_with_bytes_behind_it(name: str) -> None:
    case = CORPORA[name]
    if case.verdict == "reject":
        if case.kind != "incomplete":
            assert isinstance(read(case, [case.raw + BEHIND]), ProtocolError)
        return
    for pieces in ([case.raw + BEHIND], [case.raw, BEHIND]):
        answer = read(case, pieces)
        if isinstance(answer, ResponseParser) and case.verdict == "accept":
            check(case, answer, BEHIND)


@pytest.mark.parametrize("name", [name for name, case in CORPORA.items() if not case.head])
def test_the_shortcuts_agree(name: str) -> None:
    case = CORPORA[name]
    head, chunks = parse_head(case.raw), parse_chunks(case.raw)
    if head is None and chunks is None:
        return
    assert case.verdict != "reject" or case.kind == "incomplete"
    if head is not None and len(case.raw) >= head[1] + head[2]:
        status, start, length, _, close, _ = head
        assert (status, case.raw[start : start + length], not close) == (case.status, case.body, case.keep)
    if chunks is not None:
        assert (chunks[0], chunks[2], not chunks[4]) == (case.status, case.body, case.keep)


def test_every_size_in_hexadecimal() -> None:
    for size in range(1235):
        raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size)
        parser = ResponseParser()
        assert parser.feed(raw if size else raw[:-5])
        assert parser.body == b"x" * size


def test_the_corpora_are_whole() -> None:
    verdicts = Counter(case.verdict for case in CORPORA.values())
    assert len(CORPORA) == sum(len(module.CASES) for module in SOURCES.values()), "a name is used twice"
    assert verdicts["accept"] > 150
    assert verdicts["reject"] > 150
    for module in SOURCES.values():
        assert module.LEFT_OUT
        assert module.__doc__ is not None
        assert "(" in module.__doc__, "the licence"
