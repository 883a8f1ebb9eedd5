"""The kinds of bodies: each has one file and one row here, from the spec's value to its bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loadspec.expr import Scope
from loadspec.protocols.http.bodies.body import Body
from loadspec.protocols.http.bodies.form import compile_form
from loadspec.protocols.http.bodies.graphql import compile_graphql
from loadspec.protocols.http.bodies.json import compile_json
from loadspec.protocols.http.bodies.multipart import compile_multipart
from loadspec.protocols.http.bodies.raw import compile_raw

__all__ = ["BODIES", "Body"]

BODIES: dict[str, Callable[[Any, Scope, str], Body]] = {
    "json": compile_json,
    "form": compile_form,
    "multipart": compile_multipart,
    "body": compile_raw,
    "graphql": compile_graphql,
}
"""Kind → (value, scope, the request's own Content-Type or "") → the body. Raises ExprError or ValueError."""
