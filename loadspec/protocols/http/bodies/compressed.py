"""`compression`: a body of any kind, compressed: once where it never changes, else for each request."""

from __future__ import annotations

from typing import Any

from loadspec.expr import Bytes
from loadspec.protocols.http.bodies.body import Body
from loadspec.wire.encoding import encode_content


def compressed(body: Body, coding: str) -> Body:
    """Raises ValueError for a coding whose library is not installed."""
    content = body.content
    if content.constant:
        data = encode_content(content.value, coding)
        return Body(Bytes(lambda _user: data, True, data), body.content_type)
    encode_content(b"", coding)  # what is missing is told before the load
    render = content.render

    def encoded(user: Any) -> bytes:
        return encode_content(render(user), coding)

    return Body(Bytes(encoded, False, b""), body.content_type)
