"""A JSON Schema of the body."""

from __future__ import annotations

from loadspec.expr import Missing, Scope
from loadspec.extract.schema import compile_schema
from loadspec.protocols.http.captures.answer import json_of
from loadspec.protocols.http.checks.check import LONGEST, Check, Given
from loadspec.protocols.user import User


def compile_schema_check(given: Given, _scope: Scope) -> Check:
    """The JSON body is valid. A sample shows the first errors, each with its place in the body."""
    fits, errors = compile_schema(given.value)

    def holds(user: User) -> bool:
        return fits(json_of(user.answer))

    def found(user: User) -> list[str]:
        try:
            return [error[:LONGEST] for error in errors(json_of(user.answer))]
        except Missing:
            return ["the body is not JSON"]

    return Check(holds, "a JSON body that fits the JSON Schema", found)
