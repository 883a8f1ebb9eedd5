"""What is declared and never used: variables, environment variables, metrics, captures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.semantics.lints.facts import Facts
from loadspec.spec.semantics.lints.thresholds import judged_metrics, recorded
from loadspec.spec.semantics.values import mapping

Found = Iterator[Diagnostic]

UNUSED = ("LS048", "LS050", "LS051")
"""Codes of what nothing uses: told only where no profile uses it either."""

_KEEP = "remove it, or let its name begin with an underscore"


def declarations(facts: Facts) -> Found:
    """Variables that no template or expression names, metrics that no step adds to."""
    for section, what in (("env", "environment variable"), ("vars", "variable")):
        for name in mapping(facts.document, section):
            if f"{section}.{name}" not in facts.words and not (section in facts.words and name in facts.words):
                yield from _unused(facts, (section, name), f"nothing uses {what} `{name}`")
    added = {metric for _, step in facts.all_steps for metric in recorded(step)}
    judged = judged_metrics(facts)
    for name in mapping(facts.document, "metrics"):
        if name not in added | judged:
            yield from _unused(facts, ("metrics", name), f"no step adds to metric `{name}`")


def captures(facts: Facts) -> Found:
    """Captures of used endpoints and of steps that no text names."""
    used = {str(step.get("call", step.get("poll"))) for _, step in facts.all_steps}
    owners: list[tuple[Path, Mapping[str, Any]]] = [
        (("endpoints", name), endpoint) for name, endpoint in facts.endpoints.items() if name in used
    ]
    for path, owner in [*owners, *facts.all_steps]:
        for name, value in mapping(owner, "capture").items():
            if value is not None and name not in facts.words and f"setup.{name}" not in facts.words:
                yield from _unused(facts, (*path, "capture", name), f"nothing uses capture `{name}`")


def _unused(facts: Facts, path: Path, message: str) -> Found:
    if not str(path[-1]).startswith("_"):
        yield facts.places.key(path, "LS048", message, help=_KEEP, level="warning")
