"""Rates as text: `200/s`, `30/m`, `2.5/h`. In memory a rate is an exact fraction, in iterations a second."""

from __future__ import annotations

import re
from fractions import Fraction

MAX_RATE = 1_000_000
"""Iterations a second: far beyond what a fleet can start, and no number without end."""

_RATE = r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*/\s*(s|m|h)"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_rate(text: str) -> Fraction:
    """`200/s` → 200, `30/m` → 1/2; `0` needs no unit. Raises ValueError with a sentence."""
    text = text.strip()
    if text == "0":
        return Fraction(0)
    found = re.fullmatch(_RATE, text)
    if found is None:
        bare = re.fullmatch(_NUMBER, text)
        hint = f"give it a unit, for example {text}/s or {text}/m" if bare else "for example 200/s, 30/m or 1000/h"
        raise ValueError(f"`{text}` is not a rate: {hint}")
    rate = Fraction(found[1]) / _SECONDS[found[2]]
    if rate > MAX_RATE:
        raise ValueError(f"`{text}` is more than {MAX_RATE}/s")
    return rate


def format_rate(rate: Fraction) -> str:
    """The text that `parse_rate` reads back: per second, or per minute or hour where that takes fewer digits."""
    counts = [(rate * seconds, unit) for unit, seconds in _SECONDS.items()]
    count, unit = next(
        (pair for places in (1, 10**3, 10**6) for pair in counts if (pair[0] * places).denominator == 1), counts[0]
    )
    return f"{float(count):.6f}".rstrip("0").rstrip(".") + f"/{unit}"
