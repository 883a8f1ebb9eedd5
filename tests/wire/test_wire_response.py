"""Every case of the table, fed whole, in halves, byte by byte, and with bytes after it."""

from __future__ import annotations

import gc
import gzip
import tracemalloc
import weakref
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_response_cases import CASES, FAMILIES, HELLO, TE, Case, H, head

from loadspec.wire.errors import ProtocolError
from loadspec.wire.limits import Limits
from loadspec.wire.response import ResponseParser

SURPLUS = b"HTTP/1.1 500 Another\r\n\r\n"


def whole(raw: bytes) -> list[bytes]:
    return [raw]


def bytewise(raw: bytes) -> list[bytes]:
    return [raw[n : n + 1] for n in range(len(raw))]


def halves(raw: bytes) -> list[bytes]:
    return [raw[: len(raw) // 2], b"", raw[len(raw) // 2 :]]


def fed(pieces: Iterable[bytes], head_request: bool = False, eof: bool = False) -> tuple[ResponseParser, bool]:
    parser, done = ResponseParser(head_request), False
    for piece in pieces:
        done = parser.feed(piece)
    return parser, parser.eof() if eof else done


def outcome(pieces: Iterable[bytes], head_request: bool = False) -> tuple[object, ...]:
    """Everything a caller sees, with the end of the connection after the last piece."""
    try:
        parser, _ = fed(pieces, head_request, eof=True)
    except ProtocolError as error:
        return error.kind, error.phase
    return (
        parser.status, parser.reason, parser.version, parser.head, parser.headers, parser.trailers, parser.body,
        parser.keep_alive, parser.informational, parser.wire_bytes, parser.trailing, parser.content_encoding,
    )  # fmt: skip


def check(case: Case, parser: ResponseParser, surplus: bytes = b"") -> None:
    assert (parser.status, parser.body) == (case.status, case.body)
    assert parser.keep_alive is (case.keep and not surplus)
    assert parser.trailing == surplus
    assert parser.wire_bytes == len(case.raw)


def test_the_table_is_large_and_names_are_unique() -> None:
    assert len(CASES) == sum(map(len, FAMILIES.values())) >= 120


@pytest.mark.parametrize("split", [whole, halves, bytewise])
@pytest.mark.parametrize("name", CASES)
def test_case(name: str, split: object) -> None:
    case = CASES[name]
    pieces = split(case.raw)  # type: ignore[operator]
    if case.error is None:
        parser, done = fed(pieces, case.head, case.eof)
        assert done
        check(case, parser)
        return
    with pytest.raises(ProtocolError) as caught:
        fed(pieces, case.head, case.eof)
    assert (caught.value.kind, caught.value.phase) == case.error
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.eof])
def test_case_with_trailing_bytes(name: str) -> None:
    case = CASES[name]
    for pieces in (whole(case.raw + SURPLUS), [case.raw, SURPLUS], bytewise(case.raw + SURPLUS)):
        if case.error is None:
            check(case, fed(pieces, case.head)[0], SURPLUS)
        else:
            with pytest.raises(ProtocolError) as caught:
                fed(pieces, case.head)
            assert (caught.value.kind, caught.value.phase) == case.error


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.eof and not case.error])
def test_not_complete_before_the_last_byte(name: str) -> None:
    case = CASES[name]
    assert not fed(whole(case.raw[:-1]), case.head)[1]


STREAMS = st.sampled_from([case.raw for case in CASES.values() if len(case.raw) < 2000])


@given(st.data())
def test_any_split_gives_the_same_result(data: st.DataObject) -> None:
    raw = data.draw(STREAMS) + data.draw(st.sampled_from([b"", b"\r\n", SURPLUS]))
    if data.draw(st.booleans()):  # damage a byte
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        raw = (
            raw[:at] + data.draw(st.sampled_from([b"", b"\r", b"\n", b"\0", b" ", b":", b"9", b"\r\n"])) + raw[at + 1 :]
        )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    head_request = data.draw(st.booleans())
    assert outcome(pieces, head_request) == outcome([raw], head_request) == outcome(bytewise(raw), head_request)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_end_in_a_result_or_a_protocol_error(raw: bytes) -> None:
    for prefix in (b"", b"HTTP/1.1 ", H, TE):
        assert outcome([prefix + raw]) == outcome(bytewise(prefix + raw))


def test_headers_keep_their_order_and_repetitions() -> None:
    parser, _ = fed([head(b"B: 1", b"A: 2", b"b: 3", b"Content-Length: 0")])
    assert parser.headers == [(b"b", b"1"), (b"a", b"2"), (b"b", b"3"), (b"content-length", b"0")]
    assert parser.head == head(b"B: 1", b"A: 2", b"b: 3", b"Content-Length: 0")


def test_a_changed_header_list_does_not_reach_the_next_response() -> None:
    raw = head(b"A: 1", b"Content-Length: 0")
    fed([raw])[0].headers.clear()
    assert len(fed([raw])[0].headers) == 2


def test_folded_values_are_joined_by_one_space() -> None:
    parser, _ = fed([head(b"X: one  ", b"\t two", b" \t", b" three", b"Content-Length: 0")])
    assert parser.headers[0] == (b"x", b"one two three")


@pytest.mark.parametrize("filler", [b" ", b"\t", b" \r\n", b"\r\n \t", b",", b"a,"])
def test_a_hostile_head_takes_no_quadratic_time(filler: bytes) -> None:
    """Each of these is a minute's work for a pattern that backtracks; the suite's timeout would show it."""
    for name in (b"X", b"Connection", b"Transfer-Encoding"):
        value = filler * (65000 // len(filler))
        outcome([H + name + b": x\r\n\t" + value + b"\r\n\r\n"])


def test_trailers_are_kept_apart() -> None:
    parser, _ = fed([TE + b"0\r\nX-Sum: 1\r\nY:2\r\n\r\n"])
    assert parser.trailers == [(b"x-sum", b"1"), (b"y", b"2")]
    assert parser.headers == [(b"transfer-encoding", b"chunked")]


def test_the_final_response_hides_the_informational_ones() -> None:
    raw = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + head(b"Content-Length: 0")
    parser, _ = fed([raw])
    assert (parser.informational, parser.head, parser.reason) == (1, head(b"Content-Length: 0"), "OK")
    assert parser.version == (1, 1)


def test_gzip_as_a_transfer_coding_is_undone() -> None:
    zipped = gzip.compress(b"hello")
    raw = head(b"Transfer-Encoding: gzip, chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(zipped), zipped)
    assert fed([raw])[0].body == b"hello"


def test_until_close_is_not_complete_before_the_close() -> None:
    parser, done = fed([b"HTTP/1.1 200 OK\r\n\r\n", b"hi"])
    assert not done
    assert parser.eof()
    assert parser.eof(), "a second close changes nothing"


@pytest.mark.parametrize("framing", [b"HTTP/1.1 200 OK\r\n\r\n", TE, b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"])
def test_the_body_cap_holds_for_every_framing(framing: bytes) -> None:
    body = b"64\r\n" + b"x" * 100 + b"\r\n1\r\nx\r\n" if framing == TE else b"x" * 101
    parser = ResponseParser(limits=Limits(body_bytes=100))
    with pytest.raises(ProtocolError) as caught:
        parser.feed(framing + body)
    assert (caught.value.kind, caught.value.phase) == ("limit", "body")


def test_a_ten_megabyte_head_takes_no_memory() -> None:
    piece = b"X-Filler: " + b"y" * 8000 + b"\r\n"
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError) as caught:
            fed([H, *[piece] * 1250])
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert (caught.value.kind, caught.value.phase) == ("limit", "headers")


def test_a_parser_is_no_reference_cycle() -> None:
    gc.disable()
    try:
        parser, _ = fed([TE + HELLO])
        gone = weakref.ref(parser)
        del parser
        assert gone() is None
    finally:
        gc.enable()


def test_an_empty_line_by_a_lone_lf_ends_the_trailers_however_it_is_fed() -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\n\r\n"
    for pieces in ([raw], bytewise(raw)):
        parser = ResponseParser()
        for piece in pieces:
            parser.feed(piece)
        assert (parser.status, parser.body, parser.trailing) == (200, b"hello", b"\r\n")


def test_after_an_error_there_is_only_that_error() -> None:
    parser = ResponseParser()
    for call in (lambda: parser.feed(TE + b"x\r\n"), lambda: parser.feed(b"0\r\n\r\n"), parser.eof):
        with pytest.raises(ProtocolError) as caught:
            call()
        assert (caught.value.kind, caught.value.phase) == ("protocol", "body")
    assert not parser.complete
    assert not parser.keep_alive


def test_an_incomplete_response_keeps_nothing_alive() -> None:
    parser = ResponseParser()
    assert not parser.feed(head(b"Content-Length: 2") + b"h")
    assert not parser.keep_alive
    assert parser.feed(b"i")
    assert parser.keep_alive


def test_an_unknown_coding_before_chunked_leaves_the_body_as_it_is() -> None:
    zipped = gzip.compress(b"hello")
    raw = head(b"Transfer-Encoding: shrunk, gzip, chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(zipped), zipped)
    parser, done = fed([raw])
    assert done
    assert (parser.body, parser.keep_alive) == (zipped, True)
