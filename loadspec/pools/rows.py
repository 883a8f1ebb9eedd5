"""Rows: the records of a pool as items, by index and in order. In memory, or read from a file line by line.

A large file is never held: each process keeps an index of where its rows begin (4 bytes a row, 8 beyond 4 GiB) and
reads a row when it is drawn, so that all share the one copy in the system's page cache. Reads go by `pread`, not by a
mapping: a file that somebody shortens in mid-run is an error, not the end of the process.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from loadspec.pools.errors import CellError, DataError
from loadspec.pools.shapes import Shape, Weigh

SMALL_ROWS, SMALL_BYTES = 20_000, 4 << 20
"""What is not larger is held in memory: such rows cost what inline ones do."""
_CACHED = 4096

Record = tuple[int, Any]
"""(line, record as the file has it)."""


class Rows(Sequence[Any]):
    """Items by index. `columns` are the keys of each, () where items are no mappings, None where that is not known.

    `shape` is None where records are items as they stand. `file` is how its user names it.
    """

    sure = False
    """Whether every record takes its shape."""
    verified = False
    """Whether opening it has read everything already."""
    probe: Shape | None = None
    """Raises what the shape would raise, for less; the shape itself where there is none."""

    def __init__(
        self, file: str, shape: Shape | None, weigh: Weigh | None, columns: tuple[str, ...] | None = None
    ) -> None:
        self.file = file
        self.columns = columns
        self._shape = shape
        self._weigh = weigh

    def records(self) -> Iterator[Record]:
        """Every record in order. Raises DataError with the line of the first that is malformed."""
        raise NotImplementedError

    def small(self) -> bool:
        """Whether the items may be held in memory."""
        return True

    def line_text(self, line: int) -> str:
        """A line of the file, for people."""
        return ""

    def scan(self) -> Iterator[Any]:
        """Every item in order. Raises DataError, with the line."""
        shape = self._shape
        if shape is None:
            for _, record in self.records():
                yield record
            return
        for line, record in self.records():
            try:
                item = shape(record)
            except CellError as error:
                raise self._at(line, error) from None
            yield item

    def weights(self) -> array[float]:
        """The weight of each row; none where the pool needs none. Raises DataError, with the line."""
        return self._weights(None)

    def measure(self, read: Callable[[Any], float]) -> array[float]:
        """What `read` makes of each item. Raises DataError of kind `time` where it raises CellError, with the line."""
        shape, found = self._shape, array("d")
        for line, record in self.records():
            try:
                item = record if shape is None else shape(record)
            except CellError as error:
                raise self._at(line, error) from None
            try:
                found.append(read(item))
            except CellError as error:
                wrong = self._at(line, error)
                wrong.kind = "time"
                raise wrong from None
        return found

    def verify(self) -> None:
        """Read everything once. Raises DataError for the first that is malformed, with its line."""
        if self.verified:
            return
        probe = None if self.sure else self.probe or self._shape
        if self._weigh is not None:
            self._weights(probe)
            return
        if probe is None:
            for _ in self.records():
                pass
            return
        for line, record in self.records():
            try:
                probe(record)
            except CellError as error:
                raise self._at(line, error) from None

    def _weights(self, shape: Shape | None) -> array[float]:
        """The weights; each record is given its shape too, if only to see whether it takes it."""
        weigh, found = self._weigh, array("d")
        if weigh is None:
            return found
        for line, record in self.records():
            try:
                found.append(weigh(record))
                if shape is not None:
                    shape(record)
            except CellError as error:
                raise self._at(line, error) from None
        if found and not 0 < sum(found) < float("inf"):
            raise DataError("all weights are 0", "give at least one row a weight", file=self.file)
        return found

    def _at(self, line: int, error: CellError) -> DataError:
        return DataError(str(error), file=self.file, line=line, text=self.line_text(line))


class Held(Rows):
    """Records that are in memory: inline, or of a file that was read whole. A record's line is its number."""

    def __init__(
        self,
        records: Sequence[Any],
        file: str,
        shape: Shape | None,
        weigh: Weigh | None,
        columns: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(file, shape, weigh, columns)
        self._records = records

    def records(self) -> Iterator[Record]:
        """See `Rows`."""
        yield from enumerate(self._records, 1)

    def _at(self, line: int, error: CellError) -> DataError:
        if self.file:
            return DataError(f"item {line}: {error}", file=self.file)
        return DataError(str(error), line=line)

    def __getitem__(self, index: Any) -> Any:
        record = self._records[index]
        return record if self._shape is None else self._shape(record)

    def __len__(self) -> int:
        return len(self._records)


class Lines(Rows):
    """Records of a file by where they begin. `parse` makes a record of a row's bytes, `stream` reads all in order.

    `parse` raises ValueError for bytes that are no row.
    """

    def __init__(
        self,
        path: Path,
        file: str,
        starts: array[int],
        parse: Callable[[bytes], Any],
        stream: Callable[[], Iterator[Record]],
        shape: Shape | None,
        weigh: Weigh | None,
        columns: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(file, shape, weigh, columns)
        self._path = path
        self._starts = starts
        self._parse = parse
        self.records = stream  # type: ignore[method-assign]
        self._cache: dict[int, Any] = {}
        self._descriptor = -1

    def small(self) -> bool:
        """See `Rows`."""
        return len(self) <= SMALL_ROWS and self._starts[-1] <= SMALL_BYTES

    def __getitem__(self, index: Any) -> Any:
        item = self._cache.get(index, self)
        if item is self:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            item = self._cache[index] = self._read(index)
        return item

    def _read(self, index: int) -> Any:
        if self._descriptor < 0:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        start, end = self._starts[index], self._starts[index + 1]
        try:
            data = os.pread(self._descriptor, end - start, start)
            if len(data) != end - start:
                raise ValueError
            record = self._parse(data)
            return record if self._shape is None else self._shape(record)
        except (ValueError, LookupError, OSError):
            message = f"row {index + 1} is no longer what it was: the file was written to"
            raise DataError(message, file=self.file) from None

    def line_text(self, line: int) -> str:
        """See `Rows`."""
        with self._path.open("rb") as stream:
            for number, text in enumerate(stream, 1):
                if number == line:
                    return text[:400].decode("utf-8", "replace").rstrip("\r\n")
        return ""

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


class Chosen(Sequence[Any]):
    """Some rows of others: those that a filter left."""

    def __init__(self, rows: Sequence[Any], indices: array[int]) -> None:
        self._rows = rows
        self._indices = indices

    def __getitem__(self, index: Any) -> Any:
        return self._rows[self._indices[index]]

    def __len__(self) -> int:
        return len(self._indices)


def offsets(size: int) -> array[int]:
    """An empty index for a file of so many bytes."""
    return array("I" if size < 1 << 32 else "Q")
