"""Readers: a format of data → rows. The family: one file a kind of format, one row in `READERS`.

A reader is given a `Reading` and the place of its file, and returns `Rows`; it reads no more than it must to know how
many rows there are and where. Raises DataError.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from loadspec.pools.errors import DataError
from loadspec.pools.readers.delimited import read_csv, read_tsv
from loadspec.pools.readers.folder import read_folder
from loadspec.pools.readers.json import read_json, read_jsonl
from loadspec.pools.readers.text import read_text
from loadspec.pools.reading import Reading, locate
from loadspec.pools.rows import Held, Rows
from loadspec.pools.shapes import value_shape, value_weight

ParseYaml = Callable[[bytes, str], Any]
"""(bytes, the file's name) → plain data, by the rules that specs are read by. Raises a LoadspecError."""

READERS: dict[str, Callable[[Reading, Path], Rows]] = {
    "txt": read_text,
    "csv": read_csv,
    "tsv": read_tsv,
    "json": read_json,
    "jsonl": read_jsonl,
    "folder": read_folder,
}
"""Format → reader. `yaml` and inline items are made by `rows_of`: both are plain data already."""


def open_rows(reading: Reading, parse_yaml: ParseYaml | None = None) -> Rows:
    """The rows of a file or folder. Raises DataError, and what `parse_yaml` raises."""
    place = locate(reading)
    try:
        if reading.format == "yaml":
            assert parse_yaml is not None
            return _listed(reading, parse_yaml(place.read_bytes(), reading.shown))
        return READERS[reading.format](reading, place)
    except OSError as error:
        message = f"`{reading.path}` cannot be read: {error.strerror}"
        raise DataError(message, "look at who may read it", kind="file") from None


def rows_of(reading: Reading, items: Any) -> Rows:
    """The rows of plain data."""
    return Held(items, reading.shown if reading.path else "", value_shape(reading), value_weight(reading))


def _listed(reading: Reading, data: Any) -> Rows:
    if not isinstance(data, list):
        raise DataError("a pool's file holds a list", "begin each item with `- `", file=reading.shown)
    return rows_of(reading, data)
