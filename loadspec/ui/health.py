"""What the terminal says of a generator at its own limit."""

from __future__ import annotations

from loadspec.results.model import RunResult
from loadspec.ui.text import Style, clean


def limited_lines(result: RunResult, style: Style) -> list[str]:
    """Only where its limits show in the figures: that they do, why, and what to do about it."""
    if not result.limited:
        return []
    causes = {cause.name: cause for worker in result.health for cause in worker.causes}
    told = [f"{clean(cause.what)}: {clean(cause.way_out)}" for cause in causes.values()]
    return [style(clean(result.limited), "warn"), *told]
