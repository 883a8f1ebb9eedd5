"""The whole file, and the declarations in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

from loadspec.masking import Secret
from loadspec.output_kinds import Out
from loadspec.spec.model.pools import PoolDef
from loadspec.spec.model.request import Request
from loadspec.spec.model.steps import Step
from loadspec.spec.model.target import Target
from loadspec.wire.settings import Settings

if TYPE_CHECKING:
    from loadspec.load import LoadConfig
    from loadspec.thresholds import Threshold
    from loadspec.thresholds.submetric import Submetric

MetricKind = Literal["trend", "rate", "counter", "gauge"]
Contains = Literal["time", "bytes", "count", "default"]


class EnvVar(Struct, frozen=True):
    """One declared environment variable. Values stay strings; `required` without one is an error of `run`."""

    name: str
    default: str | None = None
    required: bool = False
    secret: bool = False


class MetricDef(Struct, frozen=True):
    """A custom metric. `contains` is the unit of a trend; other kinds hold `default`."""

    name: str
    kind: MetricKind
    contains: Contains = "default"


class Scenario(Struct, frozen=True):
    """A flow and the load that repeats it.

    `weight` is None where the load is the scenario's own; the others share the spec's, and an iteration of it runs one
    of them, drawn by weight. A load of its own begins at `start_at` seconds, or when scenario `after` has ended.
    `tags` go to all that the scenario measures. An iteration takes `min_iteration_duration` seconds at least.
    """

    name: str
    flow: tuple[Step, ...]
    load: LoadConfig
    weight: float | None = None
    start_at: float = 0.0
    after: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    min_iteration_duration: float = 0.0


class Spec(Struct, frozen=True):
    """The whole file. `document` is the resolved mapping (profile and overrides applied, profiles removed).

    `env_values` holds the declared variables that have a value, a Secret where they are declared so; `source` is the
    file's name for people.
    """

    name: str
    env: Mapping[str, EnvVar]
    env_values: Mapping[str, str | Secret]
    vars: Mapping[str, Any]
    target: Target
    pools: Mapping[str, PoolDef]
    metrics: Mapping[str, MetricDef]
    endpoints: Mapping[str, Request]
    setup: tuple[Step, ...]
    teardown: tuple[Step, ...]
    scenarios: tuple[Scenario, ...]
    thresholds: tuple[Threshold, ...]
    """Also those that SLOs are judged as."""
    document: Mapping[str, Any]
    source: str = "<spec>"
    settings: Settings = field(default_factory=Settings)
    setup_timeout: float = 60.0
    teardown_timeout: float = 60.0
    outputs: tuple[Out, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    """The run's own."""
    submetrics: tuple[Submetric, ...] = ()
