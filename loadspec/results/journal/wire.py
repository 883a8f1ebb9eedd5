"""A whole `RunResult` as JSON and back: what a finished run's journal ends with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import msgspec

from loadspec.metrics import Store
from loadspec.results.model import RunResult


def to_wire(result: RunResult) -> Any:
    """A JSON value. Numbers that JSON lacks become texts, which `from_wire` reads."""
    return _finite(msgspec.to_builtins(result, enc_hook=_plain))


def from_wire(wire: Any) -> RunResult:
    """The inverse of `to_wire`. Raises msgspec.ValidationError for what is none."""
    return msgspec.convert(wire, RunResult, strict=False, dec_hook=_rich)


def _plain(value: Any) -> Any:
    if isinstance(value, Store):
        return value.to_wire()
    if isinstance(value, Sequence):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, memoryview) or hasattr(value, "typecode"):
        return list(value)
    raise NotImplementedError(f"a result holds a {type(value).__name__}, which no journal can keep")


def _rich(kind: type, value: Any) -> Any:
    if kind is Store:
        return Store.from_wire(value)
    raise NotImplementedError(f"no journal knows {kind}")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return {name: _finite(item) for name, item in value.items()} if isinstance(value, dict) else value
