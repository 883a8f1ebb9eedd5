"""Places in a resolved document: which file, profile, variable or option a value came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.source import Place, Source

_WORD = r"[\w.]+|\S"


class Places:
    """Makes diagnostics at paths of a resolved document.

    `origins` maps a path (and what is below it) to its path in the file, or to the name of the option or variable
    that set it; a path that is not there has its own place in the file.
    """

    def __init__(self, source: Source, origins: Mapping[Path, Path | str] | None = None) -> None:
        self.source = source
        self.origins = origins or {}

    def home(self, path: Path) -> Path | str:
        """Where the value at `path` was written."""
        for end in range(len(path), 0, -1):
            origin = self.origins.get(path[:end])
            if isinstance(origin, str):
                return origin
            if origin is not None:
                return (*origin, *path[end:])
        return path

    def key(self, path: Path, code: str, message: str, **more: Any) -> Diagnostic:
        """A finding at the key of `path`."""
        home = self.home(path)
        if isinstance(home, str):
            return self._outside(home, path, code, message, more)
        return self.source.at(code, message, self.source.key(home), path=path, **more)

    def value(self, path: Path, code: str, message: str, **more: Any) -> Diagnostic:
        """A finding at the value of `path`."""
        home = self.home(path)
        if isinstance(home, str):
            return self._outside(home, path, code, message, more)
        return self.source.at(code, message, self.source.value(home), path=path, **more)

    def text(
        self, path: Path, text: str, offset: int, code: str, message: str, length: int = 0, **more: Any
    ) -> Diagnostic:
        """A finding inside the text at `path`, at character `offset`; without a length, the token that is there."""
        home = self.home(path)
        offset = min(offset, len(text))
        if not length:
            token = re.compile(_WORD).match(text, offset)
            length = len(token.group()) if token else 1
        if isinstance(home, str):
            label, help = str(more.get("label", "")), str(more.get("help", ""))
            level = more.get("level", "error")
            return Diagnostic(level, code, message, 1, offset + 1, length, path, label, help, home, text)
        if self.source.comment_after(home):
            more["help"] = "\n".join(filter(None, [more.get("help", ""), _COMMENT]))
        if code == "LS026" and self.source.comma_after(home):
            more["help"] = COMMA
        return self.source.at(code, message, self.source.inside(home, offset, length), path=path, **more)

    def key_text(self, path: Path, offset: int, code: str, message: str, **more: Any) -> Diagnostic:
        """A finding inside the key of `path`."""
        home = self.home(path)
        if isinstance(home, str):
            return self._outside(home, path, code, message, more)
        line, column, length, source = self.source.key(home)
        found = re.compile(_WORD).match(str(path[-1]), offset)
        token = len(found.group()) if found else 1
        quoted = source.lines[line][column : column + 1] in ("'", '"')
        inside = offset < length
        place = Place(line, column + (offset + quoted if inside else 0), token if inside else length, source)
        return self.source.at(code, message, place, path=path, **more)

    def _outside(self, home: str, path: Path, code: str, message: str, more: dict[str, Any]) -> Diagnostic:
        label, help = str(more.get("label", "")), str(more.get("help", ""))
        return Diagnostic(more.get("level", "error"), code, message, path=path, label=label, help=help, file=home)


COMMA = "between { and } or [ and ], a comma ends an unquoted value: put the whole of it in quotes"
_COMMENT = "the text after ` #` is a comment to YAML: quote the value if it belongs to it"
