"""The report as PDF, printed by an installed Chromium."""

from __future__ import annotations

from loadspec.outputs.browser import printed
from loadspec.report import build_paper
from loadspec.results.model import RunResult


def render(result: RunResult) -> bytes:
    """The report on paper, opened but for the tables below its charts. Raises OutputError."""
    return printed(build_paper(result))
