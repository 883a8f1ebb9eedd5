"""txt: one item a line, as in GuideLLM's prompt files; lines of nothing but space are left out."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from loadspec.pools.errors import DataError
from loadspec.pools.reading import Reading
from loadspec.pools.rows import Lines, Record, Rows, offsets
from loadspec.pools.shapes import value_shape, value_weight

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(reading: Reading, path: Path) -> Rows:
    """Rows of lines."""

    def stream() -> Iterator[Record]:
        for number, line in numbered(path):
            try:
                yield number, line.rstrip(b"\r\n").decode()
            except UnicodeDecodeError:
                raise not_utf8(line, reading.shown, number) from None

    starts = index_lines(path, reading)
    return Lines(path, reading.shown, starts, _parse, stream, value_shape(reading), value_weight(reading), ())


def _parse(data: bytes) -> str:
    return data.partition(b"\n")[0].rstrip(b"\r").decode()


def numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """(line from 1, its bytes) for each line that is not blank, without a byte order mark."""
    with path.open("rb", buffering=1 << 20) as file:
        if file.read(3) != BOM:
            file.seek(0)
        for number, line in enumerate(file, 1):
            if not line.isspace():
                yield number, line


def index_lines(path: Path, reading: Reading) -> array[int]:
    """Where each line that is not blank begins, and where the last one ends. Raises DataError for UTF-16."""
    starts = offsets(path.stat().st_size)
    add = starts.append
    with path.open("rb", buffering=1 << 20) as file:
        at = begin_of(file.read(3), reading)
        file.seek(at)
        for line in file:
            if not line.isspace():
                add(at)
            at += len(line)
    add(at)
    return starts


def begin_of(head: bytes, reading: Reading) -> int:
    """Where the text begins: behind a byte order mark."""
    if head[:2] in UTF_16:
        raise DataError("this is UTF-16 text", "save it as UTF-8", file=reading.shown)
    return 3 if head == BOM else 0


def not_utf8(data: bytes, file: str, line: int) -> DataError:
    """What to say of a line that is no UTF-8."""
    text = data[:400].decode("utf-8", "replace").rstrip("\r\n")
    return DataError("this line is not UTF-8", "save the file as UTF-8", file=file, line=line, text=text)
