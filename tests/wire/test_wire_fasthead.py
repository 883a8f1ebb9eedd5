"""The fast head search against the complete parser: whatever it accepts, both say the same about."""

from __future__ import annotations

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from references import parse_chunks, parse_head
from wire_response_cases import CASES

from loadspec.wire.errors import ProtocolError
from loadspec.wire.fasthead import shortcuts
from loadspec.wire.headers import header_list
from loadspec.wire.limits import Limits
from loadspec.wire.response import ResponseParser

NGINX = (
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n"
)


def agrees(data: bytes) -> bool:
    """Whether `parse_head` accepts `data`; if so, checks every part of its answer."""
    answer = parse_head(data)
    assert parse_head(data) == answer, "the cache changed the answer"
    if answer is None:
        return False
    status, body_start, length, encoding, close, cookies = answer
    parser = ResponseParser()
    assert parser.feed(data[:body_start] + b"x" * length)
    assert (parser.status, len(parser.head), len(parser.body)) == (status, body_start, length)
    assert parser.content_encoding == encoding
    assert parser.keep_alive is not close
    assert cookies == any(name == b"set-cookie" for name, _ in header_list(data[:body_start]))
    return True


def test_a_typical_head() -> None:
    assert parse_head(NGINX + b"hello") == (200, len(NGINX), 5, b"", False, False)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", (404, 45, 0, b"", False, False)),
        (b"HTTP/1.1 200 OK\r\ncontent-length:007\r\n\r\n", (200, 39, 7, b"", False, False)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: Close\r\n\r\n", (200, 57, 9, b"", True, False)),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: GZip\r\nContent-Length: 9\r\n\r\n",
            (200, 62, 9, b"GZip", False, False),
        ),
        (b"HTTP/1.1 200 OK\r\nset-COOKIE: a\r\nContent-Length: 9\r\n\r\n", (200, 53, 9, b"", False, True)),
        (b"HTTP/1.1 200 OK\r\nX: \r\nX: y\r\nContent-Length: 9\r\n\r\n", (200, 49, 9, b"", False, False)),
    ],
)
def test_accepted(raw: bytes, answer: tuple[object, ...]) -> None:
    assert parse_head(raw + b"HTTP/1.1 500\r\n\r\n") == answer
    assert agrees(raw)


@pytest.mark.parametrize(
    "raw",
    [
        NGINX[:-1],
        b"",
        b"\r\n" + NGINX,
        NGINX.replace(b"\r\n", b"\n"),
        NGINX.replace(b"nginx/1.22.1\r\n", b"nginx/1.22.1\n"),
        NGINX.replace(b"OK\r\n", b"OK\r\nA: b\n\n"),
        NGINX.replace(b"HTTP/1.1", b"HTTP/1.0"),
        NGINX.replace(b"Content-Length", b"Content-Size"),
        NGINX.replace(b"Content-Length: 5", b"Content-Length: 5\r\nContent-Length: 5"),
        NGINX.replace(b"Content-Length: 5", b"Content-Length: 5, 5"),
        NGINX.replace(b"Content-Length: 5", b"Content-Length:\r\n 5"),
        NGINX.replace(b"Content-Length: 5", b"Content-Length: 16777217"),
        NGINX.replace(b"Content-Length: 5", b"Content-Length: " + b"9" * 40),
        NGINX.replace(b"Content-Length: 5", b"Content-Length: 5\r\nTransfer-Encoding: chunked"),
        NGINX.replace(b"Content-Length: 5", b"Content-Length: 5\r\nTransfer-Encoding:"),
        NGINX.replace(b"keep-alive", b"upgrade"),
        NGINX.replace(b"keep-alive", b"keep-alive, close"),
        NGINX.replace(b"nginx", b"ng\0nx"),
        NGINX.replace(b"nginx", b"ng\rnx"),
        NGINX.replace(b"Server", b"Ser ver"),
        NGINX.replace(b"nginx/1.22.1", b"nginx\r\n folded"),
        NGINX.replace(b"nginx", b"n" * 5000),
        *[NGINX.replace(b"200", status) for status in (b"100", b"101", b"199", b"204", b"304", b"20", b"2000", b"099")],
    ],
)
def test_declined(raw: bytes) -> None:
    assert parse_head(raw) is None


CHUNKED = NGINX.replace(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    "limits", [Limits(body_bytes=4), Limits(head_bytes=len(NGINX) - 1), Limits(headers=4)], ids=repr
)
def test_what_exceeds_a_limit_is_left_to_the_parser_that_says_so(limits: Limits) -> None:
    assert parse_head(NGINX) is not None
    assert parse_head(NGINX, limits) is None
    assert parse_chunks(CHUNKED, limits) is None
    for raw in (NGINX + b"hello", CHUNKED):
        with pytest.raises(ProtocolError) as caught:
            ResponseParser(limits=limits).feed(raw)
        assert caught.value.kind == "limit"


def test_what_just_meets_the_limits_is_taken() -> None:
    limits = Limits(body_bytes=5, head_bytes=len(CHUNKED) - 15, headers=5)
    assert parse_head(NGINX, limits) == parse_head(NGINX)
    assert parse_chunks(CHUNKED, limits) is not None
    assert shortcuts(limits) is shortcuts(Limits(body_bytes=5, head_bytes=len(CHUNKED) - 15, headers=5))


@pytest.mark.parametrize("name", CASES)
def test_agrees_on_the_conformance_table(name: str) -> None:
    case = CASES[name]
    if not case.head and agrees(case.raw):
        assert case.error is None or case.error[0] == "incomplete"


def test_the_table_has_heads_of_both_kinds() -> None:
    accepted = sum(parse_head(case.raw) is not None for case in CASES.values())
    assert 20 < accepted < len(CASES) - 20


names = st.sampled_from(
    [b"Content-Length", b"content-length", b"Transfer-Encoding", b"Connection", b"Content-Encoding", b"Server", b"X-Id",
     b"Bad Name", b"Content-Length ", b"", b" Folded", b"\tFolded", b"X\0", b"Set-Cookie"]
)  # fmt: skip
values = st.sampled_from(
    [b"0", b"5", b"05", b"5, 5", b"5,6", b"-1", b"+5", b"", b"close", b"Keep-Alive", b"keep-alive, close", b"upgrade",
     b"chunked", b"gzip", b"identity", b"a\rb", b"a\nb", b"a\0b", b"\xff", b"x: y"]
)  # fmt: skip
ends = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b"\r\r\n", b"\n\n"])
lines = st.builds(lambda *parts: b"".join(parts), names, st.sampled_from([b": ", b":", b":\t ", b""]), values, ends)
statuses = st.sampled_from(
    [b"200", b"200", b"404", b"500", b"100", b"204", b"304", b"999", b"099", b"20", b"2000", b"2x0"]
)
versions = st.sampled_from([b"HTTP/1.1"] * 6 + [b"HTTP/1.2", b"HTTP/1.0", b"HTTP/2", b"http/1.1", b"\r\nHTTP/1.1"])
starts = st.builds(
    lambda version, status, reason, end: version + b" " + status + reason + end,
    versions,
    statuses,
    st.sampled_from([b" OK", b"", b" ", b" \xff", b"OK", b" O\0"]),
    ends,
)
odd_heads = st.builds(lambda start, fields: start + b"".join(fields) + b"\r\n", starts, st.lists(lines, max_size=6))
good_lines = st.tuples(
    st.sampled_from([b"Server", b"X-Id", b"Date"]), st.text("abc 1,:;=\t", max_size=12).map(str.encode)
).map(lambda pair: b"%s: %s\r\n" % pair)
good_heads = st.builds(
    lambda status, before, length, encoding, connection, after: b"".join(
        [
            b"HTTP/1.1 %d OK\r\n" % status,
            *before,
            b"Content-Length: %d\r\n" % length,
            encoding,
            connection,
            *after,
            b"\r\n",
        ]
    ),
    st.integers(100, 999),
    st.lists(good_lines, max_size=4),
    st.integers(0, 5000),
    st.sampled_from([b"", b"Content-Encoding: gzip\r\n", b"content-encoding: br, gzip\r\n"]),
    st.sampled_from([b"", b"Connection: keep-alive\r\n", b"connection: CLOSE\r\n"]),
    st.lists(good_lines, max_size=4),
)


@settings(max_examples=600)
@given(odd_heads, st.sampled_from([b"", b"hello", b"\r\n\r\n"]))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\n\nC: d\r\n\r\n", b"")
def test_agrees_on_odd_heads(raw: bytes, rest: bytes) -> None:
    event(f"accepted: {agrees(raw + rest)}")


@settings(max_examples=200)
@given(good_heads)
def test_accepts_good_heads(raw: bytes) -> None:
    status = int(raw[9:12])
    assert agrees(raw) is (status >= 200 and status not in (204, 304))


@settings(max_examples=200)
@given(good_heads, st.data())
def test_agrees_on_damaged_heads(raw: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(raw) - 1))
    damage = data.draw(st.binary(max_size=2))
    damaged = raw[:at] + damage + raw[at + 1 :]
    if not agrees(damaged):
        return
    try:
        ResponseParser().feed(damaged)
    except ProtocolError as error:
        pytest.fail(f"the complete parser refuses it: {error}")
