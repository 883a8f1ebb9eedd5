"""Thresholds: `METRIC: agg op value` as text, as a value, and as a judgement over what was measured.

    http_req_duration{endpoint:generate}: p(95) < 30s

`parse_thresholds` reads what a spec says of one metric, `judge` compares one threshold with metric values, and `Watch`
keeps all of a run's thresholds from second to second. Nothing here knows a clock, a file or the engine.
"""

from __future__ import annotations

from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.evaluate import (
    format_actual,
    format_limit,
    format_margin,
    format_window,
    judge,
    value_in,
    values_in,
    without_latency,
)
from loadspec.thresholds.model import Aggregate, Judgement, Level, SloPart, Status, Term, Threshold, ThresholdResult
from loadspec.thresholds.options import OPTIONS
from loadspec.thresholds.order import worst_first
from loadspec.thresholds.parse import parse_thresholds
from loadspec.thresholds.section import entries, expanded, read_thresholds
from loadspec.thresholds.selector import SELECTOR_TAGS, Clause
from loadspec.thresholds.slo import SLOS, read_slo, read_slos
from loadspec.thresholds.watch import Watch

__all__ = [
    "OPTIONS",
    "SELECTOR_TAGS",
    "SLOS",
    "Aggregate",
    "Clause",
    "Judgement",
    "Level",
    "SloPart",
    "Status",
    "Term",
    "Threshold",
    "ThresholdError",
    "ThresholdResult",
    "Watch",
    "entries",
    "expanded",
    "format_actual",
    "format_limit",
    "format_margin",
    "format_window",
    "judge",
    "parse_thresholds",
    "read_slo",
    "read_slos",
    "read_thresholds",
    "value_in",
    "values_in",
    "without_latency",
    "worst_first",
]
