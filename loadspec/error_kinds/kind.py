"""What one kind of error says to whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

K6_GENERIC = 1000
"""k6's code for what it has no other one for."""

REQUEST_PHASES = ("dns", "connect", "tls", "write", "status", "headers", "body", "decode", "redirect")
"""Where a request can be, in the order in which it gets there."""


class Kind(NamedTuple):
    """`codes`: where it can happen → k6's number for it there (lib/netext/httpext/error_codes.go), 0 for none.

    `meaning` is a sentence that says what happened, `way_out` one that says what to do about it.
    """

    codes: Mapping[str, int]
    meaning: str
    way_out: str


def at(*phases: str, code: int = K6_GENERIC, **others: int) -> dict[str, int]:
    """`codes` with one code in all phases but some: phase → its own."""
    return {**dict.fromkeys(phases, code), **others}
