"""The frozen `Spec`: what one YAML file says, resolved, typed and ready to compile.

Durations are float seconds. `Template` text may hold `{{ expression }}`; `Expr` is a bare expression.
Nothing here is evaluated: `plan` compiles both. Mappings keep the order of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from loadspec.load import LoadConfig
    from loadspec.thresholds import Threshold

Template = str
Expr = str

MetricKind = Literal["trend", "rate", "counter", "gauge"]
Contains = Literal["time", "bytes", "count", "default"]
CaptureSource = Literal["jsonpath", "header", "regex"]
OnFail = Literal["continue", "end_iteration", "stop_vu", "abort"]


class Unset(Enum):
    """The type of `UNSET`, which says that a value was not given where null is a value."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class EnvVar:
    """One declared environment variable. Values stay strings; `required` without one is an error of `run`."""

    name: str
    default: str | None = None
    required: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: `total` of the exchange, `connect` and `first_byte` for its parts (None: no own limit)."""

    total: float = 60.0
    connect: float | None = None
    first_byte: float | None = None


@dataclass(frozen=True, slots=True)
class Tls:
    """How certificates are verified."""

    ca_file: str | None = None
    insecure_skip_verify: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The system under test and what every request to it carries."""

    base_url: Template = ""
    timeout: Timeouts = field(default_factory=Timeouts)
    headers: Mapping[str, Template] = field(default_factory=dict)
    tls: Tls = field(default_factory=Tls)


@dataclass(frozen=True, slots=True)
class PoolDef:
    """Data to draw from, once an iteration."""

    name: str
    pick: str = "random"
    items: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricDef:
    """A custom metric. `contains` is the unit of a trend; other kinds hold `default`."""

    name: str
    kind: MetricKind
    contains: Contains = "default"


@dataclass(frozen=True, slots=True)
class Auth:
    """Credentials for the Authorization header; which fields count depends on `kind`."""

    kind: Literal["bearer", "basic"]
    bearer: Template = ""
    username: Template = ""
    password: Template = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """A value kept from an answer under `name`."""

    name: str
    source: CaptureSource
    expression: str
    optional: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """An endpoint's definition; in a step, the endpoint with the step's maps merged over it.

    At most one of `json` (UNSET if none), `form` and `body` is given. `expected_statuses` None means 200-399.
    """

    method: str = "GET"
    path: Template = "/"
    headers: Mapping[str, Template] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Any = UNSET
    form: Mapping[str, Any] | None = None
    body: Template | None = None
    auth: Auth | None = None
    captures: tuple[Capture, ...] = ()
    checks: Mapping[str, Expr] = field(default_factory=dict)
    timeout: Timeouts | None = None
    expected_statuses: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Classify:
    """One row of `classify`: count the failure in metric `count` where `when` holds; None is `else`."""

    when: Expr | None
    count: str


@dataclass(frozen=True, slots=True)
class CallStep:
    """Send the endpoint's request once."""

    name: str
    endpoint: str
    request: Request = field(default_factory=Request)
    when: Expr | None = None
    record: Mapping[str, Expr] = field(default_factory=dict)
    classify: tuple[Classify, ...] = ()
    on_fail: OnFail = "continue"


@dataclass(frozen=True, slots=True)
class PollStep:
    """Send the request `every` so many seconds until `until` or `fail_when` holds or `timeout` has passed."""

    name: str
    endpoint: str
    request: Request = field(default_factory=Request)
    when: Expr | None = None
    record: Mapping[str, Expr] = field(default_factory=dict)
    classify: tuple[Classify, ...] = ()
    on_fail: OnFail = "continue"
    every: float = 1.0
    timeout: float = 60.0
    until: Expr = "ok"
    fail_when: Expr | None = None


@dataclass(frozen=True, slots=True)
class ThinkStep:
    """Wait between `low` and `high` seconds, drawn evenly."""

    name: str
    low: float
    high: float
    when: Expr | None = None


Step = CallStep | PollStep | ThinkStep


@dataclass(frozen=True, slots=True)
class Scenario:
    """A flow and the load that repeats it."""

    name: str
    flow: tuple[Step, ...]
    load: LoadConfig


@dataclass(frozen=True, slots=True)
class Spec:
    """The whole file. `document` is the resolved mapping (profile and overrides applied, profiles removed).

    `env_values` holds the declared variables that have a value; `source` is the file's name for people.
    """

    name: str
    env: Mapping[str, EnvVar]
    env_values: Mapping[str, str]
    vars: Mapping[str, Any]
    target: Target
    pools: Mapping[str, PoolDef]
    metrics: Mapping[str, MetricDef]
    endpoints: Mapping[str, Request]
    setup: tuple[Step, ...]
    teardown: tuple[Step, ...]
    scenarios: tuple[Scenario, ...]
    thresholds: tuple[Threshold, ...]
    document: Mapping[str, Any]
    source: str = "<spec>"
    setup_timeout: float = 60.0
    teardown_timeout: float = 60.0
