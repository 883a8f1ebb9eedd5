"""What a step does with an answer: its captures and checks, from the spec's model to compiled rows."""

from __future__ import annotations

from collections.abc import Iterable

from loadspec.protocols.http.captures import Row
from loadspec.protocols.http.checks import Definition, Given
from loadspec.spec.model import UNSET, Capture, Request


def capture_rows(request: Request) -> list[Row]:
    """The captures of a request."""
    return [_row(capture) for capture in request.captures]


def secret_rows(requests: Iterable[Request]) -> list[Row]:
    """The captures whose values are masked, each once."""
    captures = [capture for request in requests for capture in request.captures if capture.secret]
    return list(dict.fromkeys(Row(c.name, c.source, c.expression, attribute=c.attribute) for c in captures))


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


def check_definitions(request: Request) -> list[Definition]:
    """The checks of a request."""
    return [
        Definition(name, "expression", Given(check))
        if isinstance(check, str)
        else Definition(name, check.kind, Given(check.value, check.equals, check.matches))
        for name, check in request.checks.items()
    ]
