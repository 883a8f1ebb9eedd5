"""The shortcut for an answer in one chunk against the complete parser."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wire_response_cases import CASES

from loadspec.wire.errors import ProtocolError
from loadspec.wire.fasthead import parse_one_chunk
from loadspec.wire.response import ResponseParser

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"


def whole(body: bytes, head: bytes = HEAD) -> bytes:
    return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def agrees(data: bytes) -> bool:
    """Whether the shortcut takes `data`; if so, the complete parser must say the same."""
    answer = parse_one_chunk(data)
    if answer is None:
        return False
    status, end, start, stop, encoding, close, _ = answer
    parser = ResponseParser()
    assert parser.feed(data)
    assert (parser.status, parser.head, parser.body) == (status, data[:end], data[start:stop])
    assert (parser.content_encoding, parser.keep_alive, parser.trailing) == (encoding, not close, b"")
    return True


def test_takes_the_usual_answer() -> None:
    data = whole(b'{"a":1}')
    assert agrees(data)
    assert parse_one_chunk(data) == (200, len(HEAD), len(HEAD) + 3, len(HEAD) + 10, b"gzip", False, False)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"0\r\n\r\n",
        HEAD + b"2\r\nab\r\n2\r\nab\r\n0\r\n\r\n",
        HEAD + b"2;x=y\r\nab\r\n0\r\n\r\n",
        HEAD + b"2\r\nab\r\n0\r\nA: b\r\n\r\n",
        HEAD + b"+2\r\nab\r\n0\r\n\r\n",
        HEAD + b"3\r\nab\r\n0\r\n\r\n",
        HEAD + b"1\r\nab\r\n0\r\n\r\n",
        whole(b"ab") + b"x",
        whole(b"ab")[:-1],
        whole(b"ab", HEAD.replace(b"200 OK", b"204 No")),
        whole(b"ab", HEAD.replace(b"200 OK", b"100 Go")),
        whole(b"ab", HEAD.replace(b"chunked", b"gzip, chunked")),
        whole(b"ab", HEAD.replace(b"HTTP/1.1", b"HTTP/2.0")),
        whole(b"ab", HEAD[:-2] + b"\n x: y\r\n\r\n"),
    ],
)
def test_leaves_the_rest_to_the_parser(data: bytes) -> None:
    assert parse_one_chunk(data) is None


@given(st.binary(min_size=1, max_size=300), st.sampled_from([b"", b"Connection: close\r\n", b"Content-Length: 4\r\n"]))
@example(b"ab\r\n0\r\n\r\n", b"")
@example(b"\r\n0\r\n", b"")
def test_agrees_on_any_body(body: bytes, header: bytes) -> None:
    assert agrees(whole(body, HEAD[:-2] + header + b"\r\n"))


@given(st.binary(min_size=1, max_size=40), st.data())
def test_agrees_on_damaged_answers(body: bytes, data: st.DataObject) -> None:
    raw = bytearray(whole(body))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255))
    try:
        agrees(bytes(raw))
    except ProtocolError as error:
        pytest.fail(f"the shortcut took what the parser refuses: {error}")


@pytest.mark.parametrize("name", CASES)
def test_agrees_on_the_conformance_table(name: str) -> None:
    agrees(CASES[name].raw)
