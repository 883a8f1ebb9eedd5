"""Pieces of a request: constant bytes, and functions of the user that give bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from loadspec.expr import Scope, compile_bytes, header_value, parse_template
from loadspec.wire.request import check_header_name, check_header_value

Render = Callable[[Any], bytes]
Parts = list[bytes | Render]

_LENGTHS = [b"%d\r\n\r\n" % length for length in range(8192)]


def header(name: str, value: str, scope: Scope) -> Parts:
    """A whole header line. Raises ExprError, and ValueError for what a header cannot hold."""
    return header_of(name, text(value, scope))


def header_of(name: str, value: Parts) -> Parts:
    """A header line of a value that is compiled already."""
    return [check_header_name(name.encode()) + b": ", *value, b"\r\n"]


def text(value: str, scope: Scope) -> Parts:
    """A header's value: a template. Raises ExprError, and ValueError for a line break."""
    for part in parse_template(value):
        if isinstance(part, str):
            check_header_value(part.encode())
    compiled = compile_bytes(value, scope, header_value)
    return [compiled.value if compiled.constant else compiled.render]


def sized(body: Render) -> Render:
    """The value of Content-Length, the end of the head, and the body."""

    def measured(user: Any) -> bytes:
        content = body(user)
        size = len(content)
        return (_LENGTHS[size] if size < 8192 else b"%d\r\n\r\n" % size) + content

    return measured


def join(parts: Sequence[bytes | Render]) -> Render:
    """Neighbouring constants become one; what is left is joined per request."""
    merged: Parts = []
    for part in parts:
        if isinstance(part, bytes) and merged and isinstance(merged[-1], bytes):
            merged[-1] = merged[-1] + part
        else:
            merged.append(part)
    if all(isinstance(part, bytes) for part in merged):
        whole = b"".join(part for part in merged if isinstance(part, bytes))
        return lambda _user: whole
    pieces: tuple[Any, ...] = tuple(merged)
    glue = b"".join
    return lambda user: glue([part if part.__class__ is bytes else part(user) for part in pieces])


def insert(request: bytes, lines: bytes) -> bytes:
    """A request with header lines added right below its first line."""
    at = request.index(b"\r\n") + 2
    return b"".join((request[:at], lines, request[at:]))
