"""Limits of time and size."""

from __future__ import annotations

from loadspec.expr import Scope
from loadspec.protocols.http.checks.check import Check, Given
from loadspec.protocols.user import User
from loadspec.transports.base import size_of
from loadspec.units import format_bytes, format_duration, format_ms


def compile_max_duration(given: Given, _scope: Scope) -> Check:
    """`duration` is at most so many seconds."""
    limit: float = given.value * 1000

    def holds(user: User) -> bool:
        return user.answer.duration <= limit

    expected = f"an answer within {format_duration(given.value)}"
    return Check(holds, expected, lambda user: [f"it took {format_ms(user.answer.duration)}"])


def compile_min_size(given: Given, _scope: Scope) -> Check:
    """The decoded body, or one that was thrown away as it came, has at least so many bytes."""
    least = given.value
    return Check(lambda user: size_of(user.answer.body) >= least, f"a body of {format_bytes(least)} or more", _size)


def compile_max_size(given: Given, _scope: Scope) -> Check:
    """The decoded body has at most so many bytes."""
    most = given.value
    return Check(lambda user: size_of(user.answer.body) <= most, f"a body of {format_bytes(most)} or less", _size)


def _size(user: User) -> list[str]:
    return [f"a body of {size_of(user.answer.body)} bytes"]
