"""A worker's share of the load: users, starts and iterations are counted through the whole run and dealt out in turn.

k6's striping (its `lib/execution_segment.go`) for segments of equal length: worker k of n has the numbers that leave k
when divided by n. So any number of workers together run what one would, none of it twice.
"""

from __future__ import annotations

from typing import NamedTuple


class Share(NamedTuple):
    """Worker `k` of `n`, counted from 0."""

    k: int = 0
    n: int = 1

    def owns(self, number: int) -> bool:
        """Whether the user, start or iteration with this number (from 0, through the whole run) is this worker's."""
        return number % self.n == self.k

    def count(self, total: int) -> int:
        """How many of `total` are this worker's."""
        return (total - self.k + self.n - 1) // self.n if self.k < min(total, self.n) else 0

    def number(self, mine: int) -> int:
        """The number through the whole run of this worker's own `mine`-th, from 0."""
        return self.k + self.n * mine

    def among(self, users: int) -> Share:
        """The share of what is dealt out only to workers that have one of `users` users: the first so many of them."""
        return Share(self.k, max(1, min(self.n, users)))


WHOLE = Share()
"""One worker does everything."""
