"""folder: each file is one item, {"name": "cat.png", "size": 48211, "content": …}, in the order of the names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loadspec.pools.errors import DataError
from loadspec.pools.reading import Reading, is_hidden
from loadspec.pools.rows import SMALL_BYTES, Record, Rows

KEYS = ("name", "size", "content")
MAX_FILES = 100_000


def read_folder(reading: Reading, path: Path) -> Rows:
    """Rows of files: those in the folder itself that are not hidden. Raises DataError for one that leads elsewhere."""
    root, files = Path(reading.root).resolve(), []
    for place in sorted(path.iterdir()):
        if place.name.startswith(".") or not place.is_file():
            continue
        target = place.resolve()
        if not target.is_relative_to(root):
            hint = "put the file itself there: a spec reads nothing outside its folder"
            raise DataError(f"`{reading.path}/{place.name}` links outside the spec's folder", hint, kind="file")
        if is_hidden(target, root):
            hint = "put the file itself there: a spec reads no hidden files"
            raise DataError(f"`{reading.path}/{place.name}` links to a hidden file", hint, kind="file")
        files.append(place)
    if len(files) > MAX_FILES:
        raise DataError(f"`{reading.path}` holds more than {MAX_FILES} files", kind="file")
    return Files(reading, files)


class Files(Rows):
    """Items are read when they are drawn, unless all of them are small enough to be held."""

    def __init__(self, reading: Reading, files: list[Path]) -> None:
        super().__init__(reading.shown, None, None, KEYS)
        self._reading = reading
        self._files = files

    def small(self) -> bool:
        """See `Rows`."""
        return sum(place.stat().st_size for place in self._files) <= SMALL_BYTES

    def records(self) -> Iterator[Record]:
        """See `Rows`."""
        for index in range(len(self._files)):
            yield index + 1, self[index]

    def __getitem__(self, index: Any) -> Any:
        place: Path = self._files[index]
        try:
            data = place.read_bytes()
            content = data if self._reading.content == "bytes" else data.decode()
        except OSError as error:
            message = f"`{place.name}` cannot be read: {error.strerror}"
            raise DataError(message, "look at who may read it", kind="file") from None
        except UnicodeDecodeError:
            message = f"`{self._reading.path}/{place.name}` is not UTF-8 text"
            raise DataError(message, "for files that are no text, write `content: bytes`") from None
        return {"name": place.name, "size": len(data), "content": content}

    def __len__(self) -> int:
        return len(self._files)
