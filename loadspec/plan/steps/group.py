"""`group`: steps measured together, k6's `group_duration` with its tag `group`: `::outer::inner`."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from loadspec.clock import monotonic
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context
from loadspec.protocols.user import PoolEnd, Stop, User
from loadspec.spec.model import GroupStep, Step


def compile_group(step: GroupStep, context: Context) -> RunStep:
    """→ a function that runs the steps and measures them."""
    return compile_measured(step.group, step.steps, replace(context, tags={**context.tags, **step.tags}))


def compile_measured(name: str, steps: Iterable[Step], context: Context) -> RunStep:
    """Steps as a group. As in k6 a group that a step ended early has its sample; one that was interrupted has none.

    Nor has one that found a pool used up: its iteration never began, or does not complete.
    """
    group = f"{context.tags.get('group', '')}::{name}"
    body = context.sequence(steps, group)
    add = context.phase.meters.value("trend", "group_duration", **{**context.tags, "group": group}).add

    def measured(user: User) -> None:
        begin = monotonic()
        try:
            body(user)
        except Stop as stop:
            if not isinstance(stop, PoolEnd):
                add((monotonic() - begin) * 1000)
            raise
        add((monotonic() - begin) * 1000)

    return measured
