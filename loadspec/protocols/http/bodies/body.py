"""What a kind of body is compiled to."""

from __future__ import annotations

from typing import NamedTuple

from loadspec.expr import Bytes, Scope
from loadspec.protocols.http.parts import Parts, Render, text


class Body(NamedTuple):
    """A body's bytes, and the value of its Content-Type; that is rendered first, for the same user, or not at all.

    `size`, if there is one, gives the length with the end of the head, and is rendered right before the content: a
    large body is then copied once less.
    """

    content: Bytes
    content_type: Parts
    size: Render | None = None


def typed(content: Bytes, own: str, default: str, scope: Scope) -> Body:
    """A body with the request's own Content-Type, or the kind's."""
    return Body(content, text(own, scope) if own else [default.encode()])
