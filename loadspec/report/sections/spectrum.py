"""The whole distribution of the load's latency, as a percentile spectrum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.spectrum import SCHEDULED, chart, of_load
from loadspec.results.model import RunResult


def figures(result: RunResult) -> Mapping[str, Any]:
    """The chart; None where nothing was answered as expected."""
    spectrum = of_load(result)
    return {
        "chart": chart(spectrum) if spectrum.curves else None,
        "scheduled": any(name == SCHEDULED for name, _ in spectrum.curves),
    }
