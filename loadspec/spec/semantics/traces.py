"""Traces that loads replay: the pool, its column of times, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from loadspec.pools.errors import DataError
from loadspec.spec.building.traces import FIELD, build_trace, trace_pool
from loadspec.spec.diagnostics import Diagnostic, Path, SpecError, did_you_mean, listed
from loadspec.spec.places import Places
from loadspec.spec.semantics.pooldata import problem
from loadspec.spec.semantics.values import mapping
from loadspec.units import YEAR

Found = Iterator[Diagnostic]


def check_trace(document: Mapping[str, Any], places: Places, load: Mapping[str, Any], path: Path) -> Found:
    """The `trace` of the load at `path`."""
    raw = load.get("trace")
    name, pools = trace_pool(raw), mapping(document, "pools")
    at: Path = (*path, "trace", "pool") if isinstance(raw, Mapping) else (*path, "trace")
    if not isinstance(name, str):
        return  # the schema has said so, or there is none
    pool = pools.get(name)
    if name not in pools:
        help = f"the pools are {listed(pools)}" if pools else "declare it under `pools`, with the `file` of the trace"
        message = f"no pool is called `{name}`"
        yield places.value(at, "LS022", message, label=did_you_mean(name, pools), help=help)
    elif isinstance(pool, Mapping):
        refused = [*_refused(places, at, name, pool)]
        yield from refused or _data(document, places, raw, (*path, "trace"))


def _refused(places: Places, at: Path, name: str, pool: Mapping[str, Any]) -> Found:
    if "folder" in pool:
        message = f"pool `{name}` is a folder of files, and a trace has a row for each start"
        yield places.value(at, "LS059", message, help="name a pool with a `file` or with `items`")
    if "where" in pool:
        message = f"pool `{name}` leaves rows out by `where`, and a trace replays all of them"
        yield places.value(at, "LS059", message, help="give the trace a pool of its own, without `where`")
    if pool.get("pick") == "per_vu":
        message = f"the rows of pool `{name}` belong to users, and those of a trace to its starts"
        yield places.value(at, "LS059", message, help="leave out `pick: per_vu`")


def _data(document: Mapping[str, Any], places: Places, raw: Any, path: Path) -> Found:
    name = trace_pool(raw)
    pools = mapping(document, "pools")
    try:
        trace = build_trace(raw, pools, str(PurePath(places.source.name).parent))
    except DataError as error:
        if error.kind == "column":
            where = (*path, "field") if isinstance(raw, Mapping) and "field" in raw else path
            label = did_you_mean(error.word, error.known)
            help = f"its columns are {listed(error.known)}; `field` names the one with the times"
            help = help if error.known else "its rows are no mappings: a trace needs a column of times"
            message = f"pool `{name}` has no column `{error.word}`"
            yield places.value(where, "LS073", message, label=label, help=help)
        elif error.kind == "time":
            yield from problem(places, name, pools[name], error)
    except (SpecError, OSError, TypeError, ValueError, KeyError, AttributeError):
        return  # what is wrong with the pool, or with `trace` itself, has been said
    else:
        if trace.times and trace.times[-1] > YEAR:
            message = f"the trace is longer than a year: is `{_field(raw)}` given in seconds?"
            yield places.value(path, "LS059", message, help="write {pool: ..., unit: ms}, or us or ns")


def _field(raw: Any) -> str:
    return str(raw.get("field", FIELD)) if isinstance(raw, Mapping) else FIELD
