"""The steps of a flow. All kinds share `name`, `when`, `run` and `on_fail`.

`run` is how many seconds pass at least between two times that a user runs the step: 0 in every iteration, infinity
once and never again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct, field

from loadspec.spec.model.request import Request
from loadspec.spec.model.texts import Expr

OnFail = Literal["continue", "end_iteration", "stop_vu", "abort"]
ONCE = float("inf")


class Classify(Struct, frozen=True):
    """One row of `classify`: count the failure in metric `count` where `when` holds; None is `else`."""

    when: Expr | None
    count: str


class Retry(Struct, frozen=True):
    """`times` more attempts where one fails as `kinds` or `statuses` say; delays in seconds, `jitter` 0 to 1."""

    times: int
    kinds: frozenset[str] = frozenset({"connect", "timeout", "reset"})
    statuses: frozenset[int] = frozenset({429, *range(500, 600)})
    delay: float = 0.1
    factor: float = 2.0
    longest: float = 10.0
    jitter: float = 0.0
    retry_after: bool = True


class Backoff(Struct, frozen=True):
    """A slowing beat: each interval is `factor` times the one before, and at most `longest` seconds."""

    factor: float
    longest: float = float("inf")


class CallStep(Struct, frozen=True):
    """Send the endpoint's request once, or again as `retry` says."""

    name: str
    endpoint: str
    request: Request = field(default_factory=Request)
    when: Expr | None = None
    record: Mapping[str, Expr] = field(default_factory=dict)
    classify: tuple[Classify, ...] = ()
    on_fail: OnFail = "continue"
    run: float = 0.0
    retry: Retry | None = None


class PollStep(Struct, frozen=True):
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
    run: float = 0.0
    backoff: Backoff | None = None


class ThinkStep(Struct, frozen=True):
    """Wait between `low` and `high` seconds, drawn evenly."""

    name: str
    low: float
    high: float
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


class PaceStep(Struct, frozen=True):
    """Wait until `low` to `high` seconds have passed since the user was let through before."""

    name: str
    low: float
    high: float
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


class WaitUntilStep(Struct, frozen=True):
    """Wait until `users` users are here, `timeout` seconds at most; then the step is not ok."""

    name: str
    users: int
    timeout: float = 30.0
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


class RepeatStep(Struct, frozen=True):
    """Do `steps` `times` times, or `over` a list, or `while_` it holds: exactly one of the three is given.

    `item` and `index` name what the steps may read; no more than `at_most` passes.
    """

    name: str
    steps: tuple[Step, ...]
    times: int | Expr | None = None
    over: Expr | None = None
    while_: Expr | None = None
    item: str = ""
    index: str = ""
    at_most: int | None = None
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


class IfStep(Struct, frozen=True):
    """Do the steps of the first branch (condition, steps) whose condition holds; `otherwise` if none does."""

    name: str
    branches: tuple[tuple[Expr, tuple[Step, ...]], ...]
    otherwise: tuple[Step, ...] = ()
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


class Branch(Struct, frozen=True):
    """One branch of a choice; with a name it is measured as a group."""

    weight: float
    steps: tuple[Step, ...]
    name: str = ""


class ChooseStep(Struct, frozen=True):
    """Do one branch, drawn by weight."""

    name: str
    branches: tuple[Branch, ...]
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


class ParallelStep(Struct, frozen=True):
    """Do all steps at the same time."""

    name: str
    steps: tuple[Step, ...]
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


class GroupStep(Struct, frozen=True):
    """Do the steps in order and measure them together."""

    name: str
    group: str
    steps: tuple[Step, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    when: Expr | None = None
    run: float = 0.0
    on_fail: OnFail = "continue"


Exchange = CallStep | PollStep
Step = Exchange | ThinkStep | PaceStep | WaitUntilStep | RepeatStep | IfStep | ChooseStep | ParallelStep | GroupStep


def inside(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The lists of steps that a step holds."""
    if isinstance(step, RepeatStep | ParallelStep | GroupStep):
        return (step.steps,)
    if isinstance(step, IfStep):
        return (*(steps for _, steps in step.branches), step.otherwise)
    if isinstance(step, ChooseStep):
        return tuple(branch.steps for branch in step.branches)
    return ()


def all_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step of a flow; one comes before those inside it."""
    for step in steps:
        yield step
        for nested in inside(step):
            yield from all_steps(nested)


def all_exchanges(steps: tuple[Step, ...]) -> list[Exchange]:
    """Every step of a flow that sends requests."""
    return [step for step in all_steps(steps) if isinstance(step, CallStep | PollStep)]
