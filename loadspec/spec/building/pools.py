"""Pools of a document → the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.pools.reading import Columns, Reading, Types
from loadspec.pools.words import format_of
from loadspec.spec.model.pools import Bust, PoolDef


def build_pool(name: str, raw: Mapping[str, Any], folder: str) -> PoolDef:
    """One pool; files are below `folder`."""
    weight = raw.get("weight")
    where = raw.get("where")
    return PoolDef(
        name,
        raw.get("pick", "random"),
        tuple(raw.get("items", ())),
        build_reading(name, raw, folder),
        tuple(weight) if isinstance(weight, list) else (),
        float(raw.get("exponent", 1.0)),
        raw.get("at_end"),
        None if where is None else _expression(where),
        _bust(raw),
    )


def build_reading(name: str, raw: Mapping[str, Any], folder: str) -> Reading | None:
    """How a pool's data is read; None for items as they stand."""
    weight = raw.get("weight", "weight") if raw.get("pick") == "weighted" else ""
    reading = Reading(
        pool=name,
        root=folder,
        columns=_columns(raw.get("columns")),
        types=_types(raw.get("types")),
        header=raw.get("header", True),
        content=raw.get("content", "text"),
        weight=weight if isinstance(weight, str) else "",
        **_where_from(raw),
    )
    plain = reading.format == "inline" and reading.columns is None and reading.types is None and not reading.weight
    return None if plain else reading


def _where_from(raw: Mapping[str, Any]) -> dict[str, str]:
    if "folder" in raw:
        return {"path": raw["folder"], "format": "folder"}
    if "file" in raw:
        return {"path": raw["file"], "format": raw.get("format") or format_of(raw["file"]) or ""}
    return {}


def _columns(raw: Any) -> Columns | None:
    if isinstance(raw, list):
        return tuple((name, name) for name in raw)
    return tuple(raw.items()) if isinstance(raw, Mapping) else raw


def _types(raw: Any) -> Types | None:
    return tuple(raw.items()) if isinstance(raw, Mapping) else raw


def _bust(raw: Mapping[str, Any]) -> Bust | None:
    bust = raw.get("bust", False)
    if not isinstance(bust, Mapping):
        return Bust() if bust else None
    return Bust(bust.get("field"), bust.get("template", Bust().template))


def _expression(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
