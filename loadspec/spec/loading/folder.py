"""The folder of a spec: the files that may be read, each once, all of them together within the caps of one file.

A path in a spec, whichever file it stands in, is one from the spec's folder: it means the same wherever it is written.
Only files below the folder are read, after all symbolic links, and only those called .yaml or .yml: a spec may come
from a stranger, and a diagnostic shows lines of what it reads.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import NamedTuple

from loadspec.spec.compose import MAX_NODES, compose, max_bytes
from loadspec.spec.diagnostics import Diagnostic, SpecError, closest
from loadspec.spec.loading.join import Missing
from loadspec.spec.loading.text import decode, read, too_large
from loadspec.spec.source import Place, Source

MAX_FILES = 64
SUFFIXES = (".yaml", ".yml")


class File(NamedTuple):
    """A file of the spec; `whole` says that it has no syntax error."""

    source: Source
    whole: bool
    id: FilePath


class Folder:
    """Reads files by the names that a spec gives them. `found` is what was wrong with the names and in the files."""

    def __init__(self, main: Source, whole: bool = True) -> None:
        self.main = main
        self.found: list[Diagnostic] = []
        self.files: dict[FilePath, File | None] = {}
        self.missing = Missing.NOTHING if whole else Missing.LINES
        self.bytes = len(main.text)
        self.nodes = main.own.size if main.own else 0
        name = FilePath(main.name)
        self.parent = name.parent
        try:
            self.root, first = name.parent.resolve(), name.resolve()
        except (OSError, ValueError, RuntimeError):
            self.root = first = FilePath("/nonexistent")
        self.first = File(main, whole, first)
        self.files[first] = self.first

    def lack(self, what: Missing) -> None:
        """Something is missing, besides what was missing before."""
        self.missing = max(self.missing, what)

    def open(self, name: str, place: Place) -> File | None:
        """The file of that name, composed; None where it cannot be used, which is then in `found`."""
        problem, path = self._locate(name, place)
        if problem or path is None:
            self._refuse(problem or "is no file", place, f"`{name}`", self._near(name, place))
            return None
        if path not in self.files:
            self.files[path] = self._read(name, path, place)
        return self.files[path]

    def _locate(self, name: str, place: Place) -> tuple[str, FilePath | None]:
        """(what is wrong, the file)."""
        if not name.isprintable() or "\\" in name or PurePosixPath(name).is_absolute():
            return "is no path below the spec's folder", None
        try:
            path = (self.root / name).resolve()
            if not path.is_relative_to(self.root):
                return "lies outside the spec's folder", None
            if not path.exists():
                return "does not exist", None
            if not path.is_file():
                return "is no regular file", None
        except (OSError, ValueError, RuntimeError):
            return "cannot be looked up", None
        if path.suffix not in SUFFIXES or not name.endswith(SUFFIXES):
            return "is not called .yaml or .yml", None
        return "", path

    def _near(self, name: str, place: Place) -> str:
        """The same name seen from the folder of the file that it stands in, or one much like it."""
        beside = FilePath(place.source.name).parent / name
        try:
            if place.source is not self.main and beside.is_file() and beside.resolve().is_relative_to(self.root):
                return f"paths begin in the spec's folder: write {beside.resolve().relative_to(self.root)}"
            asked = self.root / name
            for known in self.files:
                if known.name == asked.name:
                    return f"did you mean {known.relative_to(self.root)}?"
            if asked.parent.resolve().is_relative_to(self.root):
                names = [each.name for each in sorted(asked.parent.iterdir())[:200] if each.suffix in SUFFIXES]
                if near := closest(asked.name, names):
                    return f"did you mean {PurePosixPath(name).parent / near}?"
        except (OSError, ValueError, RuntimeError):
            pass
        return f"name a YAML file in or below the spec's folder, `{self.parent}`"

    def _read(self, name: str, path: FilePath, place: Place) -> File | None:
        shown = str(self.parent / name)
        if len(self.files) >= MAX_FILES:
            self._cap(f"a spec is made of at most {MAX_FILES} files", place)
            return None
        try:
            source = Source(shown, decode(read(path), shown))
        except SpecError as error:
            self._refused(error, name, place)
            return None
        self.bytes += len(source.text)
        if self.bytes > max_bytes():
            self._cap(too_large("the spec with all its files", max_bytes()), place)
            return None
        whole, found = compose(source, MAX_NODES - self.nodes)
        self.found += found
        if not whole:
            self.lack(Missing.LINES if source.own else Missing.ANYTHING)
        if source.own is None:
            if whole:
                self._refuse("holds nothing", place, f"`{name}`", "write sections in it, or leave it out")
            return None
        self.nodes += source.own.size
        return File(source, whole, path)

    def _refused(self, error: SpecError, name: str, place: Place) -> None:
        """A file that is no text: said at its name, unless the file has a place of its own to show."""
        first = error.diagnostics[0]
        if first.line:
            self.lack(Missing.ANYTHING)
            self.found.append(first)
        else:
            what = first.message.split("` ", 1)[-1]
            self._refuse(what, place, f"`{name}`", first.help)

    def _refuse(self, what: str, place: Place, name: str, help: str) -> None:
        self.lack(Missing.ANYTHING)
        self.found.append(self.main.at("LS060", f"{name} {what}", place, help=help))

    def _cap(self, message: str, place: Place) -> None:
        self.lack(Missing.ANYTHING)
        self.found.append(self.main.at("LS064", message, place, help="make several specs of it"))
