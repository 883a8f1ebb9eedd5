"""Where each value of a resolved document comes from: a file and line, a profile, a variable, an option, a default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from loadspec.spec.diagnostics import Path
from loadspec.spec.places import Places

Kind = Literal["file", "include", "profile", "environment", "option", "default"]


class Origin(NamedTuple):
    """`kind` is what set a value; `name` the profile, LOADSPEC_X or --x; `line` counts from 1, 0 where there is none.

    A `file` is the spec itself, an `include` any other file that was included or used from.
    """

    kind: Kind
    name: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else ""
        if self.kind == "profile":
            return f"profile {self.name}, {place}"
        return place or self.name or "default"


class Origins:
    """Asks where the values of one resolved document are from. Holds no value of an environment variable."""

    def __init__(self, places: Places, profile: str | None = None, env: Mapping[str, str] | None = None) -> None:
        self._places = places
        self._profile = profile or ""
        self._env = dict(env or {})

    def of(self, path: Path) -> Origin:
        """The origin of the value at a path; a path that is not in the document has its default."""
        home = self._places.home(path)
        if isinstance(home, str):
            return _outside(home)
        source = self._places.source
        node = source.node(home)
        if node is None:
            return Origin("default")
        place = source.span(node)
        kind: Kind = "file" if node.source is source else "include"
        where = (node.source.name, place.line + 1, place.column + 1)
        if home[:1] == ("profiles",) and len(home) > 1:
            return Origin("profile", str(home[1]), *where)
        return Origin(kind, "", *where)

    def of_variable(self, name: str) -> Origin:
        """Where the value of a declared environment variable is from: the environment, --env, or its declaration."""
        given = self._env.get(name)
        return _outside(given) if given else self.of(("env", name))

    def each(self, document: Mapping[str, Any]) -> Iterator[tuple[Path, Any, Origin]]:
        """(path, value, origin) of every scalar and every empty list or mapping, in the document's order."""
        for path, value in _leaves(document, ()):
            yield path, value, self.of(path)

    def defaults(self, document: Mapping[str, Any]) -> Iterator[tuple[Path, Any, Origin]]:
        """(path, value, origin) of what the document leaves to the top level's and the target's defaults."""
        for path, value in _schema_defaults():
            section = document if len(path) == 1 else document.get(str(path[0]))
            if isinstance(section, Mapping) and path[-1] not in section:
                yield path, value, Origin("default")


def variable_origins(
    declared: Mapping[str, Any], given: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, str]:
    """Variable → the option or variable that its value is from; those with their default are left out."""
    return {name: f"--env {name}" if name in given else name for name in declared if name in given or name in environ}


def _outside(name: str) -> Origin:
    return Origin("option" if name.startswith("-") else "environment", name)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    below = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    if not below or not value:
        yield path, value
    else:
        for part, inner in below:
            yield from _leaves(inner, (*path, part))


@cache
def _schema_defaults() -> tuple[tuple[Path, Any], ...]:
    from loadspec.spec.schema import spec_schema  # not before someone asks

    top = spec_schema()["properties"]
    target = top["target"].get("properties", {})
    rows: list[tuple[Path, Any]] = [((name,), about) for name, about in top.items() if name != "loadspec"]
    rows += [(("target", name), about) for name, about in target.items()]
    return tuple((path, about["default"]) for path, about in rows if "default" in about)
