"""The report as a folder of files, for servers that forbid styles and scripts inside a page."""

from __future__ import annotations

from collections.abc import Mapping

from loadspec.report import build_folder
from loadspec.results.model import RunResult


def render(result: RunResult) -> Mapping[str, str]:
    """Name of a file → its text."""
    return build_folder(result)
