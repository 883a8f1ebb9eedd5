"""The sections of the report, in page order: what one reads in half a minute, in five, in an hour.

A section is one file, the template of the same stem, and one row here.

`figures(result)` is a pure function from a RunResult to the names that its template uses, or to None where the run has
nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Section(NamedTuple):
    """A title for heading and contents (empty: neither), and where the figures come from."""

    title: str
    figures: str


SECTIONS: Mapping[str, Section] = {
    "verdict": Section("", "loadspec.report.sections.verdict:figures"),
    "trust": Section("", "loadspec.report.sections.trust:figures"),
    "thresholds": Section("Thresholds", "loadspec.report.sections.thresholds:figures"),
    "slos": Section("Service levels", "loadspec.report.sections.slos:figures"),
    "tiles": Section("", "loadspec.report.sections.tiles:figures"),
    "timeline": Section("Over time", "loadspec.report.sections.timeline:figures"),
    "spectrum": Section("Latency", "loadspec.report.sections.spectrum:figures"),
    "scenarios": Section("Scenarios", "loadspec.report.sections.scenarios:figures"),
    "endpoints": Section("Endpoints", "loadspec.report.sections.endpoints:figures"),
    "errors": Section("Errors", "loadspec.report.sections.errors:figures"),
    "checks": Section("Checks", "loadspec.report.sections.checks:figures"),
    "pools": Section("Pools", "loadspec.report.sections.pools:figures"),
    "events": Section("Events", "loadspec.report.sections.events:figures"),
    "each_endpoint": Section("Each endpoint", "loadspec.report.sections.each_endpoint:figures"),
    "slowest": Section("Slowest requests", "loadspec.report.sections.slowest:figures"),
    "phases": Section("Where the time went", "loadspec.report.sections.phases:figures"),
    "metrics": Section("Metrics", "loadspec.report.sections.metrics:figures"),
    "books": Section("The books", "loadspec.report.sections.books:figures"),
    "health": Section("The generator's health", "loadspec.report.sections.health:figures"),
    "environment": Section("Environment", "loadspec.report.sections.environment:figures"),
    "spec": Section("Reproduce", "loadspec.report.sections.spec:figures"),
    "glossary": Section("Glossary", "loadspec.report.sections.glossary:figures"),
}
