"""Functions of chance: each draws from the sequence of its user, so that a seed repeats a run on any number of workers.

Their first argument gives 64 random bits at every call; they are never folded into constants.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping
from typing import Any

from loadspec.expr.errors import EvalError
from loadspec.expr.functions import row as guards
from loadspec.expr.functions.row import Function, row

Chance = Callable[[], int]
"""Gives 64 random bits."""

_LETTERS = string.ascii_letters + string.digits
_FRACTION = 2.0**-53
_LARGEST = 1 << 53
MAX_DRAWN = 10_000
"""Letters or items that one call may draw."""


def _uuid(chance: Chance) -> str:
    """RFC 9562, version 4: 122 random bits."""
    high = (chance() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
    low = (chance() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
    digits = "%016x%016x" % (high, low)  # noqa: UP031 - half the price of an f-string's two parts
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _random(chance: Chance, *ends: float) -> float:
    part = (chance() >> 11) * _FRACTION
    if not ends:
        return part
    low, high = ends if len(ends) == 2 else (0.0, ends[0])
    return low + (high - low) * part


def _random_int(chance: Chance, low: int, high: int) -> int:
    if low.__class__ is not int or high.__class__ is not int:
        raise TypeError
    width = high - low + 1
    if not 0 < width <= _LARGEST:
        raise EvalError(f"random_int(): from {low} to {high} is no range to draw from")
    return low + ((chance() * width) >> 64)


def _random_string(chance: Chance, length: int, letters: str = _LETTERS) -> str:
    size = len(guards.text(letters))
    if not size:
        raise EvalError("random_string() of no letters")
    if length > MAX_DRAWN:
        raise EvalError(f"random_string() makes at most {MAX_DRAWN} letters; longer bodies: repeat(text, times)")
    each = max(1, 48 // size.bit_length())  # letters of one draw: the bias stays below 2^-16
    drawn: list[str] = []
    while len(drawn) < length:
        rest = chance()
        for _ in range(min(each, length - len(drawn))):
            rest *= size
            drawn.append(letters[rest >> 64])
            rest &= 0xFFFF_FFFF_FFFF_FFFF
    return "".join(drawn)


def _choice(chance: Chance, values: Any) -> Any:
    if not isinstance(values, (list, tuple, str)):
        raise TypeError
    if not values:
        raise EvalError("choice() of what is empty")
    return values[(chance() * len(values)) >> 64]


def _sample(chance: Chance, values: Any, count: int) -> list[Any]:
    """Fisher and Yates' shuffle, stopped after `count`."""
    rest = list(guards.items(values))
    if not 0 <= count <= min(len(rest), MAX_DRAWN):
        raise EvalError(f"sample() of {count} out of {len(rest)}")
    for at in range(count):
        other = at + ((chance() * (len(rest) - at)) >> 64)
        rest[at], rest[other] = rest[other], rest[at]
    return rest[:count]


def _normal(chance: Chance, mean: float, deviation: float) -> float:
    """Box and Muller's transform; its second value is thrown away, so that a draw costs the same each time."""
    radius = math.sqrt(-2.0 * math.log(1.0 - (chance() >> 11) * _FRACTION))
    return mean + deviation * radius * math.cos(math.tau * ((chance() >> 11) * _FRACTION))


def _exponential(chance: Chance, mean: float) -> float:
    return -mean * math.log(1.0 - (chance() >> 11) * _FRACTION)


ROWS: Mapping[str, Function] = {
    "uuid": row(_uuid, "", "text", "a UUID of version 4", "uuid()", needs="chance"),
    "random": row(
        _random,
        "low: number?, high: number?",
        "number",
        "evenly from 0 to 1; with one end from 0 to it, with two between them",
        "random(5, 10)",
        needs="chance",
    ),
    "random_int": row(
        _random_int,
        "low: number, high: number",
        "number",
        "a whole number, both ends included",
        "random_int(1, 6)",
        needs="chance",
    ),
    "random_string": row(
        _random_string,
        "length: number, letters: text?",
        "text",
        "so many letters and digits, or of those letters",
        "random_string(8)",
        needs="chance",
    ),
    "choice": row(_choice, "list: list|text", "any", "any of its items", "choice(['a', 'b'])", needs="chance"),
    "sample": row(
        _sample,
        "list: list, count: number",
        "list",
        "so many of its items, none twice",
        "sample([1, 2, 3], 2)",
        needs="chance",
    ),
    "normal": row(
        _normal,
        "mean: number, deviation: number",
        "number",
        "normally distributed, such as sizes of prompts",
        "normal(100, 15)",
        needs="chance",
    ),
    "exponential": row(
        _exponential, "mean: number", "number", "exponentially distributed", "exponential(100)", needs="chance"
    ),
}
