"""The steps of a flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from loadspec.spec.model.request import Request
from loadspec.spec.model.texts import Expr

OnFail = Literal["continue", "end_iteration", "stop_vu", "abort"]


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
