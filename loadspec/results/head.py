"""What is known of a run before any load: with a ledger of what came then, all that its results are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field

from loadspec.metrics import MetricInfo
from loadspec.results.model import Clock, EndpointInfo, ScenarioInfo
from loadspec.thresholds import Threshold
from loadspec.thresholds.submetric import Submetric


class Place(NamedTuple):
    """Where something stands in a spec; line and column count from 1."""

    file: str
    line: int
    column: int


class PoolInfo(NamedTuple):
    """A pool as the spec declares it; `busted`: each draw is made unlike any other."""

    name: str
    pick: str
    busted: bool


class FileInfo(NamedTuple):
    """A file that the spec asks for: which output it is, and its name below the run's folder."""

    output: str
    path: str
    options: Mapping[str, Any]


class Head(Struct, frozen=True):
    """Names, plans and texts of one run. Secrets are masked in every text when it is made."""

    run_id: str
    version: str
    """loadspec's own."""
    spec_name: str
    spec_path: str
    profile: str | None
    command: str
    seed: int
    started_at: str
    """UTC, ISO 8601."""
    target: str
    scenarios: Sequence[ScenarioInfo]
    """As planned: each begins at its `start`, until it is known when it began."""
    endpoints: Sequence[EndpointInfo]
    custom_metrics: Mapping[str, MetricInfo]
    thresholds: Sequence[Threshold]
    places: Mapping[str, Place]
    """A threshold's title → where it stands."""
    pools: Sequence[PoolInfo]
    timing: Clock
    """Whose clock the spec asks for."""
    resolved_spec: str
    """YAML."""
    environment: Mapping[str, str]
    """Label → text: machine, system, versions, git."""
    warnings: Sequence[str] = ()
    """What was odd about the machine before the load."""
    workers: int = 1
    allow_saturated: bool = False
    """A generator at its own limit spoils no verdict."""
    rate_limit: str = ""
    """What bounds the requests a second: an option or a variable; empty where nothing does."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The run's own."""
    files: Sequence[FileInfo] = ()
    """Those of results and of samples, beside the ones of every run."""
    submetrics: Sequence[Submetric] = ()

    def to_wire(self) -> dict[str, Any]:
        """A JSON value."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Head:
        """The inverse of `to_wire`. Raises msgspec.ValidationError for what is none."""
        return msgspec.convert(wire, cls)
