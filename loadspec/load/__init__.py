"""Load shapes: what runs how many users when. Pure schedules in k6's terms; no clock, no I/O.

The family: one file an executor, one row in `EXECUTORS`. An executor's class is its configuration; asked for
`commands()` (or, of an open model, for `starts()`), it answers with the whole schedule, so that an engine only has to
wait and obey.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadspec.load.arrivals import EVEN, Arrivals, parse_arrivals
from loadspec.load.commands import Action, Budget, Command, LoadConfig
from loadspec.load.constant_arrival_rate import ConstantArrivalRate
from loadspec.load.constant_vus import ConstantVus
from loadspec.load.crews import MIX, Crew, Window, crews_of, max_seats, max_users, windows
from loadspec.load.open_model import MOST_USERS, users_for
from loadspec.load.per_vu_iterations import PerVuIterations
from loadspec.load.ramping_arrival_rate import RampingArrivalRate
from loadspec.load.ramping_vus import RampingVus
from loadspec.load.rates import format_rate, parse_rate
from loadspec.load.share import WHOLE, Share
from loadspec.load.shared_iterations import SharedIterations
from loadspec.load.stages import (
    RateStage,
    Stage,
    StageError,
    format_rate_stages,
    format_stages,
    parse_rate_stages,
    parse_stages,
)
from loadspec.load.trace_replay import TraceReplay

EXECUTORS: Mapping[str, type[LoadConfig]] = {
    "constant-vus": ConstantVus,
    "ramping-vus": RampingVus,
    "shared-iterations": SharedIterations,
    "per-vu-iterations": PerVuIterations,
    "constant-arrival-rate": ConstantArrivalRate,
    "ramping-arrival-rate": RampingArrivalRate,
    "trace-replay": TraceReplay,
}
"""Executor → configuration class; the names are k6's, where k6 has it."""

__all__ = [
    "EVEN",
    "EXECUTORS",
    "MIX",
    "MOST_USERS",
    "WHOLE",
    "Action",
    "Arrivals",
    "Budget",
    "Command",
    "ConstantArrivalRate",
    "ConstantVus",
    "Crew",
    "LoadConfig",
    "PerVuIterations",
    "RampingArrivalRate",
    "RampingVus",
    "RateStage",
    "Share",
    "SharedIterations",
    "Stage",
    "StageError",
    "TraceReplay",
    "Window",
    "crews_of",
    "format_rate",
    "format_rate_stages",
    "format_stages",
    "max_seats",
    "max_users",
    "parse_arrivals",
    "parse_rate",
    "parse_rate_stages",
    "parse_stages",
    "users_for",
    "windows",
]
