"""`report.html`: the report."""

from __future__ import annotations

from loadspec.report import build
from loadspec.results.model import RunResult


def render(result: RunResult) -> str:
    """The page; see `loadspec.report`."""
    return build(result)
