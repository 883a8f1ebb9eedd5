"""A series that grows coarser as it grows longer, so that it takes the same room after a day as after some minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

R = TypeVar("R")
M = TypeVar("M")


class Coarse(Sequence[R], Generic[R]):
    """At most `limit` rows, each what `merge` made of `step` neighbours; the newest may lack some of them.

    Where there are as many, neighbours become one, and `step` doubles: 1, 2, 4, ... `merge(older, newer)` has to be
    associative: then a row is the same in whatever order its parts were merged. What is added may be several in one: no
    step is shorter than the longest of these, and a row begins with the first that begins in its step.
    """

    def __init__(self, limit: int, merge: Callable[[R, R], R]) -> None:
        assert limit > 0
        assert limit % 2 == 0, "a row without a partner would be lost"
        self.limit = limit
        self.step = 1
        """So many of what was added make a row."""
        self._merge = merge
        self._rows: list[R] = []
        self._size = 0
        """How many were added."""

    def add(self, row: R, size: int = 1) -> None:
        """Add the newest, which is `size` in one."""
        while size > self.step or self._size // self.step >= self.limit:
            self._halve()
        if self._size // self.step < len(self._rows):
            self._rows[-1] = self._merge(self._rows[-1], row)
        else:
            self._rows.append(row)
        self._size += size

    def _halve(self) -> None:
        for at in range(len(self._rows) // 2):  # in place: at no time is there all of both
            self._rows[at : at + 2] = [self._merge(self._rows[at], self._rows[at + 1])]
        self.step *= 2

    def join(self, row: R) -> None:
        """Add what is too little to count: it belongs to the newest row. Raises IndexError where there is none."""
        self._rows[-1] = self._merge(self._rows[-1], row)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows)


class Recall(Generic[R, M]):
    """What `make` makes of rows, made once as long as there are these rows: to look each second costs little."""

    def __init__(self, make: Callable[..., M]) -> None:
        self._make = make
        self._made: dict[tuple[int, ...], tuple[Sequence[R], M]] = {}

    def __call__(self, rows: Sequence[R], group: int = 1) -> list[M]:
        """One of each `group` neighbours (the last of fewer), in their order. Others than these are forgotten."""
        before, self._made = self._made, {}
        for at in range(0, len(rows), group):
            some = rows[at : at + group]
            key = tuple(map(id, some))  # holding the rows keeps their ids from being others'
            known = before.get(key)
            self._made[key] = known if known is not None else (some, self._make(*some))
        return [made for _, made in self._made.values()]
