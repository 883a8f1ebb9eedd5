"""Dictionary and list look-ups as closures: `json.a.b[0]`. Never `getattr`.

Only the look-up itself stands inside a `try`, so that a bug in a getter is not taken for a missing key.
"""

from __future__ import annotations

from typing import Any, NoReturn

from loadspec.expr.errors import Missing
from loadspec.expr.scope import Getter
from loadspec.expr.values import kind

Key = str | int
_ABSENT = (KeyError, IndexError, TypeError)
_SHOWN, _LARGE = 60, 1 << 64


def path_text(base: str, keys: tuple[Key, ...]) -> str:
    """`json`, ("a", 0, "x-y") → `json.a[0]['x-y']`."""
    return base + "".join(f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]" for key in keys)


def lookup(get: Getter, keys: tuple[Key, ...], base: str) -> Getter:
    """A closure that reads `keys` one after another out of what `get` gives; raises Missing, named from `base` on."""
    if not keys:
        return get
    if len(keys) == 1:
        return _lookup_one(get, keys[0], path_text(base, keys))

    def run(ctx: Any) -> Any:
        start = value = get(ctx)
        try:
            for key in keys:
                value = value[key]
        except _ABSENT:
            _report(start, keys, base)
        return value

    return run


def _lookup_one(get: Getter, key: Key, path: str) -> Getter:
    def run(ctx: Any) -> Any:
        value = get(ctx)
        try:
            return value[key]
        except _ABSENT:
            raise Missing(path) from None

    return run


def _report(value: Any, keys: tuple[Key, ...], base: str) -> NoReturn:
    """Walk again, now to name the first key that is not there."""
    done = 0
    try:
        for key in keys:
            done += 1
            value = value[key]
    except _ABSENT:
        pass
    raise Missing(path_text(base, keys[:done])) from None


def defined(get: Getter, keys: tuple[Key, ...]) -> Getter:
    """A closure that says whether the path is there, without the price of an exception made to be caught."""

    def run(ctx: Any) -> bool:
        try:
            value = get(ctx)
        except Missing:
            return False
        try:
            for key in keys:
                value = value[key]
        except _ABSENT:
            return False
        return True

    if len(keys) != 1:
        return run
    only = keys[0]

    def run_one(ctx: Any) -> bool:
        try:
            value = get(ctx)
        except Missing:
            return False
        if type(value) is dict:
            return only in value
        try:
            value[only]
        except _ABSENT:
            return False
        return True

    return run_one


def lookup_computed(get: Getter, key: Getter, base: str) -> Getter:
    """`a[b]` where `b` is only known at run time."""

    def run(ctx: Any) -> Any:
        value = get(ctx)
        name = key(ctx)
        try:
            return value[name]
        except _ABSENT:
            raise Missing(f"{base}[{_shown(name)}]") from None

    return run


def _shown(key: Any) -> str:
    """A key in a sentence: it may be all of a body, a map, or a number of too many digits to be written."""
    if isinstance(key, str):
        return repr(key if len(key) <= _SHOWN else key[:_SHOWN] + "…")
    return str(key) if isinstance(key, (int, float)) and abs(key) < _LARGE else kind(key)
