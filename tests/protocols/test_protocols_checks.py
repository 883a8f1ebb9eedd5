"""Kinds of checks: what holds, and what a failure is put down as."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from loadspec.expr import ExprError, Missing, Scope
from loadspec.plan.scope import ANSWER
from loadspec.protocols.http.checks import KINDS, Check, Given, compile_checks
from loadspec.protocols.http.checks.check import Definition
from loadspec.transports.base import Answer

BARE = b"HTTP/1.1 200 OK\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=utf-8\r\nX-Id: 7\r\nSet-Cookie: a=1\r\n\r\n"


class Holder:
    """As much of a user as checks look at."""

    def __init__(self, body: Any = b"", head: bytes = HEAD, seconds: float = 0.2, **captures: Any) -> None:
        self.answer = Answer()
        self.answer.status, self.answer.head, self.answer.ended = 200, head, seconds
        self.answer.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.captures = captures
        self.index = self.iteration = 0
        self.ok = True


def captured(name: str) -> Any:
    def get(user: Holder) -> Any:
        if name not in user.captures:
            raise Missing(name)
        return user.captures[name]

    return get


SCOPE = Scope(names={**ANSWER, "etag": captured("etag"), "pool.users": captured("users")}, constants={"vars.want": 202})


def check(kind: str, value: Any, **more: Any) -> Check:
    return KINDS[kind](Given(value, **more), SCOPE)


def holds(one: Check, user: Holder) -> bool:
    try:
        return bool(one.holds(user))  # type: ignore[arg-type]
    except Missing:
        return False


FITS = "a JSON body that fits the JSON Schema"
MD5 = "900150983cd24fb0d6963f7d28e17f72"
SUM = hashlib.sha256(b"abc").hexdigest()
CASES = [
    # kind, value, more, a user it holds for, one it does not, what is expected, what was found
    ("max_duration", 0.3, {}, Holder(seconds=0.3), Holder(seconds=0.4), "an answer within 300ms", ["it took 400ms"]),
    ("min_size", 3, {}, Holder(b"abc"), Holder(b"ab"), "a body of 3 B or more", ["a body of 2 bytes"]),
    ("max_size", 2000, {}, Holder(b""), Holder(b"x" * 2001), "a body of 2 kB or less", ["a body of 2001 bytes"]),
    ("header", "x-ID", {}, Holder(), Holder(head=BARE), "a header x-ID", ["no header x-ID"]),
    ("header", "X-Id", {"equals": "{{ etag }}"}, Holder(etag=7), Holder(etag=8), "X-Id: {{ etag }}", ["X-Id: 7"]),
    ("header", "X-Id", {"equals": "7"}, Holder(), Holder(head=BARE), "X-Id: 7", ["no header X-Id"]),
    (
        "header",
        "X-Id",
        {"matches": r"^\d$"},
        Holder(),
        Holder(head=HEAD.replace(b"7", b"77")),
        r"X-Id that matches ^\d$",
        ["X-Id: 77"],
    ),
    ("header", "X-Id", {"matches": "."}, Holder(), Holder(head=BARE), "X-Id that matches .", ["no header X-Id"]),
    (
        "content_type",
        "application/json",
        {},
        Holder(),
        Holder(head=HEAD.replace(b"JSON;", b"jsonp;")),
        "Content-Type: application/json",
        ["Content-Type: Application/jsonp; charset=utf-8"],
    ),
    (
        "content_type",
        "Application/*",
        {},
        Holder(),
        Holder(head=BARE),
        "Content-Type: Application/*",
        ["no Content-Type"],
    ),
    (
        "sha256",
        SUM.upper(),
        {},
        Holder(b"abc"),
        Holder(b""),
        f"sha256 {SUM.upper()}",
        [f"sha256 {hashlib.sha256().hexdigest()} of 0 bytes"],
    ),
    (
        "md5",
        "{{ etag }}",
        {},
        Holder(b"abc", etag=MD5),
        Holder(b"abc", etag="x"),
        "md5 {{ etag }}",
        [f"md5 {MD5} of 3 bytes"],
    ),
    ("md5", "{{ etag }}", {}, Holder(b"abc", etag=MD5), Holder(b"abc"), "md5 {{ etag }}", [f"md5 {MD5} of 3 bytes"]),
    ("schema", {"type": "array"}, {}, Holder([]), Holder({}), FITS, ['body: {} is not of type "array"']),
    (
        "schema",
        {"items": {"type": "integer"}},
        {},
        Holder([1]),
        Holder([1, "x"]),
        FITS,
        ['/1: "x" is not of type "integer"'],
    ),
    ("schema", True, {}, Holder(1), Holder(b"<html>"), FITS, ["the body is not JSON"]),
    ("expression", "status == 200", {}, Holder(), None, "status == 200", ["status = 200"]),
    (
        "expression",
        "json.a[0].b == 1",
        {},
        Holder({"a": [{"b": 1}]}),
        Holder({"a": [{"b": [2]}]}),
        "json.a[0].b == 1",
        ["json.a[0].b = [2]"],
    ),
    ("expression", "json.n > 1", {}, Holder({"n": 2}), Holder({"n": None}), "json.n > 1", ["json.n = null"]),
    (
        "expression",
        "json.x and size < 9",
        {},
        Holder({"x": 1}),
        Holder({}),
        "json.x and size < 9",
        ["json.x = not there", "size = 2"],
    ),
    (
        "expression",
        "headers['x-id'] == '8'",
        {},
        Holder(head=HEAD.replace(b"7", b"8")),
        Holder(),
        "headers['x-id'] == '8'",
        ["headers['x-id'] = 7"],
    ),
    (
        "expression",
        "contains(body, 'ok') or etag == vars.want",
        {},
        Holder(b"ok"),
        Holder(b"no", etag=5),
        "contains(body, 'ok') or etag == vars.want",
        ["body = no", "etag = 5", "vars.want = 202"],
    ),
    ("expression", "false", {}, None, Holder(), "false", []),
]


@pytest.mark.parametrize(("kind", "value", "more", "good", "bad", "expected", "found"), CASES)
def test_kinds(kind: str, value: Any, more: Any, good: Any, bad: Any, expected: str, found: list[str]) -> None:
    one = check(kind, value, **more)
    assert good is None or holds(one, good)
    assert bad is None or not holds(one, bad)
    assert one.expected == expected
    assert one.found(bad or good) == found


def test_every_kind_is_shown() -> None:
    assert {case[0] for case in CASES} == set(KINDS)


def test_a_sample_draws_from_no_pool_and_shows_each_name_once() -> None:
    assert check("expression", "pool.users.name == json.x").found(Holder({"x": 1})) == ["json.x = 1"]  # type: ignore[arg-type]
    assert check("expression", "json['if'] == 1 or json['if'] == 2").found(Holder({"if": 3})) == ["json['if'] = 3"]  # type: ignore[arg-type]
    many = " or ".join(f"json.k{n}" for n in range(20))
    assert len(check("expression", many).found(Holder({}))) == 6  # type: ignore[arg-type]


def test_what_does_not_compile_is_said() -> None:
    with pytest.raises(ExprError):
        check("expression", "status ==")
    with pytest.raises(ExprError):
        check("header", "X", matches="(")
    names = [name for name, _ in compile_checks([Definition("a", "min_size", Given(1))], SCOPE)]
    assert names == ["a"]
