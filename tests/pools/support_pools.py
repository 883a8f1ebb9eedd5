"""Files of data in a folder, and how to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loadspec.pools import Reading, open_rows
from loadspec.pools.rows import Rows
from loadspec.pools.words import format_of


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(folder: Path, name: str, data: str | bytes | None = None, **reading: Any) -> Rows:
    """The rows of a file, written first if its content is given."""
    if data is not None:
        write(folder, name, data)
    given = {"format": format_of(name) or "", **reading}
    return open_rows(Reading("p", str(folder), name, **given), parse_yaml)


def parse_yaml(data: bytes, name: str) -> Any:
    from loadspec.spec.datafile import parse_yaml

    return parse_yaml(data, name)
