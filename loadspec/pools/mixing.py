"""Random numbers as a pure function of integers: no state, so any worker draws what any other would.

The finaliser and the increments are those of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014; constants as in Vigna's public-domain splitmix64.c (Stafford's variant 13).
"""

from __future__ import annotations

import hashlib

MASK = (1 << 64) - 1
GAMMA_DRAW = 0x9E3779B97F4A7C15
"""Odd, 2^64 divided by the golden ratio: one step of SplitMix64."""
GAMMA_USER = 0xD1B54A32D192ED03
"""Another odd constant, so that no two users' sequences overlap within any real run."""


def mix(value: int) -> int:
    """A bijection of 64-bit integers in which every input bit moves every output bit."""
    value &= MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def stream(seed: int, name: str) -> int:
    """The 64-bit start of the sequence that belongs to a seed and a name."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), "big")
