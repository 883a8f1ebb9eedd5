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
    """Neighbouring constants become one; what is left is joined per request, by a function made for its number."""
    pairs, end = _alternating(parts)
    glue = b"".join
    if not pairs:
        return lambda _user: end
    if len(pairs) == 1:
        (before, render), *_ = pairs
        return lambda user: before + render(user) + end
    if len(pairs) == 2:
        (before, first), (between, second) = pairs
        return lambda user: glue((before, first(user), between, second(user), end))
    return lambda user: glue([piece for before, render in pairs for piece in (before, render(user))]) + end


def _alternating(parts: Sequence[bytes | Render]) -> tuple[list[tuple[bytes, Render]], bytes]:
    """([(constant, what follows it), ...], the constant at the end); a constant may be empty."""
    pairs: list[tuple[bytes, Render]] = []
    constant = b""
    for part in parts:
        if isinstance(part, bytes):
            constant += part
        else:
            pairs.append((constant, part))
            constant = b""
    return pairs, constant


def insert(request: bytes, lines: bytes) -> bytes:
    """A request with header lines added right below its first line."""
    at = request.index(b"\r\n") + 2
    return b"".join((request[:at], lines, request[at:]))


def host_in(request: bytes) -> bytes:
    """The value of its Host header, which every request has."""
    head = request[: request.index(b"\r\n\r\n") + 2].lower()  # a body may be large
    begin = head.index(b"\r\nhost: ") + 8
    return request[begin : head.index(b"\r\n", begin)]
