"""`form`: application/x-www-form-urlencoded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.expr import Scope, compile_form_body
from loadspec.protocols.http.bodies.body import Body, typed


def compile_form(fields: Mapping[str, Any], scope: Scope, own: str) -> Body:
    """Fields of a form; a list repeats one, null leaves it out."""
    return typed(compile_form_body(fields, scope), own, "application/x-www-form-urlencoded", scope)
