"""What the steps of a flow, and those inside them, give names to."""

from __future__ import annotations

from loadspec.spec.model import CallStep, PollStep, RepeatStep, Step, WaitUntilStep, all_exchanges, all_steps


def outcome_slots(steps: tuple[Step, ...]) -> dict[str, int]:
    """Name of a step → where a user keeps its outcome; steps of the same name share one."""
    kinds = (CallStep, PollStep, WaitUntilStep)
    names = dict.fromkeys(step.name for step in all_steps(steps) if isinstance(step, kinds))
    return {name: slot for slot, name in enumerate(names)}


def value_names(steps: tuple[Step, ...]) -> list[str]:
    """Names of values that come with the steps: captures, and the items and numbers of loops."""
    captured = [capture.name for step in all_exchanges(steps) for capture in step.request.captures]
    loops = [step for step in all_steps(steps) if isinstance(step, RepeatStep)]
    return [*captured, *(name for step in loops for name in (step.item, step.index) if name)]
