"""Checks: what must hold of an answer. A kind is a row in `KINDS`: from its values to a closure that says whether.

What a check expected and found is put into words for samples of failures only, never where it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from loadspec.expr import Scope
from loadspec.protocols.http.checks.check import Check, Definition, Given
from loadspec.protocols.http.checks.expression import compile_expression_check
from loadspec.protocols.http.checks.hashes import compile_hash
from loadspec.protocols.http.checks.headers import compile_content_type, compile_header
from loadspec.protocols.http.checks.limits import compile_max_duration, compile_max_size, compile_min_size
from loadspec.protocols.http.checks.schema import compile_schema_check

__all__ = ["KINDS", "Check", "Definition", "Given", "compile_checks"]

KINDS: dict[str, Callable[[Given, Scope], Check]] = {
    "expression": compile_expression_check,
    "schema": compile_schema_check,
    "max_duration": compile_max_duration,
    "min_size": compile_min_size,
    "max_size": compile_max_size,
    "header": compile_header,
    "content_type": compile_content_type,
    "sha256": lambda given, scope: compile_hash("sha256", given, scope),
    "md5": lambda given, scope: compile_hash("md5", given, scope),
}


def compile_checks(definitions: Iterable[Definition], scope: Scope) -> list[tuple[str, Check]]:
    """(name, compiled check) of each. Raises ExprError or ValueError for what does not compile."""
    compiled: list[tuple[str, Any]] = []
    for name, kind, given in definitions:
        compiled.append((name, KINDS[kind](given, scope)))
    return compiled
