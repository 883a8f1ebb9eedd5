"""The data of pools, looked through without running anything: what is wrong with it, and which columns it has.

Lines of data are never shown, only where they are: they may hold passwords, and a spec may come from a stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Any, NamedTuple

from msgspec.structs import replace

from loadspec.pools.errors import DataError
from loadspec.pools.reading import Found, Reading, keys_of, locate
from loadspec.spec.building.pools import build_reading
from loadspec.spec.datafile import parse_yaml
from loadspec.spec.diagnostics import Diagnostic, Path, SpecError, did_you_mean, listed
from loadspec.spec.places import Places
from loadspec.spec.semantics.values import mappings

Columns = tuple[str, ...] | None
"""The keys of a pool's items: () where they are no mappings, None where nothing is known."""

_CODES = {"file": "LS070", "data": "LS071", "column": "LS073", "empty": "LS074", "time": "LS059"}


class Survey(NamedTuple):
    """What was found in all pools: problems, and each pool's columns and rows."""

    problems: list[Diagnostic]
    columns: dict[str, Columns]
    rows: dict[str, int]


def survey(document: Mapping[str, Any], places: Places) -> Survey:
    """Look through every pool that is well-formed enough to be read."""
    result = Survey([], {}, {})
    folder = str(PurePath(places.source.name).parent)
    for name, pool in mappings(document, "pools"):
        try:
            found = _look(name, pool, folder)
        except OSError as error:
            cause = DataError(f"its data cannot be read: {error.strerror}", kind="file")
            result.problems.extend(problem(places, name, pool, cause))
        except DataError as error:
            result.problems.extend(problem(places, name, pool, error))
        except SpecError as error:  # a YAML file's own diagnostics
            result.problems.extend(replace(each, excerpt=False) for each in error.diagnostics)
        except (TypeError, ValueError, KeyError, AttributeError):
            continue  # malformed: the schema has said so
        else:
            if found is not None:
                result.columns[name], result.rows[name] = found.columns, found.rows
                result.problems.extend(_empty(places, name, pool, found))
    return result


def _look(name: str, pool: Mapping[str, Any], folder: str) -> Found | None:
    sources = [key for key in ("items", "file", "folder") if key in pool]
    if len(sources) != 1 or ("{{" in str(pool[sources[0]])[:4096] and sources != ["items"]):
        return None
    reading, items = build_reading(name, pool, folder), pool.get("items")
    if reading is None or not reading.path:
        return _inline(reading, items) if isinstance(items, list) else None
    if not reading.format:
        return None
    place = locate(reading)
    if reading.format == "folder":
        entries = sorted((each.name, *_version(each.stat())) for each in place.iterdir() if each.is_file())
        return _read(reading, tuple(entries))
    return _read(reading, _version(place.stat()))


def _inline(reading: Reading | None, items: list[Any]) -> Found:
    if reading is None:
        return Found(len(items), keys_of(items))
    from loadspec.pools import look_through, rows_of  # most pools need neither this nor a reader

    return look_through(rows_of(reading, items))


def _version(stat: Any) -> tuple[int, int, int]:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


@lru_cache(maxsize=64)
def _read(reading: Reading, _version: tuple[Any, ...]) -> Found:
    """Every profile looks at the same files: once is enough, as long as they do not change."""
    from loadspec.pools import look_through, open_rows

    try:
        return look_through(open_rows(reading, parse_yaml))
    except OSError as error:
        raise DataError(f"`{reading.path}` cannot be read: {error.strerror}", kind="file") from None


def problem(places: Places, name: str, pool: Mapping[str, Any], error: DataError) -> Iterator[Diagnostic]:
    """What is wrong with a pool's data, where it stands."""
    code = _CODES[error.kind]
    if error.kind == "column":
        label = did_you_mean(error.word, error.known)
        help = f"the columns are {listed(error.known)}" if error.known else error.hint
        path, report = _named(name, pool, error.word, places)
        yield report(path, code, error.message, label=label, help=help)
    elif error.line and not error.file:
        path = ("pools", name, "items", error.line - 1)
        yield places.value(path, code, error.message, help=error.hint)
    elif error.line:
        where = f"pool `{name}` of {places.source.name} reads it"
        help = f"{error.hint}; {where}" if error.hint else where
        yield Diagnostic("error", code, error.message, error.line, 1, help=help, file=error.file, excerpt=False)
    else:
        file = f"`{pool.get('file', pool.get('folder'))}`: " if error.file else ""
        yield places.value(_source_path(name, pool), code, f"{file}{error.message}", help=error.hint)


def _source_path(name: str, pool: Mapping[str, Any]) -> Path:
    return ("pools", name, next(key for key in ("file", "folder", "items") if key in pool))


def _named(name: str, pool: Mapping[str, Any], word: str, places: Places) -> tuple[Path, Callable[..., Diagnostic]]:
    """Where a pool names a column, and whether its key or its value does."""
    columns, types = pool.get("columns"), pool.get("types")
    if isinstance(columns, Mapping):
        for key, value in columns.items():
            if str(value) == word:
                return ("pools", name, "columns", key), places.value
    if isinstance(columns, list) and word in columns:
        return ("pools", name, "columns", columns.index(word)), places.value
    if columns == word:
        return ("pools", name, "columns"), places.value
    if isinstance(types, Mapping) and word in types:
        return ("pools", name, "types", word), places.key
    return ("pools", name, "weight" if "weight" in pool else "pick"), places.value


def _empty(places: Places, name: str, pool: Mapping[str, Any], found: Found) -> Iterator[Diagnostic]:
    if found.rows:
        return
    path = _source_path(name, pool)
    if path[-1] == "folder":
        yield places.value(path, "LS074", f"the folder `{pool['folder']}` holds no files", help="put files into it")
    elif path[-1] == "file":
        header = "below its header" if pool.get("header", True) is True and found.columns else ""
        message = " ".join(filter(None, [f"`{pool['file']}` holds no row", header]))
        yield places.value(path, "LS074", message, help="put data into it, or leave the pool out")
