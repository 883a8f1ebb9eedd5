"""Load shapes: what runs how many users when. Pure schedules in k6's terms; no clock, no I/O.

The family: one file an executor, one row in `EXECUTORS`. An executor's class is its configuration; asked for
`commands()`, it answers with the whole schedule, so that an engine only has to wait and obey.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadspec.load.commands import Action, Budget, Command, LoadConfig
from loadspec.load.constant_vus import ConstantVus
from loadspec.load.crews import MIX, Crew, Window, crews_of, max_users, windows
from loadspec.load.per_vu_iterations import PerVuIterations
from loadspec.load.ramping_vus import RampingVus
from loadspec.load.share import WHOLE, Share
from loadspec.load.shared_iterations import SharedIterations
from loadspec.load.stages import Stage, StageError, format_stages, parse_stages

EXECUTORS: Mapping[str, type[LoadConfig]] = {
    "constant-vus": ConstantVus,
    "ramping-vus": RampingVus,
    "shared-iterations": SharedIterations,
    "per-vu-iterations": PerVuIterations,
}
"""k6's executor name → configuration class."""

__all__ = [
    "EXECUTORS",
    "MIX",
    "WHOLE",
    "Action",
    "Budget",
    "Command",
    "ConstantVus",
    "Crew",
    "LoadConfig",
    "PerVuIterations",
    "RampingVus",
    "Share",
    "SharedIterations",
    "Stage",
    "StageError",
    "Window",
    "crews_of",
    "format_stages",
    "max_users",
    "parse_stages",
    "windows",
]
