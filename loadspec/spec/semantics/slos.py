"""Service level objectives: shares, times, and whose requests they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.building.scenarios import DEFAULT
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.spec.semantics.auth import token_names
from loadspec.spec.semantics.durations import check_duration
from loadspec.spec.semantics.values import at, mapping
from loadspec.thresholds import SLOS, Threshold, ThresholdError, read_slo
from loadspec.thresholds.selector import Values

Found = Iterator[Diagnostic]

_DURATIONS = (("apdex", "t"), ("burn", "window"))


def check_slos(document: Mapping[str, Any], places: Places) -> Found:
    """Each by itself, so that a bad one hides no other."""
    values = _values(document)
    for name, raw in mapping(document, SLOS).items():
        if not _formed(raw):
            continue  # the schema has said so
        path: Path = (SLOS, name)
        for part, key in _DURATIONS:
            wrong = [*check_duration(places, (*path, part, key), at(raw, (part, key)), zero=False)]
            if wrong:
                yield from wrong
                raw = {**raw, part: {**raw[part], key: "1s"}}  # as if it were right: it hides nothing else
        try:
            read_slo(str(name), raw, values)
        except ThresholdError as error:
            yield _finding(places, (*path, *error.path), at(raw, error.path), error)


def promised(document: Mapping[str, Any]) -> Iterator[Threshold]:
    """The thresholds of all SLOs that can be read."""
    values = _values(document)
    for name, raw in mapping(document, SLOS).items():
        if _formed(raw):
            try:
                yield from read_slo(str(name), raw, values)
            except ThresholdError:
                continue  # has been said


def _values(document: Mapping[str, Any]) -> Values:
    return {
        "endpoint": [*mapping(document, "endpoints"), *token_names(document)],
        "scenario": [*mapping(document, "scenarios")] or [DEFAULT],
    }


def _finding(places: Places, path: Path, value: Any, error: ThresholdError) -> Diagnostic:
    if isinstance(value, str) and error.part == "expression":
        return places.text(path, value, error.offset, "LS028", error.message, help=error.hint)
    return places.key(path, "LS028", error.message, help=error.hint)


def _formed(raw: Any) -> bool:
    """Whether its parts have the types that the schema asks for."""
    if not isinstance(raw, Mapping):
        return False
    named = [raw[key] for key in ("endpoint", "scenario", "latency") if key in raw]
    lists = all(isinstance(value, str) or _texts(value) for value in named)
    burn, apdex = raw.get("burn", {}), raw.get("apdex", {})
    return (
        lists
        and isinstance(raw.get("availability", ""), str)
        and isinstance(burn, Mapping)
        and isinstance(apdex, Mapping)
        and isinstance(burn.get("window", ""), str)
        and isinstance(apdex.get("t", ""), str)
        and all(isinstance(value, int | float) for value in (burn.get("below", 1), apdex.get("at_least", 1)))
    )


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
