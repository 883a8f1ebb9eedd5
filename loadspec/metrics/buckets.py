"""Counts of many buckets in arrays: a bucket of a dictionary takes some 85 bytes, and a tail fills them for hours.

Buckets that lie beside each other share a page of 64, half an octave of a histogram's: a page is as large with one
bucket in use as with all, so that a distribution which is known after minutes takes no more after hours.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from operator import add

_BITS = 6
_PAGE = array("q", [0]) * (1 << _BITS)
_WITHIN = (1 << _BITS) - 1


class Buckets(Mapping[int, int]):
    """Bucket → count, as in a `Counter`: what is not there counts 0."""

    __slots__ = ("_pages", "_total")

    def __init__(self, counts: Mapping[int, int]) -> None:
        self._pages: dict[int, array[int]] = {}
        self._total = 0
        self.update(counts)

    def total(self) -> int:
        """The sum of all counts."""
        return self._total

    def update(self, more: Mapping[int, int] | Iterable[int]) -> None:
        """Add counts by bucket; or one for each of some buckets."""
        if isinstance(more, Buckets):
            self._add_pages(more)
            return
        counts = more if isinstance(more, Mapping) else Counter(more)
        pages = self._pages
        for bucket, count in counts.items():
            page = pages.get(bucket >> _BITS)
            if page is None:
                page = pages[bucket >> _BITS] = _PAGE[:]
            page[bucket & _WITHIN] += count
        self._total += sum(counts.values())

    def _add_pages(self, other: Buckets) -> None:
        for number, theirs in other._pages.items():
            mine = self._pages.get(number)
            self._pages[number] = theirs[:] if mine is None else array("q", map(add, mine, theirs))
        self._total += other._total

    def __getitem__(self, bucket: int) -> int:
        page = self._pages.get(bucket >> _BITS)
        return 0 if page is None else page[bucket & _WITHIN]

    def __setitem__(self, bucket: int, count: int) -> None:
        self.update({bucket: count - self[bucket]})

    def __iter__(self) -> Iterator[int]:
        for number, page in self._pages.items():
            first = number << _BITS
            for within, count in enumerate(page):
                if count:
                    yield first + within

    def items(self) -> ItemsView[int, int]:
        """(bucket, count) of each that is used."""
        return _Items(self)

    def __len__(self) -> int:
        return sum(len(page) - page.count(0) for page in self._pages.values())

    def __bool__(self) -> bool:
        return bool(self._total)


class _Items(ItemsView[int, int]):
    """Pages are read from one end to the other, and no bucket is looked up."""

    _mapping: Buckets

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for number, page in self._mapping._pages.items():
            first = number << _BITS
            for within, count in enumerate(page):
                if count:
                    yield first + within, count
