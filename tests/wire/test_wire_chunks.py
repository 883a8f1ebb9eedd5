"""The shortcut for a chunked answer in one read against the complete parser."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from references import parse_chunks
from wire_response_cases import CASES

from loadspec.wire.errors import ProtocolError
from loadspec.wire.response import ResponseParser

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"


def whole(*parts: bytes, head: bytes = HEAD) -> bytes:
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def agrees(data: bytes) -> bool:
    """Whether the shortcut takes `data`; if so, the complete parser must say the same."""
    answer = parse_chunks(data)
    assert parse_chunks(data) == answer, "the cache changed the answer"
    if answer is None:
        return False
    status, end, body, encoding, close, _ = answer
    parser = ResponseParser()
    assert parser.feed(data)
    assert (parser.status, parser.head, parser.body) == (status, data[:end], body)
    assert (parser.content_encoding, parser.keep_alive, parser.trailing) == (encoding, not close, b"")
    return True


@pytest.mark.parametrize("parts", [[b'{"a":1}'], [b'{"a"', b":1}"], [b"\r\n", b"0\r\n\r\n", b"x" * 5000], []])
def test_takes_the_usual_answers(parts: list[bytes]) -> None:
    data = whole(*parts)
    assert agrees(data)
    assert parse_chunks(data) == (200, len(HEAD), b"".join(parts), b"gzip", False, False)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"2;x=y\r\nab\r\n0\r\n\r\n",
        HEAD + b"2\r\nab\r\n0\r\nA: b\r\n\r\n",
        HEAD + b"2\r\nab\r\n0;x\r\n\r\n",
        HEAD + b"2\r\nab\r\n00\r\n\r\n",
        HEAD + b"+2\r\nab\r\n0\r\n\r\n",
        HEAD + b"000000002\r\nab\r\n0\r\n\r\n",
        HEAD + b"3\r\nab\r\n0\r\n\r\n",
        HEAD + b"1\r\nab\r\n0\r\n\r\n",
        HEAD + b"2\r\nab\n\n0\r\n\r\n",
        HEAD + b"2\nab\r\n0\r\n\r\n",
        HEAD + b"\r\n0\r\n\r\n",
        HEAD + b"ffffffff\r\nab\r\n0\r\n\r\n",
        whole(b"ab") + b"x",
        whole(b"ab") + whole(b"ab"),
        whole(b"ab") + b"0\r\n\r\n",
        whole() + b"0\r\n\r\n",
        whole(b"ab")[:-1],
        whole(b"ab", head=HEAD.replace(b"200 OK", b"204 No")),
        whole(b"ab", head=HEAD.replace(b"200 OK", b"100 Go")),
        whole(b"ab", head=HEAD.replace(b"chunked", b"gzip, chunked")),
        whole(b"ab", head=HEAD.replace(b"HTTP/1.1", b"HTTP/2.0")),
        whole(b"ab", head=HEAD[:-2] + b"\n x: y\r\n\r\n"),
    ],
)
def test_leaves_the_rest_to_the_parser(data: bytes) -> None:
    assert parse_chunks(data) is None


headers = st.sampled_from([b"", b"Connection: close\r\n", b"Content-Length: 4\r\n"])


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5), headers)
@example([b"ab\r\n0\r\n\r\n"], b"")
@example([b"\r\n0\r\n", b"\r\n0\r\n\r\n"], b"")
def test_agrees_on_any_chunks(parts: list[bytes], header: bytes) -> None:
    assert agrees(whole(*parts, head=HEAD[:-2] + header + b"\r\n"))


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=3), st.data())
def test_agrees_on_damaged_answers(parts: list[bytes], data: st.DataObject) -> None:
    raw = bytearray(whole(*parts))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255))
    try:
        agrees(bytes(raw))
    except ProtocolError as error:
        pytest.fail(f"the shortcut took what the parser refuses: {error}")


@pytest.mark.parametrize("name", CASES)
def test_agrees_on_the_conformance_table(name: str) -> None:
    agrees(CASES[name].raw)
