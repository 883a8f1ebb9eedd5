"""Captures of one step, compiled: which match is kept, what stands in for none, and which one was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from loadspec.expr import Missing
from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, MASK, mix, stream
from loadspec.protocols.http.captures.fields import Fields
from loadspec.protocols.http.captures.sources import SOURCES
from loadspec.protocols.user import User
from loadspec.transports.base import Answer

Take = Callable[[Answer], Any]
"""Answer → the captured value. Raises Missing."""
Pick = Literal["", "first", "last", "random"]


class Row(NamedTuple):
    """One capture. `default` holds the value that stands in for none, if there is one; `pick` "" is the source's."""

    name: str
    source: str
    expression: str
    optional: bool = False
    default: tuple[Any, ...] = ()
    all: bool = False
    pick: Pick = ""
    attribute: str = ""


def compile_captures(
    rows: Iterable[Row], seed: int = 0, place: str = "", fields: Fields | None = None
) -> Callable[[User], str | None]:
    """→ a function that captures them all; it returns the name of the first that was lost, else None.

    Lost is what is not optional, has no default and was not found. What was not found has no value afterwards, whatever
    an earlier answer gave it: `repeat: {while: defined(cursor)}` ends with the last page. `seed` and `place`, the step,
    settle random picks. `fields` are what the flow reads of JSON.
    """
    listed, fields = list(rows), fields or Fields()
    plain = tuple((row.name, _take(row, fields), row.optional) for row in listed if row.pick != "random")
    drawn = tuple((row.name, _draw(row, seed, place, fields), row.optional) for row in listed if row.pick == "random")

    def capture(user: User) -> str | None:
        lost = None
        for name, take, optional in plain:
            try:
                user.captures[name] = take(user.answer)
            except Missing:
                user.captures.pop(name, None)
                if not optional and lost is None:
                    lost = name
        return lost

    def capture_and_draw(user: User) -> str | None:
        lost = capture(user)
        for name, draw, optional in drawn:
            try:
                user.captures[name] = draw(user)
            except Missing:
                user.captures.pop(name, None)
                if not optional and lost is None:
                    lost = name
        return lost

    return capture_and_draw if drawn else capture


def _take(row: Row, fields: Fields) -> Take:
    first, every = SOURCES[row.source](row.expression, row.attribute, fields)

    def whole(answer: Answer) -> list[Any]:
        found = every(answer)
        if not found:
            raise Missing(row.name)
        return found

    def at_one_end(answer: Answer) -> Any:
        return whole(answer)[-1 if row.pick == "last" else 0]

    take = whole if row.all else at_one_end if row.pick == "last" or _joins(row) else first
    return _or_default(take, row) if row.default or (row.all and row.optional) else take


def _joins(row: Row) -> bool:
    """A header that is sent twice is joined, unless the first of its lines is asked for."""
    return row.pick == "first" and row.source in ("header", "cookie")


def _or_default(take: Take, row: Row) -> Take:
    value = row.default[0] if row.default else []

    def taken(answer: Answer) -> Any:
        try:
            return take(answer)
        except Missing:
            return value

    return taken


def _draw(row: Row, seed: int, place: str, fields: Fields) -> Callable[[User], Any]:
    """One match at random: the n-th of a user is the same in every run with the seed, on any number of workers."""
    every = SOURCES[row.source](row.expression, row.attribute, fields).every
    start = stream(seed, f"capture/{place}/{row.name}")
    key = place, row.name
    default = row.default

    def draw(user: User) -> Any:
        n = user.chances[key] = user.chances.get(key, -1) + 1
        found = every(user.answer)
        if found:
            number = mix((start + GAMMA_USER * (user.seat + 1) + GAMMA_DRAW * (n + 1)) & MASK)
            return found[number * len(found) >> 64]
        if default:
            return default[0]
        raise Missing(row.name)

    return draw


def secret_values(rows: Sequence[Row]) -> list[tuple[str, Callable[[Answer], list[Any]]]]:
    """(name, all that could be captured of an answer) of each, to mask them."""
    fields = Fields()
    return [(row.name, SOURCES[row.source](row.expression, row.attribute, fields).every) for row in rows]
