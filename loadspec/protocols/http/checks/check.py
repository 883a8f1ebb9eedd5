"""What every kind of check is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from loadspec.expr import EvalError, Missing, to_text
from loadspec.protocols.user import User

LONGEST = 8192
"""Characters of a value that are looked at for a sample; far fewer are shown, after secrets were masked."""


class Given(NamedTuple):
    """The values of a check as the spec gives them; `equals` and `matches` are a header's."""

    value: Any
    equals: str | None = None
    matches: str | None = None


class Definition(NamedTuple):
    """A check of the spec."""

    name: str
    kind: str
    given: Given


class Check(NamedTuple):
    """A compiled check. `holds` may raise Missing, which is a no.

    `expected` says what should be, `found` what was, in parts that are masked and cut one by one. `found` is called
    only for the few failures that are kept.
    """

    holds: Callable[[User], Any]
    expected: str
    found: Callable[[User], list[str]]


def shown(value: Any) -> str:
    """A value as text, as far as a sample can need it."""
    try:
        return to_text(value)[:LONGEST]
    except EvalError as error:
        return str(error)


def value_of(get: Callable[[User], Any], user: User) -> str:
    """What a getter gives now, in words."""
    try:
        return shown(get(user))
    except EvalError as error:
        return str(error)
    except Missing:
        return "not there"
