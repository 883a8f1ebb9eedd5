"""`json`: a document whose texts may be templates."""

from __future__ import annotations

from typing import Any

from loadspec.expr import Scope, compile_json_body
from loadspec.protocols.http.bodies.body import Body, typed


def compile_json(document: Any, scope: Scope, own: str) -> Body:
    """A JSON document; a template that is a whole text keeps its type."""
    return typed(compile_json_body(document, scope), own, "application/json", scope)
