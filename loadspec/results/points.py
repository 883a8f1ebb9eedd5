"""The seconds of a run, hour after hour, as columns of numbers: a value a second would take six times as much."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan, nan
from typing import Any, overload

from loadspec.results.model import Point

_COUNTS = ("users", "requests", "failed", "iterations")
_FIGURES = ("t", "seconds", "p50", "p90", "p95", "p99", "max")


class Points(Sequence[Point]):
    """A list of points that one can append to and pop from; each is made when it is asked for."""

    def __init__(self, points: Iterable[Point] = ()) -> None:
        self._columns: dict[str, array[Any]] = {
            **{name: array("q") for name in _COUNTS},
            **{name: array("d") for name in _FIGURES},
        }
        self._errors: dict[str, array[int]] = {}
        """Class → failed requests by second, from the first one on; 0 where there were none."""
        for point in points:
            self.append(point)

    def append(self, point: Point) -> None:
        """Add the newest second."""
        before = len(self)
        for name, column in self._columns.items():
            value = getattr(point, name)
            column.append(nan if value is None else value)
        for name in point.errors.keys() - self._errors.keys():
            self._errors[name] = array("q", bytes(8 * before))
        for name, column in self._errors.items():
            column.append(point.errors.get(name, 0))

    def pop(self) -> Point:
        """Take the newest second away. Raises IndexError where there is none."""
        point = self[-1]
        for column in (*self._columns.values(), *self._errors.values()):
            column.pop()
        return point

    @overload
    def __getitem__(self, index: int) -> Point: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Point]: ...
    def __getitem__(self, index: int | slice) -> Point | Sequence[Point]:
        if isinstance(index, slice):
            return [self._at(i) for i in range(*index.indices(len(self)))]
        return self._at(index)

    def _at(self, index: int) -> Point:
        values = {name: column[index] for name, column in self._columns.items()}
        return Point(**{name: _known(value) for name, value in values.items()}, errors=self._errors_at(index))

    def _errors_at(self, index: int) -> Mapping[str, int]:
        return {name: column[index] for name, column in self._errors.items() if column[index]}

    def __len__(self) -> int:
        return len(self._columns["t"])

    def __iter__(self) -> Iterator[Point]:
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and isnan(value) else value
