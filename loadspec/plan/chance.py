"""Where a user's expressions draw from: one sequence a user, made at its first draw, the same on any worker.

Draw n of a user is a pure function of (seed, phase, seat, n), as a pool's is; branches of `parallel` share their
user's sequence, in the order in which they come to draw.
"""

from __future__ import annotations

from collections.abc import Callable

from loadspec.expr import Getter
from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, MASK, stream
from loadspec.protocols.user import User

_KEY = "chance"
"""Its place among a user's chances; steps have numbers."""


def chance_of(seed: int, phase: str) -> Getter:
    """A getter of a user's sequence; setup, load and teardown have their own, so that no UUID is drawn twice."""
    start = stream(seed, f"chance/{phase}")

    def chance(user: User) -> Callable[[], int]:
        drawn: Callable[[], int] | None = user.chances.get(_KEY)
        if drawn is None:
            drawn = user.chances[_KEY] = sequence(start + user.seat * GAMMA_USER)
        return drawn

    return chance


def sequence(start: int) -> Callable[[], int]:
    """SplitMix64 from `start` on: 64 random bits a call."""
    state = start & MASK

    def draw() -> int:
        nonlocal state
        value = state
        state = (value + GAMMA_DRAW) & MASK
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK  # mix(), written out: a call costs a third more
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return value ^ (value >> 31)

    return draw
