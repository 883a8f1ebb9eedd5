"""A step's request: its maps merged over its endpoint's by key, null removes.

Pure functions on the plain document; `build` makes the model of the result, `semantics` asks where each text is from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loadspec.spec.diagnostics import Path


BODIES = ("json", "form", "multipart", "body", "graphql")
MAPS = ("headers", "query", "cookies", "form", "multipart", "checks", "capture", "tags")
DOCUMENTS = ("json", "graphql")
SCALARS = (
    *("method", "path", "body", "auth", "expected_statuses"),
    *("transport", "max_redirects", "compression", "discard_response_body"),
)


def merge_request(
    headers: Mapping[str, Any], endpoint: Mapping[str, Any], step: Mapping[str, Any], is_poll: bool = False
) -> dict[str, Any]:
    """The request that a step sends: target's headers, endpoint, step; a poll's `timeout` is not the request's."""
    base = _without_other_bodies(endpoint, step)
    merged = {key: base[key] for key in SCALARS if key in base}
    for key in SCALARS:
        if key in step:
            merged[key] = step[key]
    limits = [_limits(part["timeout"]) for part in ([base] if is_poll else [base, step]) if "timeout" in part]
    if limits:
        merged["timeout"] = _by_key(limits, fold=False)
    for key in MAPS:
        layers = [part[key] for part in (base, step) if isinstance(part.get(key), Mapping)]
        if layers:
            merged[key] = _by_key(layers, fold=False)
    layers = [headers, *_maps(base, step, "headers")]
    merged["headers"] = _by_key(layers, fold=True)
    merged["without"] = _removed(layers)
    merged |= {key: base[key] for key in DOCUMENTS if key in base}
    merged |= {key: patch(base.get(key), step[key]) for key in DOCUMENTS if key in step}
    for key in BODIES:
        if key in step and step[key] is None:
            merged.pop(key, None)
    return merged


def _limits(timeout: Any) -> Mapping[str, Any]:
    """A text alone is the total."""
    return timeout if isinstance(timeout, Mapping) else {"total": timeout}


def patch(value: Any, over: Any) -> Any:
    """JSON Merge Patch (RFC 7386): mappings merge at every depth, null removes, all else replaces."""
    if not isinstance(over, Mapping):
        return over
    merged = dict(value) if isinstance(value, Mapping) else {}
    for key, new in over.items():
        if new is None:
            merged.pop(key, None)
        else:
            merged[key] = patch(merged.get(key), new)
    return merged


def request_texts(
    endpoint: Mapping[str, Any], endpoint_path: Path, step: Mapping[str, Any], step_path: Path
) -> Iterator[tuple[str, Path, Any]]:
    """Every (part, path, value) that makes up a step's request, from where it was written, overridden ones left out."""
    base = _without_other_bodies(endpoint, step)
    for key in ("path", "body", "auth"):
        if key in step:
            yield key, (*step_path, key), step[key]
        elif key in base:
            yield key, (*endpoint_path, key), base[key]
    for key in MAPS:
        if key in step and step[key] is None:
            continue
        over = step[key] if isinstance(step.get(key), Mapping) else {}
        below = base[key] if isinstance(base.get(key), Mapping) else {}
        names = {_folded(key, name) for name in over}
        yield from (
            (key, (*endpoint_path, key, name), value)
            for name, value in below.items()
            if _folded(key, name) not in names and value is not None
        )
        yield from ((key, (*step_path, key, name), value) for name, value in over.items() if value is not None)
    for key in DOCUMENTS:
        if key in base:
            yield from _leaves(key, base[key], (*endpoint_path, key), step.get(key, _KEEP))
        if step.get(key) is not None:
            yield from _leaves(key, step[key], (*step_path, key), _KEEP)


_KEEP = object()


def _leaves(part: str, value: Any, path: Path, over: Any) -> Iterator[tuple[str, Path, Any]]:
    """Scalars below `value`, except where `over` replaces them."""
    if over is not _KEEP and not (isinstance(over, Mapping) and isinstance(value, Mapping)):
        return
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(part, below, (*path, key), over.get(key, _KEEP) if isinstance(over, Mapping) else _KEEP)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _leaves(part, below, (*path, index), _KEEP)
    else:
        yield part, path, value


def _without_other_bodies(endpoint: Mapping[str, Any], step: Mapping[str, Any]) -> Mapping[str, Any]:
    """A step's body of another kind replaces the endpoint's."""
    given = [kind for kind in BODIES if step.get(kind) is not None]
    if not given:
        return endpoint
    return {key: value for key, value in endpoint.items() if key not in BODIES or key in given}


def _maps(base: Mapping[str, Any], step: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [part[key] for part in (base, step) if isinstance(part.get(key), Mapping)]


def _by_key(layers: list[Mapping[str, Any]], fold: bool) -> dict[str, Any]:
    """Later layers win by key, null removes; header names (`fold`) are compared without case."""
    merged: dict[str, tuple[str, Any]] = {}
    for layer in layers:
        for name, value in layer.items():
            key = name.lower() if fold else name
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = (name, value)
    return dict(merged.values())


def _removed(layers: list[Mapping[str, Any]]) -> frozenset[str]:
    """The headers, in lower case, whose last word is null: not even those that every request has are sent then."""
    last = {name.lower(): value for layer in layers for name, value in layer.items()}
    return frozenset(name for name, value in last.items() if value is None)


def _folded(key: str, name: str) -> str:
    return name.lower() if key == "headers" else name
