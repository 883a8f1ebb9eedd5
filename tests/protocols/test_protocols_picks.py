"""Captures of several matches: which is kept, what stands in for none, and that chance repeats."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from loadspec.protocols.http.captures import SOURCES, Row, compile_captures, secret_values
from loadspec.spec.grammar.captures import SOURCES as GRAMMAR
from loadspec.transports.base import Answer

HEAD = (
    b"HTTP/1.1 200 OK\r\nX-Id: 1\r\nX-ID: 2\r\nSet-Cookie: sid=a=b; Path=/; HttpOnly\r\nSet-Cookie: other=x\r\n"
    b"Set-Cookie: sid=second; Max-Age=9\r\nSet-Cookie: broken\r\nSet-Cookie: empty=\r\n\r\n"
)
ITEMS = {"items": [{"id": n} for n in range(5)]}
PAGE = b"<p class=a>1</p><p class=b>2</p><p>3</p>"
IDS = "$.items[*].id"


class Holder:
    def __init__(self, body: Any = b"", index: int = 0) -> None:
        self.answer = Answer()
        self.answer.status, self.answer.head, self.answer.ended = 200, HEAD, 0.25
        self.answer.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.captures: dict[str, Any] = {}
        self.seat = index
        self.chances: dict[Any, Any] = {}


LOST = object()


def captured(row: Row, body: Any) -> Any:
    user: Any = Holder(body)
    lost = compile_captures([row])(user)
    assert lost in (None, row.name)
    assert (row.name in user.captures) is (lost is None and not (row.optional and not user.captures))
    return LOST if lost else user.captures.get(row.name)


@pytest.mark.parametrize(
    ("row", "body", "value"),
    [
        (Row("x", "jsonpath", IDS), ITEMS, 0),
        (Row("x", "jsonpath", IDS, pick="first"), ITEMS, 0),
        (Row("x", "jsonpath", IDS, pick="last"), ITEMS, 4),
        (Row("x", "jsonpath", IDS, all=True), ITEMS, [0, 1, 2, 3, 4]),
        (Row("x", "jsonpath", "$.items", all=True), ITEMS, [ITEMS["items"]]),
        (Row("x", "jsonpath", IDS, all=True), {"items": []}, LOST),
        (Row("x", "jsonpath", IDS, all=True, optional=True), {"items": []}, []),
        (Row("x", "jsonpath", IDS, all=True, default=({"n": 0},)), b"no json", {"n": 0}),
        (Row("x", "jsonpath", "$.none", default=(0,)), ITEMS, 0),
        (Row("x", "jsonpath", "$.none", default=(None,)), ITEMS, None),
        (Row("x", "jsonpath", "$.none", pick="random", default=("d",)), ITEMS, "d"),
        (Row("x", "jsonpath", "$.none", pick="random"), ITEMS, LOST),
        (Row("x", "jsonpath", "$.none", pick="last"), b"<html>", LOST),
        (Row("x", "jsonpath", "$.none", pick="random", optional=True), ITEMS, None),
        (Row("x", "regex", r"<p"), PAGE, "<p"),
        (Row("x", "regex", r">(\d)<", pick="last"), PAGE, "3"),
        (Row("x", "regex", r"(class)=(?P<which>\w)", all=True), PAGE, ["a", "b"]),
        (Row("x", "css", "p"), PAGE, "1"),
        (Row("x", "css", "p", pick="last"), PAGE, "3"),
        (Row("x", "css", "p", all=True, attribute="class"), PAGE, ["a", "b"]),
        (Row("x", "xpath", "//p/@class", pick="last"), PAGE, "b"),
        (Row("x", "header", "x-id"), b"", "1, 2"),
        (Row("x", "header", "x-id", pick="first"), b"", "1"),
        (Row("x", "header", "x-id", pick="last"), b"", "2"),
        (Row("x", "header", "x-id", all=True), b"", ["1", "2"]),
        (Row("x", "header", "x-none", all=True), b"", LOST),
        (Row("x", "cookie", "sid"), b"", "second"),
        (Row("x", "cookie", "other"), b"", "x"),
        (Row("x", "cookie", "empty"), b"", ""),
        (Row("x", "cookie", "broken"), b"", LOST),
        (Row("x", "cookie", "SID"), b"", LOST),
        (Row("x", "body", ""), "é".encode() + b"\xff", "é\ufffd"),
        (Row("x", "status", ""), b"", 200),
        (Row("x", "duration", ""), b"", 250.0),
    ],
)
def test_kept(row: Row, body: Any, value: Any) -> None:
    assert captured(row, body) == value


def test_the_grammar_and_the_table_have_the_same_sources() -> None:
    assert list(SOURCES) == list(GRAMMAR)


def picks(seed: int, users: range, place: str = "e/s") -> dict[int, list[int]]:
    """What each user draws, one after the other, all in one worker."""
    capture = compile_captures([Row("x", "jsonpath", IDS, pick="random")], seed, place)
    drawn: dict[int, list[int]] = {index: [] for index in users}
    holders: dict[int, Any] = {index: Holder(ITEMS, index) for index in users}
    for _ in range(40):
        for index, user in holders.items():
            assert capture(user) is None
            drawn[index].append(user.captures["x"])
    return drawn


def test_random_picks_repeat_with_the_seed_on_any_number_of_workers() -> None:
    whole = picks(7, range(6))
    assert {**picks(7, range(0, 6, 2)), **picks(7, range(1, 6, 2))} == whole
    assert picks(8, range(6)) != whole
    assert picks(7, range(6), "e/other") != whole
    assert len({tuple(drawn) for drawn in whole.values()}) == 6
    counts = Counter(n for drawn in whole.values() for n in drawn)
    assert set(counts) == {0, 1, 2, 3, 4}
    assert min(counts.values()) > 20


def test_all_that_could_be_captured_is_secret() -> None:
    ((name, every),) = secret_values([Row("x", "jsonpath", IDS)])
    assert (name, every(Holder(ITEMS).answer)) == ("x", [0, 1, 2, 3, 4])
    assert every(Holder(b"none").answer) == []
