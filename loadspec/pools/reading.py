"""How the data of a pool is to be read: what a spec says of it, without the spec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from loadspec.pools.errors import DataError

_HIDDEN = "a spec reads no hidden files: they hold settings and secrets"

Columns = str | tuple[tuple[str, str | int], ...]
"""The one column whose value is the item; or (name in the item, name in the data or its number from 1), in order."""
Types = str | tuple[tuple[str, str], ...]
"""The type of items that are no mappings; or (column, type)."""


class Reading(Struct, frozen=True):
    """Where data is and what to make of it. `path` is below the folder `root`; an inline pool has none."""

    pool: str
    root: str = ""
    path: str = ""
    format: str = "inline"
    columns: Columns | None = None
    types: Types | None = None
    header: bool = True
    content: str = "text"
    weight: str = ""
    """The column of weights, where the pool needs one."""

    @property
    def shown(self) -> str:
        """The file as the user would name it."""
        return str(Path(self.root) / self.path)


class Found(Struct, frozen=True):
    """What is in a pool: how many rows, and the keys of its items (() where they are no mappings, None: any)."""

    rows: int
    columns: tuple[str, ...] | None


def keys_of(items: Iterable[Any]) -> tuple[str, ...] | None:
    """The keys that the items have between them; () where they are no mappings, None where some are."""
    keys: dict[str, None] = {}
    plain = False
    for item in items:
        if isinstance(item, Mapping):
            keys.update(dict.fromkeys(item))
        else:
            plain = True
    return tuple(keys) if keys and not plain else None if keys else ()


def locate(reading: Reading) -> Path:
    """The file or folder itself. Raises DataError unless it is there, and below the root when links are followed."""
    root = Path(reading.root).resolve()
    wanted = "folder" if reading.format == "folder" else "file"
    try:
        if any(part.startswith(".") and part not in (".", "..") for part in Path(reading.path).parts):
            raise DataError(f"`{reading.path}` is hidden", _HIDDEN, kind="file")
        if Path(reading.path).is_absolute():
            raise DataError(f"`{reading.path}` begins at the root", "names begin in the spec's folder", kind="file")
        place = (root / reading.path).resolve()
        if not place.is_relative_to(root):
            hint = "move it below the spec's folder: a spec reads nothing else, links included"
            raise DataError(f"`{reading.path}` lies outside the spec's folder", hint, kind="file")
        if is_hidden(place, root):
            raise DataError(f"`{reading.path}` leads to a hidden file", _HIDDEN, kind="file")
        if not place.exists():
            raise DataError(f"`{reading.path}` does not exist", _beside(root, place), kind="file")
        if wanted == "folder" and not place.is_dir():
            raise DataError(f"`{reading.path}` is no folder", "a single file is given by `file`", kind="file")
        if wanted == "file" and not place.is_file():
            hint = "a folder of files is given by `folder`" if place.is_dir() else "name a file"
            raise DataError(f"`{reading.path}` is no file", hint, kind="file")
    except DataError:
        raise
    except (OSError, ValueError, RuntimeError):  # a name that no file can have, links in a circle
        raise DataError(f"`{reading.path}` cannot be opened", "look at the name", kind="file") from None
    return place


def is_hidden(place: Path, root: Path) -> bool:
    """Whether what all links lead to is hidden below the root; a mounted volume of Kubernetes is not."""
    *folders, name = place.relative_to(root).parts or ("",)
    return name.startswith(".") or any(part.startswith(".") and not re.fullmatch(_VOLUME, part) for part in folders)


_VOLUME = r"\.\.(data|\d{4}_.*)"
"""Folders of which Kubernetes makes a volume: names in it are links to `..data`, which is a link to a dated one."""


def _beside(root: Path, place: Path) -> str:
    """What else is there, if the name may be misspelt."""
    from difflib import get_close_matches

    try:
        names = [each.name for each in place.parent.iterdir() if not each.name.startswith(".")][:1000]
    except OSError:
        names = []
    near = get_close_matches(place.name, names, n=1)
    if near and place.parent.is_relative_to(root):
        return f"did you mean `{(place.parent / near[0]).relative_to(root)}`?"
    return "names are relative to the spec's folder"
