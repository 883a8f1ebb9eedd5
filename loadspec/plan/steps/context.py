"""What the compiler of a step may use, and the parts that call and poll share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.expr import ExprError, Missing, compile_expression
from loadspec.metrics.tag_values import TagValues
from loadspec.plan.items import note_failure
from loadspec.plan.model import Phase, RunStep
from loadspec.plan.scope import RunScope
from loadspec.plan.steps.answer import capture_rows, check_definitions
from loadspec.plan.steps.sending import compile_sending
from loadspec.protocols.http import Attempt, Judge, compile_captures, compile_judge
from loadspec.protocols.http.checks import compile_checks
from loadspec.protocols.http.judge import forget
from loadspec.protocols.http.request import Origins
from loadspec.protocols.user import DONE, FAILED, AbortRun, EndIteration, Outcome, StopUser, User
from loadspec.spec.model import CallStep, Classify, MetricDef, PollStep, Step, Target
from loadspec.transports.base import Answer
from loadspec.wire.settings import Http

_LARGEST = 1e300
"""A sample beyond it is no measurement: a sum of such would be no number."""

_BY_VALUE = "a variable that its request reads gives it: see env and vars"

Finish = Callable[[User, bool, bool], None]
"""(user, ok, whether to record): keeps the outcome, records, classifies, acts on failure."""


class Context(Struct, frozen=True):
    """Everything a step's compiler needs of its flow."""

    tags: Mapping[str, str]
    """The scenario's name as `scenario`, and its own tags: they go to all that the flow measures."""
    scope: RunScope
    phase: Phase
    target: Target
    metrics: Mapping[str, MetricDef]
    origins: Origins
    slots: Mapping[str, int]
    seed: int
    numbers: Iterator[int]
    """Gives each step that remembers something of its users a number of its own, under which they keep it."""
    compile: Callable[[Step, Context], RunStep]
    shared: dict[Any, Any] = field(default_factory=dict)
    """What requests share in the whole plan, such as tokens."""
    tag_values: TagValues = field(default_factory=TagValues)
    """The values of tags that are known only when steps run."""
    http: Http = field(default_factory=Http)
    """What holds for every request of the spec."""
    scheduled: bool = False
    """Whether iterations start by a schedule, which their requests are measured against."""

    def sequence(self, steps: Iterable[Step], group: str = "") -> RunStep:
        """Steps, one after the other, as one; all that they measure carries the tag `group`, if one is given."""
        context = replace(self, tags={**self.tags, "group": group}) if group else self
        compiled = tuple(self.compile(step, context) for step in steps)
        if len(compiled) == 1:
            return compiled[0]

        def sequence(user: User) -> None:
            for step in compiled:
                step(user)

        return sequence

    def expression(self, text: str | None) -> Callable[[User], Any] | None:
        """A compiled expression, or None for none."""
        return None if text is None else compile_expression(text, self.scope)


def compile_exchange(step: CallStep | PollStep, context: Context, poll: bool) -> tuple[Attempt, Judge]:
    """The step's request as (attempt, judge)."""
    request, phase = step.request, context.phase
    tags = {**context.tags, "endpoint": step.endpoint}
    try:
        attempt = compile_sending(step, context, poll)
    except ValueError as error:  # the spec has been checked: a value that came in with a variable is to blame
        raise ExprError(f"{step.endpoint}: {error}", hint=getattr(error, "hint", "") or _BY_VALUE) from None
    checks = compile_checks(check_definitions(request), context.scope)
    rows = capture_rows(request)
    judge = compile_judge(
        step.endpoint,
        checks,
        compile_captures(rows, context.seed, f"{step.endpoint}/{step.name}", context.scope.fields) if rows else None,
        phase.meters.checks([name for name, _ in checks], tags),
        phase.failures,
        {row.name: f"{row.source} {row.expression}".rstrip() for row in rows},
    )
    return attempt, judge


def compile_finish(step: CallStep | PollStep, context: Context) -> Finish:
    """What follows an exchange, whatever came of it."""
    slot, asked = context.slots[step.name], context.scope.asked
    records = tuple(_compile_record(name, text, step, context) for name, text in step.record.items())
    classify = _compile_classify(step.classify, step, context)
    on_fail, noted = _ON_FAIL[step.on_fail], bool(context.scope.small)

    def finish(user: User, ok: bool, record: bool) -> None:
        user.ok = ok
        if slot in asked:  # a later step may be the one that asks, and is compiled after this one
            answer = user.answer
            user.outcomes[slot] = Outcome(ok, answer.status, answer.duration, answer.ready)
        else:
            user.outcomes[slot] = DONE if ok else FAILED
        if record:
            for add in records:
                add(user)
        if not ok:
            if noted:
                note_failure(user)
            classify(user)
            if on_fail is not None:
                on_fail(step.name, user)

    return finish


def _compile_record(metric: str, text: str, step: CallStep | PollStep, context: Context) -> Callable[[User], None]:
    kind = context.metrics[metric].kind
    meter = context.phase.meters.value(kind, metric, **context.tags, endpoint=step.endpoint)
    value_of, add = compile_expression(text, context.scope), meter.add

    def record_truth(user: User) -> None:
        try:
            add(bool(value_of(user)))  # the value itself may be all of an answer, and waits for the fold
        except Missing:
            return

    def record_number(user: User) -> None:
        try:
            value = value_of(user)
        except Missing:
            return
        if (value.__class__ is float or value.__class__ is int) and -_LARGEST < value < _LARGEST:
            add(float(value))

    return record_truth if kind == "rate" else record_number


def _compile_classify(
    rows: tuple[Classify, ...], step: CallStep | PollStep, context: Context
) -> Callable[[User], None]:
    compiled = []
    for row in rows:
        meter = context.phase.meters.value("counter", row.count, **context.tags, endpoint=step.endpoint)
        compiled.append((context.expression(row.when), meter.add))

    def classify(user: User) -> None:
        for when, add in compiled:
            try:
                if when is None or when(user):
                    add(1)
                    return
            except Missing:
                continue

    return classify


def unsent(user: User, step: CallStep | PollStep, context: Context, missing: Missing) -> None:
    """Nothing could be sent: status 0, error kind `missing_value`."""
    answer = Answer()
    answer.error, answer.phase, answer.message = missing.kind, "template", str(missing)
    user.answer = answer
    forget(user, names_of(step))
    context.phase.failures.note((step.endpoint, answer.error, answer.phase, 0), answer.message, user)


def names_of(step: CallStep | PollStep) -> list[str]:
    """The names of its captures."""
    return [capture.name for capture in step.request.captures]


def compile_fail(step: Step, context: Context) -> Callable[[User, str, str], None]:
    """→ a function that counts the failure of a step that sends nothing: (user, kind, what happened)."""
    note, name, on_fail = context.phase.failures.note, step.name, _ON_FAIL[step.on_fail]
    noted = bool(context.scope.small)

    def fail(user: User, kind: str, message: str) -> None:
        user.failed = user.keeping
        answer = Answer()
        answer.error, answer.phase, answer.message = kind, "flow", message
        user.answer = answer
        note((name, kind, "flow", 0), message, user)
        if noted:
            note_failure(user)
        if on_fail is not None:
            on_fail(name, user)

    return fail


def _end_iteration(name: str, _user: User) -> None:
    raise EndIteration(name)


def _stop_user(name: str, _user: User) -> None:
    raise StopUser(name)


def _abort(name: str, user: User) -> None:
    raise AbortRun(f"{name} failed: {reason(user)}")


def reason(user: User) -> str:
    """Why a step failed, in a few words."""
    answer = user.answer
    if not answer.status:
        return answer.message
    return f"{user.trouble} (status {answer.status})" if user.trouble else f"status {answer.status}"


_ON_FAIL: dict[str, Callable[[str, User], None] | None] = {
    "continue": None,
    "end_iteration": _end_iteration,
    "stop_vu": _stop_user,
    "abort": _abort,
}
