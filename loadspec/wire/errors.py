"""The one exception of this package: what the peer did wrong, and where in the response."""

from __future__ import annotations

from typing import Literal

Kind = Literal["protocol", "incomplete", "limit", "decode"]
Phase = Literal["status", "headers", "body", "decode"]


class ProtocolError(Exception):
    """The peer's bytes are no usable response; the connection must be closed.

    `kind` says what went wrong: `protocol` (not HTTP), `incomplete` (closed too early), `limit` (a cap of ours),
    `decode` (the content encoding). `phase` says where: `status`, `headers`, `body` or `decode`.
    """

    def __init__(self, kind: Kind, phase: Phase, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.phase: Phase = phase
        self.message = message


def shown(data: bytes) -> str:
    """A short printable form of what a peer sent, for a message: at most 60 bytes of it."""
    text = repr(data[:60])[1:]
    return text if len(data) <= 60 else f"{text}…"
