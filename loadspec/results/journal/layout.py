"""What reader and writer of a journal agree on."""

from __future__ import annotations

import bz2
from collections.abc import Iterable
from typing import Any

import orjson

VERSION = 2
NAME, TAIL = "journal", "journal.tail"
LEVEL = 9
STREAM = b"BZh%d1AY&SY" % LEVEL
"""What each stream begins with."""


def line(value: Any) -> bytes:
    """One JSON line."""
    return orjson.dumps(value) + b"\n"


def stream(lines: Iterable[bytes]) -> bytes:
    """Lines as one bz2 stream."""
    return bz2.compress(b"".join(lines), LEVEL)
