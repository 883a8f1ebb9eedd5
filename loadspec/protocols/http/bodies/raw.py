"""`body`: a text, bytes, or a file as it is."""

from __future__ import annotations

from typing import Any

from loadspec.expr import Bytes, Scope, compile_bytes
from loadspec.protocols.http.bodies.body import Body, typed
from loadspec.wire.files import File, type_of


def compile_raw(value: Any, scope: Scope, own: str) -> Body:
    """A text that may hold templates, whose values may be bytes; or a File."""
    if isinstance(value, File):
        data = value.data
        return typed(Bytes(lambda _user: data, True, data), own, type_of(value.name), scope)
    return typed(compile_bytes(value, scope), own, "text/plain; charset=utf-8", scope)
