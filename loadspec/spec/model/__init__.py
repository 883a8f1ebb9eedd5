"""The frozen `Spec`: what one YAML file says, resolved, typed and ready to compile.

Durations are float seconds. `Template` text may hold `{{ expression }}`; `Expr` is a bare expression.
Nothing here is evaluated: `plan` compiles both. Mappings keep the order of the file.
"""

from __future__ import annotations

from loadspec.spec.model.pools import PoolDef
from loadspec.spec.model.request import Auth, Capture, CaptureSource, Request, Timeouts
from loadspec.spec.model.spec import Contains, EnvVar, MetricDef, MetricKind, Scenario, Spec
from loadspec.spec.model.steps import CallStep, Classify, OnFail, PollStep, Step, ThinkStep
from loadspec.spec.model.target import Target, Tls
from loadspec.spec.model.texts import UNSET, Expr, Template, Unset

__all__ = [
    "UNSET",
    "Auth",
    "CallStep",
    "Capture",
    "CaptureSource",
    "Classify",
    "Contains",
    "EnvVar",
    "Expr",
    "MetricDef",
    "MetricKind",
    "OnFail",
    "PollStep",
    "PoolDef",
    "Request",
    "Scenario",
    "Spec",
    "Step",
    "Target",
    "Template",
    "ThinkStep",
    "Timeouts",
    "Tls",
    "Unset",
]
