"""The frozen `Spec`: what one YAML file says, resolved, typed and ready to compile.

Durations are float seconds. `Template` text may hold `{{ expression }}`; `Expr` is a bare expression.
Nothing here is evaluated: `plan` compiles both. Mappings keep the order of the file.
"""

from __future__ import annotations

from loadspec.spec.model.pools import PoolDef
from loadspec.spec.model.request import Auth, Capture, CaptureSource, Check, CheckKind, Request, Timeouts
from loadspec.spec.model.spec import Contains, EnvVar, MetricDef, MetricKind, Scenario, Spec
from loadspec.spec.model.steps import (
    ONCE,
    Backoff,
    Branch,
    CallStep,
    ChooseStep,
    Classify,
    Exchange,
    GroupStep,
    IfStep,
    OnFail,
    PaceStep,
    ParallelStep,
    PollStep,
    RepeatStep,
    Retry,
    Step,
    ThinkStep,
    WaitUntilStep,
    all_exchanges,
    all_steps,
)
from loadspec.spec.model.target import Target
from loadspec.spec.model.texts import UNSET, Expr, Template, Unset

__all__ = [
    "ONCE",
    "UNSET",
    "Auth",
    "Backoff",
    "Branch",
    "CallStep",
    "Capture",
    "CaptureSource",
    "Check",
    "CheckKind",
    "ChooseStep",
    "Classify",
    "Contains",
    "EnvVar",
    "Exchange",
    "Expr",
    "GroupStep",
    "IfStep",
    "MetricDef",
    "MetricKind",
    "OnFail",
    "PaceStep",
    "ParallelStep",
    "PollStep",
    "PoolDef",
    "RepeatStep",
    "Request",
    "Retry",
    "Scenario",
    "Spec",
    "Step",
    "Target",
    "Template",
    "ThinkStep",
    "Timeouts",
    "Unset",
    "WaitUntilStep",
    "all_exchanges",
    "all_steps",
]
