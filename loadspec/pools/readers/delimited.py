"""csv and tsv: rows of cells as Python's csv module reads them, quotes and line breaks inside them included.

A file without a quote has its rows where its lines are. In any other the csv module itself says where each row ends.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

from loadspec.pools.errors import DataError
from loadspec.pools.readers.text import begin_of, not_utf8
from loadspec.pools.reading import Reading
from loadspec.pools.rows import Lines, Record, Rows, offsets
from loadspec.pools.shapes import row_probe, row_shape, row_weight

Cells = list[str]
_CELL = 1 << 24
"""Characters that a cell may have."""


def read_csv(reading: Reading, path: Path) -> Rows:
    """Comma-separated rows (RFC 4180)."""
    return _read(reading, path, ",")


def read_tsv(reading: Reading, path: Path) -> Rows:
    """Rows separated by tabs; quotes are read as in csv, which is how spreadsheets write them."""
    return _read(reading, path, "\t")


def _read(reading: Reading, path: Path, delimiter: str) -> Rows:
    csv.field_size_limit(_CELL)
    starts = _index(path, reading, delimiter)
    parse = partial(_parse, delimiter=delimiter)
    header = _header(reading, path, starts, delimiter)
    shape, names = row_shape(reading, header)
    stream = partial(_stream, reading, path, delimiter, len(header))
    rows = Lines(path, reading.shown, starts, parse, stream, shape, row_weight(reading, header), names)
    rows.sure = not reading.types
    rows.probe = row_probe(reading, header, names)
    return rows


def _header(reading: Reading, path: Path, starts: array[int], delimiter: str) -> list[str]:
    """The names of the columns; takes the header's row out of the index."""
    if len(starts) == 1:
        return []
    _, first = next(_rows(reading, path, delimiter), (1, []))
    if not reading.header:
        columns = reading.columns
        if isinstance(columns, tuple) and all(isinstance(source, str) for _, source in columns):
            names = [name for name, _ in columns]  # those of the columns, from the first on
            return [*names, *[""] * (len(first) - len(names))]
        return [str(number) for number in range(1, len(first) + 1)]
    del starts[0]
    names = [name.strip() for name in first]
    for name in names:
        if name and names.count(name) > 1:
            message, hint = f"the header has `{name}` twice", "rename one of the two"
            raise DataError(message, hint, file=reading.shown, line=1, text=delimiter.join(first))
    return names


def _index(path: Path, reading: Reading, delimiter: str) -> array[int]:
    """Where each row begins, and where the last one ends."""
    starts = offsets(path.stat().st_size)
    with path.open("rb", buffering=1 << 20) as file:
        begin = begin_of(file.read(3), reading)
        file.seek(begin)
        quoted = any(b'"' in chunk for chunk in iter(partial(file.read, 1 << 20), b""))
        file.seek(begin)
        end = (_index_quoted if quoted else _index_plain)(file, begin, starts, delimiter)
    starts.append(end)
    return starts


def _index_plain(file: IO[bytes], at: int, starts: array[int], _delimiter: str) -> int:
    add = starts.append
    for line in file:
        if line.strip(b"\r\n"):
            add(at)
        at += len(line)
    return at


def _index_quoted(file: IO[bytes], at: int, starts: array[int], delimiter: str) -> int:
    """Bytes read as Latin-1: a character each, and those that csv looks at are the same."""
    lines: list[int] = [at]

    def texts() -> Iterator[str]:
        nonlocal at
        for line in file:
            at += len(line)
            lines.append(at)
            yield line.decode("latin-1")

    rows = csv.reader(texts(), delimiter=delimiter)
    try:
        for row in rows:
            if row:
                starts.append(lines[0])
            del lines[:-1]  # the rows before it are known
    except csv.Error:  # `_stream` says which line it is; without that nobody gets here
        pass
    return at


def _parse(data: bytes, delimiter: str) -> Cells:
    text = data.decode().rstrip("\r\n")
    if '"' not in text:
        return text.split(delimiter)
    return next(csv.reader((text,), delimiter=delimiter, strict=True))


def _stream(reading: Reading, path: Path, delimiter: str, width: int) -> Iterator[Record]:
    """Every row below the header. Raises DataError for one that has not as many cells as the header."""
    rows = _rows(reading, path, delimiter)
    if reading.header:
        next(rows, None)
    for line, cells in rows:
        if len(cells) != width:
            raise _ragged(reading, path, line, cells, width)
        yield line, cells


def _rows(reading: Reading, path: Path, delimiter: str) -> Iterator[tuple[int, Cells]]:
    """(first line, cells) of each row that is not blank."""
    with path.open(encoding="utf-8-sig", newline="\n", buffering=1 << 20) as file:
        rows: Any = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in rows:
                if cells:
                    yield line, cells
                line = rows.line_num + 1
        except csv.Error as error:
            raise _malformed(reading, path, line, rows.line_num, str(error)) from None
        except UnicodeDecodeError:
            raise _undecoded(reading, path) from None


def _malformed(reading: Reading, path: Path, line: int, last: int, why: str) -> DataError:
    if "end of data" in why:
        message, hint = "a quote that opens in this row is never closed", 'close it, or write `""` for a quote in text'
    elif "new-line" in why:
        line, message, hint = last, "this line ends as old Macs did, with CR alone", "save the file with LF or CRLF"
    elif "expected after" in why:
        message, hint = "text follows the quote that closes a cell", 'write `""` for a quote in text'
    else:
        message, hint = f"this row cannot be read: {why}", ""
    return DataError(message, hint, file=reading.shown, line=line, text=_text_of(path, line))


def _ragged(reading: Reading, path: Path, line: int, cells: Cells, width: int) -> DataError:
    what = "the header" if reading.header else "the first row"
    message = f"this row has {len(cells)} cell{'s' * (len(cells) != 1)}, and {what} {width}"
    hint = "a cell that holds the separator needs quotes" if len(cells) > width else ""
    return DataError(message, hint, file=reading.shown, line=line, text=_text_of(path, line))


def _undecoded(reading: Reading, path: Path) -> DataError:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return not_utf8(line, reading.shown, number)
    return DataError("is not UTF-8", "save it as UTF-8", file=reading.shown)


def _text_of(path: Path, wanted: int) -> str:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == wanted:
                return line[:400].decode("utf-8", "replace").rstrip("\r\n")
    return ""
