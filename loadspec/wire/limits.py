"""Caps that keep a hostile or broken server from taking our memory."""

from __future__ import annotations

from msgspec import Struct

MIB = 1024 * 1024
HUGE = 10**18  # beyond every length that can be meant


class Limits(Struct, frozen=True):
    """What one response may cost; sizes in bytes.

    `head_bytes` and `headers` hold for each head and for a chunked body's trailers. `body_bytes` caps the body as
    transferred where it is kept, `decoded_bytes` the body after its content encoding. `decoded_ratio` caps decoded
    over transferred size once more than `ratio_free_bytes` are decoded (gzip itself reaches 1028:1).
    `informational` is how many 1xx responses may precede the real one.
    """

    head_bytes: int = 65536
    headers: int = 256
    body_bytes: int = 256 * MIB
    decoded_bytes: int = 256 * MIB
    decoded_ratio: int = 1100
    ratio_free_bytes: int = MIB
    informational: int = 20


DEFAULT = Limits()
