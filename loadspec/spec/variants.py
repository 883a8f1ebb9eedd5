"""A file as it runs, and besides with each of its profiles: all of them must be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from loadspec.spec.diagnostics import Diagnostic
from loadspec.spec.places import Places
from loadspec.spec.resolve import Overrides, Resolved, resolve
from loadspec.spec.semantics import Work, across, check, check_loads, lint_loads
from loadspec.spec.shapes import COMPANIONS, SHAPES
from loadspec.spec.source import Source

MAX_VARIED = 500_000
"""Values of the file times its profiles: each is checked as it would run."""

_LOAD_KEYS = {*SHAPES, *COMPANIONS, "vus", "graceful_stop"}


def check_all(source: Source, document: Mapping[str, Any], resolved: Resolved) -> list[Diagnostic]:
    """Meaning of what runs, then of what the file and its other profiles say."""
    work = Work()
    found = check(resolved.document, Places(source, resolved.origins), work)
    profiles = document.get("profiles")
    variants = [None, *(profiles if isinstance(profiles, Mapping) else {})]
    size = source.root.size if source.root else 0
    if len(variants) * size > MAX_VARIED:
        message = f"{len(variants) - 1} profiles are too many for a file of this size"
        return [*found, source.at("LS008", message, source.key(("profiles",)), help="make several files of it")]
    for name in variants:
        variant = resolve(source, document, Overrides(), None, name)
        if variant.document == resolved.document:
            continue
        found += variant.found
        found = _with_variant(found, name, document, variant.document, Places(source, variant.origins), work)
    return found


def _with_variant(
    found: list[Diagnostic],
    name: str | None,
    document: Mapping[str, Any],
    variant: Mapping[str, Any],
    places: Places,
    work: Work,
) -> list[Diagnostic]:
    """Findings so far and those of the file without a profile (None) or with one."""
    layer = document["profiles"][name] if name is not None else None
    if isinstance(layer, Mapping) and layer.keys() <= _LOAD_KEYS:
        more = [*check_loads(variant, places), *lint_loads(variant, places)]
        return found + _told(more, found, name, places)
    more = check(variant, places, work)
    if name is None:  # a file may leave the load of its mix to its profiles, of which one runs
        more = [each for each in more if each.code != "LS086"]
    return across(found, _told(more, found, name, places))


def _told(more: list[Diagnostic], found: list[Diagnostic], name: str | None, places: Places) -> list[Diagnostic]:
    """Findings of a variant; what only this profile makes wrong elsewhere in the file says so."""
    if name is None:
        return more
    known = {_key(each) for each in found}
    return [each if _key(each) in known else _with_profile(each, name, places) for each in more]


def _key(found: Diagnostic) -> tuple[str, str, int, int, str]:
    return found.code, found.file, found.line, found.column, found.message


def _with_profile(found: Diagnostic, name: str, places: Places) -> Diagnostic:
    if places.home(found.path)[:1] == ("profiles",):
        return found
    help = f"so it is with profile `{name}`"
    return replace(found, help=f"{found.help}\n{help}" if found.help else help)
