"""What a step does with an answer: its captures and checks, from the spec's model to compiled rows."""

from __future__ import annotations

from collections.abc import Iterable

from loadspec.expr import Scope, UnknownName
from loadspec.protocols.http.captures import Row
from loadspec.spec.model import UNSET, Capture, Request


def capture_rows(request: Request) -> list[Row]:
    """The captures of a request."""
    return [_row(capture) for capture in request.captures]


def secret_rows(requests: Iterable[Request]) -> list[Row]:
    """The captures whose values are masked, each once."""
    captures = [capture for request in requests for capture in request.captures if capture.secret]
    return list(dict.fromkeys(Row(c.name, c.source, c.expression, attribute=c.attribute) for c in captures))


def seed_of(scope: Scope) -> int:
    """The run's seed."""
    try:
        return int(scope.resolve(("run", "seed")).constant)
    except UnknownName:
        return 0


def _row(capture: Capture) -> Row:
    return Row(
        name=capture.name,
        source=capture.source,
        expression=capture.expression,
        optional=capture.optional,
        default=() if capture.default is UNSET else (capture.default,),
        all=capture.all,
        pick=capture.pick,
        attribute=capture.attribute,
    )
