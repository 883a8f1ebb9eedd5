"""Hashes of the body."""

from __future__ import annotations

import hashlib

from loadspec.expr import Scope, compile_template, to_text
from loadspec.protocols.http.checks.check import Check, Given
from loadspec.protocols.user import User


def compile_hash(algorithm: str, given: Given, scope: Scope) -> Check:
    """The body's digest is that one, in hexadecimal digits of any case."""
    wanted = compile_template(given.value, scope).render

    def digest(user: User) -> str:
        return hashlib.new(algorithm, user.answer.body, usedforsecurity=False).hexdigest()

    def holds(user: User) -> bool:
        return digest(user) == to_text(wanted(user)).strip().lower()

    def found(user: User) -> list[str]:
        return [f"{algorithm} {digest(user)} of {len(user.answer.body)} bytes"]

    return Check(holds, f"{algorithm} {given.value}", found)
