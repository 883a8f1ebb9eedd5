"""Pools: keys that go together, filters and busting; their data is looked at by `pooldata`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.pools.words import ENDLESS, FORMATS, format_of
from loadspec.spec.diagnostics import Diagnostic, Path, did_you_mean, listed
from loadspec.spec.model.pools import Bust
from loadspec.spec.places import Places
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.values import mapping, mappings

Found = Iterator[Diagnostic]

_SOURCES = ("items", "file", "folder")
_ROWS = ("row", "env", "vars", "run")
_MARKS = ("mark", "value", "env", "vars", "run")


def check_pools(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """Everything about pools but their data."""
    for name, pool in mappings(document, "pools"):
        path: Path = ("pools", name)
        yield from _source(places, path, pool)
        yield from _beside(places, path, pool)
        yield from _weights(places, path, pool)
        expressions = Expressions(places, work)
        columns = known.columns.get(name)
        view = View(known, f"pool `{name}`", constants=_ROWS, own=frozenset({"row"}), row=columns)
        expressions.bare(pool.get("where"), (*path, "where"), view)
        bust = mapping(pool, "bust")
        marked = View(known, f"pool `{name}`", constants=_MARKS, own=frozenset({"mark", "value"}))
        expressions.template(bust.get("template"), (*path, "bust", "template"), marked)
        yield from expressions.found
        yield from _bust(places, path, pool, columns)


def _source(places: Places, path: Path, pool: Mapping[str, Any]) -> Found:
    given = [key for key in _SOURCES if key in pool]
    if not given:
        message = f"pool `{path[-1]}` needs `items`, `file` or `folder`"
        yield places.key(path, "LS014", message, help="items: a list of texts or mappings; file: users.csv")
    for key in given[1:]:
        help = "keep one of the two; a profile's source replaces the file's"
        yield places.key((*path, key), "LS017", f"a pool has `{given[0]}` or `{key}`, not both", help=help)
    file = pool.get("file")
    for key in ("file", "folder"):
        if "{{" in str(pool.get(key, "")):
            help = "write the name itself; a profile can name another"
            yield places.value((*path, key), "LS043", "no template is expanded in the name of a file", help=help)
    if isinstance(file, str) and "{{" not in file and "format" not in pool and format_of(file) is None:
        message = f"the name `{file}` does not say its format"
        yield places.value((*path, "file"), "LS070", message, help=f"add `format`: {listed(FORMATS)}")


_ONLY: dict[str, tuple[str, str]] = {
    "format": ("file", "with `file`"),
    "header": ("table", "for csv and tsv files"),
    "content": ("folder", "with `folder`"),
    "columns": ("records", "for data of records, not for a folder"),
    "types": ("records", "for data of records, not for a folder"),
}


def _beside(places: Places, path: Path, pool: Mapping[str, Any]) -> Found:
    """Keys that say nothing beside the others."""
    for key, (wanted, where) in _ONLY.items():
        if key in pool and any(source in pool for source in _SOURCES) and wanted not in _kinds(pool):
            yield places.key((*path, key), "LS072", f"`{key}` says something only {where}", help="remove it")
    pick = pool.get("pick", "random")
    for key, policy in (("weight", "weighted"), ("exponent", "zipf")):
        if key in pool and pick != policy:
            message = f"`{key}` says something only with `pick: {policy}`"
            yield places.key((*path, key), "LS072", message, help=f"write `pick: {policy}`, or remove it")
    if "at_end" in pool and pick in ENDLESS:
        message = f"`{pick}` always has another row: `at_end` never comes"
        yield places.key((*path, "at_end"), "LS072", message, help="remove it, or pick rows in turn: `sequential`")
    if pool.get("at_end") == "wrap" and pick == "unique":
        message = "`unique` gives each row once, and `wrap` would repeat them"
        help = "`sequential` begins again at the end; `unique` can stop_vu, stop or error"
        yield places.value((*path, "at_end"), "LS072", message, help=help)


def _kinds(pool: Mapping[str, Any]) -> set[str]:
    """What a pool's source is."""
    file = pool.get("file")
    if isinstance(file, str):
        table = (pool.get("format") or format_of(file)) in ("csv", "tsv")
        return {"file", "records", *(["table"] if table else [])}
    return {"folder"} if "folder" in pool else {"records"}


def _weights(places: Places, path: Path, pool: Mapping[str, Any]) -> Found:
    weights, items = pool.get("weight"), pool.get("items")
    if not isinstance(weights, list) or pool.get("pick") != "weighted":
        return
    place = (*path, "weight")
    if not isinstance(items, list):
        help = "name the column that holds the weights: `weight: share`"
        yield places.value(place, "LS072", "a list of weights belongs to `items`", help=help)
    elif len(weights) != len(items):
        message = f"the pool has {len(weights)} weights, and {len(items)} item{'s' * (len(items) != 1)}"
        yield places.value(place, "LS072", message, help="give each item one, in their order")
    elif not any(weights):
        yield places.value(place, "LS071", "all weights are 0", help="give at least one item a weight")


def _bust(places: Places, path: Path, pool: Mapping[str, Any], columns: tuple[str, ...] | None) -> Found:
    bust = pool.get("bust", False)
    if not bust or (not isinstance(bust, Mapping) and bust is not True):
        return
    raw = bust if isinstance(bust, Mapping) else {}
    field, template = raw.get("field"), raw.get("template", Bust().template)
    if isinstance(template, str) and "mark" not in template:
        message = "without `{{ mark }}` nothing is different from one draw to the next"
        yield places.value((*path, "bust", "template"), "LS072", message, help='for example "{{ mark }} {{ value }}"')
    if columns is None:
        return
    if isinstance(field, str) and field not in columns:
        message = f"pool `{path[-1]}` has no column `{field}`" if columns else "these items are no mappings"
        help = f"the columns are {listed(columns)}" if columns else "leave `field` out: the item itself is changed"
        place = (*path, "bust", "field")
        yield places.value(place, "LS073", message, label=did_you_mean(field, columns), help=help)
    elif field is None and len(columns) > 1:
        message = "which of the columns is to be different?"
        help = f"write `bust: {{field: {columns[0]}}}`; there are {listed(columns)}"
        yield places.key((*path, "bust"), "LS072", message, help=help)
