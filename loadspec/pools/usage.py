"""How a pool was used: rows drawn, and which of them, in a form that adds up over workers. A bit a row at most."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

EACH_TIME = 1 << 15
"""Pools of up to so many rows say every second which of them were drawn; a larger one only at the end."""
_DIGITS = bytes.maketrans(b"\x00\x01", b"01")


def pack(seen: bytearray) -> str:
    """A byte a row, 0 or 1 → a bit a row, compressed, as text."""
    return _packed(int(seen[::-1].translate(_DIGITS), 2), len(seen))


def _packed(bits: int, rows: int) -> str:
    return base64.b64encode(zlib.compress(bits.to_bytes((rows + 7) // 8, "little"), 1)).decode()


def unpack(text: str) -> int:
    """→ a number whose bit i says that row i was seen."""
    return int.from_bytes(zlib.decompress(base64.b64decode(text)), "little")


def unite(texts: Sequence[str], rows: int) -> str:
    """Maps of the rows of one pool, seen by several → the map of all that was seen. Empty ones say nothing."""
    told = [text for text in texts if text]
    if len(told) < 2:
        return "".join(told)
    seen = 0
    for text in told:
        seen |= unpack(text)
    return _packed(seen, rows)


def unite_pools(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What several say of pools → one row a pool: draws add up, maps are united."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append(row)
    return [
        {
            "name": name,
            "rows": same[0]["rows"],
            "drawn": sum(row["drawn"] for row in same),
            "seen": unite([row["seen"] for row in same], same[0]["rows"]),
        }
        for name, same in found.items()
    ]


def used_up(text: str, whole: bool, users: int) -> str:
    """A sentence for the summary: what a used-up pool did to the load."""
    if whole:
        return f"{text}; with that the load ended"
    return f"{text}; {users} user{'' if users == 1 else 's'} stopped there"


class Usage:
    """The draws of one pool over all workers: counts add up, maps of rows are united."""

    __slots__ = ("_seen", "drawn", "rows")

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.drawn = 0
        self._seen = 0

    def add(self, drawn: int, seen: str) -> None:
        """Add rows drawn since a worker last said, and (empty: unchanged) its map of all rows seen so far."""
        self.drawn += drawn
        if seen:
            self._seen |= unpack(seen)

    @property
    def distinct(self) -> int:
        """Rows that were drawn at least once."""
        return self._seen.bit_count()

    @property
    def repeated(self) -> int:
        """Draws of a row that had been drawn before."""
        return max(0, self.drawn - self.distinct)
