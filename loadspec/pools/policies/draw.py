"""What a policy is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

Row = Callable[[int, int], int]
"""(user, n) → a row's index; `user` and `n` count from 0. Raises Exhausted where there is no row left."""


class Exhausted(Exception):  # noqa: N818 - what happened, and no error by itself
    """A user asked for a row behind the last one."""


class Draw(Struct, frozen=True):
    """What a policy may know: the seed, the pool's name, how many rows it has and how many users there can be.

    `wraps` says whether rows begin again behind the last one; `weights` are those of the rows, 0 or more, of which
    one is more; `exponent` is above 0. Rows before `first` belong to others, where no row may come twice.
    """

    seed: int
    name: str
    size: int
    max_users: int
    wraps: bool = True
    weights: Sequence[float] = ()
    exponent: float = 1.0
    first: int = 0
