"""Where requests and libcurl take an answer otherwise than `fast` does, and why that is left alone.

A row: the transports, the tags of a scenario of which one is needed, what comes of it, the reason. An outcome is
(status, head, body) or (0, kind, phase).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract_scenarios import Scenario

BOTH, CURL, REQUESTS = ("curl", "requests"), ("curl",), ("requests",)

Outcome = tuple[Any, ...]
Test = Callable[[Outcome, Outcome], bool]


def anything(_fast: Outcome, _other: Outcome) -> bool:
    return True


def answers(_fast: Outcome, other: Outcome) -> bool:
    return other[0] > 0


def fails(_fast: Outcome, other: Outcome) -> bool:
    return other[0] == 0


def both_fail(fast: Outcome, other: Outcome) -> bool:
    return fast[0] == other[0] == 0


def unfolded(fast: Outcome, other: Outcome) -> bool:
    """The same, but for folds."""
    head = fast[1] if fast[0] else b""
    plain = head.replace(b"one\r\n two\r\n\tthree", b"one two three").replace(b"one\n two\n\tthree", b"one two three")
    return (other[0], other[1], other[2]) == (fast[0], plain, fast[2])


def kinds(fast_kind: str, *other_kinds: str) -> Test:
    """Both fail, and so."""
    return lambda fast, other: both_fail(fast, other) and fast[1] == fast_kind and other[1] in other_kinds


LENGTHS = ("two lengths", "plus", "minus", "letters in length", "empty length")

STARTS = (
    *("0.9", "1.2", "2.0", "lower case", "no http", "html", "two digits", "four digits", "letters"),
    *("two blanks", "status 099"),
)

ROWS: list[tuple[tuple[str, ...], tuple[str, ...], Test, str]] = [
    (CURL, ("folded",), unfolded, "libcurl writes a folded line as one"),
    (CURL, ("1.2",), fails, "libcurl takes HTTP/1.0 and 1.1 only"),
    (BOTH, LENGTHS, fails, "they refuse a broken length, also where it frames no body"),
    (BOTH, ("blank lines first",), fails, "they take no empty line before the status line"),
    (REQUESTS, ("very many",), fails, "http.client takes 100 header lines at most"),
    (CURL, ("unknown coding", "gzip, chunked"), fails, "libcurl takes no transfer coding that it did not ask for"),
    (BOTH, ("chunked twice",), anything, "they take off one layer of chunks, where two are named"),
    (BOTH, ("line feeds in chunks",), anything, "libcurl and the last chunk of http.client take lone line feeds"),
    (REQUESTS, ("0x size",), anything, "Python reads 0x5 as a hexadecimal number"),
    (CURL, ("0x size",), fails, "libcurl reads 0x5 as the last chunk, and a bad trailer"),
    (BOTH, ("huge size",), both_fail, "a chunk beyond 64 bits is told as broken, not as too large"),
    (REQUESTS, ("cut",), answers, "urllib3 does not wait for the end of trailers"),
    (CURL, ("cut",), kinds("incomplete", "closed"), "libcurl tells a cut status line as no answer"),
    (CURL, ("cut",), kinds("incomplete", "protocol"), "libcurl reads a cut line as a whole one"),
    (BOTH, ("cut",), kinds("reset", "reset"), "`fast` counts a head to the body once its first bytes are there"),
    (BOTH, ("cut",), both_fail, "each tells a break where it notices it"),
    (CURL, ("nul", "bare cr"), both_fail, "libcurl keeps the lines before one that it refuses"),
    (BOTH, STARTS, both_fail, "of two faults another is told first"),
    (REQUESTS, ("size too small", "no line end after chunk"), both_fail, "urllib3 reads on where a chunk ends badly"),
]


def reason(transport: str, scenario: Scenario, fast: Outcome, other: Outcome) -> str:
    """Why the two differ; "" where no row says so."""
    for transports, tags, test, why in ROWS:
        if transport in transports and scenario.tags & set(tags) and test(fast, other):
            return why
    return ""
