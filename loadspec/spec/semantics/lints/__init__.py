"""What is well-formed and still cannot be meant: a family of checks, one row each in `LINTS`.

They run after all other checks of a resolved document, and may find errors and warnings. Most of what they find are
warnings: a spec with them runs. A name that begins with an underscore is kept without being used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from loadspec.spec.diagnostics import Diagnostic
from loadspec.spec.places import Places
from loadspec.spec.semantics.lints.conditions import constant_conditions, repeated_conditions, unasked_conditions
from loadspec.spec.semantics.lints.facts import Facts
from loadspec.spec.semantics.lints.http import (
    awaited_redirects,
    not_carried,
    not_shared,
    thrown_away,
    without_effect,
    without_stamps,
)
from loadspec.spec.semantics.lints.requests import addresses, foreign_templates, headers
from loadspec.spec.semantics.lints.secrets import plain_secrets
from loadspec.spec.semantics.lints.steps import ambiguous_steps
from loadspec.spec.semantics.lints.thresholds import decided_thresholds, unreachable_submetrics, unreachable_thresholds
from loadspec.spec.semantics.lints.times import loads, waits
from loadspec.spec.semantics.lints.unused import UNUSED, captures, declarations

__all__ = ["LINTS", "across", "lint", "lint_loads"]

LINTS: tuple[Callable[[Facts], Iterator[Diagnostic]], ...] = (
    unreachable_thresholds,
    unreachable_submetrics,
    decided_thresholds,
    constant_conditions,
    repeated_conditions,
    unasked_conditions,
    ambiguous_steps,
    loads,
    waits,
    declarations,
    captures,
    addresses,
    headers,
    foreign_templates,
    thrown_away,
    without_effect,
    not_carried,
    not_shared,
    without_stamps,
    awaited_redirects,
    plain_secrets,
)


def lint(document: Mapping[str, Any], places: Places) -> list[Diagnostic]:
    """All that the table finds in a resolved document, whatever its shape."""
    facts = Facts(document, places)
    return [found for check in LINTS for found in check(facts)]


def lint_loads(document: Mapping[str, Any], places: Places) -> list[Diagnostic]:
    """What they find for a document that differs from another in its load only."""
    facts = Facts(document, places)
    return [*loads(facts), *waits(facts)]


def across(found: Sequence[Diagnostic], more: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Findings of a file and, besides, with a profile: what only one of the two leaves unused is used."""
    unused = {(each.code, each.path) for each in more}
    kept = [each for each in found if each.code not in UNUSED or (each.code, each.path) in unused]
    return kept + [each for each in more if each.code not in UNUSED]
