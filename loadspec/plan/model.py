"""What a worker runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from loadspec.load import LoadConfig
from loadspec.metrics.meters import IterationMeter, Meters
from loadspec.metrics.tag_values import TagValues
from loadspec.plan.items import ItemMeter
from loadspec.pools import Pool
from loadspec.protocols.failures import FailureLog
from loadspec.protocols.http.origins import Origins
from loadspec.protocols.user import User
from loadspec.wire.settings import Settings

if TYPE_CHECKING:
    from loadspec.plan.watch import Watch

RunStep = Callable[[User], None]
"""Runs one step for a user. Raises a `Stop` where the step ends more than itself."""


class Flow(Struct, frozen=True):
    """Compiled steps in order; `slots` is how many outcomes an iteration keeps; `noted`: it draws from a small pool."""

    steps: tuple[RunStep, ...]
    slots: int
    noted: bool = False


class Phase(Struct, frozen=True):
    """Meters and failures of setup, load or teardown: their traffic is never mixed."""

    meters: Meters
    failures: FailureLog


class ScenarioPlan(Struct, frozen=True):
    """One scenario: who starts when, and what each user repeats. What has no text here: see `spec.model.Scenario`."""

    name: str
    load: LoadConfig
    flow: Flow
    iterations: IterationMeter
    weight: float | None = None
    start_at: float = 0.0
    after: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    min_iteration_duration: float = 0.0
    items: ItemMeter | None = None
    """Where its flow draws from a small pool: told of each iteration."""


class Plan(Struct, frozen=True):
    """A spec, compiled for one worker."""

    setup: Flow
    teardown: Flow
    scenarios: tuple[ScenarioPlan, ...]
    phases: dict[str, Phase]
    pools: tuple[Pool, ...]
    origins: Origins
    """Grow while the load runs, if a spec calls URLs that it captured."""
    settings: Settings
    seed: int
    setup_timeout: float
    teardown_timeout: float
    watch: Watch | None = None
    pools_apart: Mapping[str, tuple[Pool, ...]] = field(default_factory=dict)
    """Phase → its pools, where setup or teardown draws otherwise than the load."""
    tag_values: TagValues = field(default_factory=TagValues)
    """Grow while the load runs, if tags have templates."""
    items: ItemMeter | None = None
    """Of all scenarios; None without a small pool."""
