"""Settings that several live outputs share."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from loadspec.errors import ExitCode, LoadspecError
from loadspec.metrics import BUILTIN, MetricInfo
from loadspec.metrics.figures import FIGURES, Figures, parse_figures
from loadspec.outputs.selected import with_infos
from loadspec.outputs.target import Target
from loadspec.results.head import Head
from loadspec.units import parse_duration


def metrics_of(head: Head) -> Mapping[str, MetricInfo]:
    """All metrics that a run may have, and those that its sub-metrics are sent as."""
    return with_infos({**BUILTIN, **head.custom_metrics}, head.submetrics)


def figures_of(target: Target, default: str = FIGURES) -> Figures:
    """`trend_stats`. Raises LoadspecError (104)."""
    try:
        return parse_figures(str(target.options.get("trend_stats", default)).split(","))
    except ValueError as error:
        raise wrong(target, "trend_stats", str(error)) from None


def period_of(target: Target, default: int) -> int:
    """`period` in seconds, at least one. Raises LoadspecError (104)."""
    return max(1, ceil(_duration(target, "period", default)))


def patience_of(target: Target, default: float) -> float:
    """`patience` in seconds. Raises LoadspecError (104)."""
    return _duration(target, "patience", default)


def _duration(target: Target, option: str, default: float) -> float:
    if (given := target.options.get(option)) is None:
        return default
    try:
        return parse_duration(str(given))
    except ValueError as error:
        raise wrong(target, option, str(error)) from None


def wrong(target: Target, option: str, why: str) -> LoadspecError:
    """A setting that cannot be read."""
    return LoadspecError(f"output {target.name}: {why}", f"it is {option} of outputs.{target.name}", _INVALID)


_INVALID = ExitCode.INVALID_SPEC
