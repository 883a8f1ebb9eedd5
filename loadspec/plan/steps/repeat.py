"""`repeat`: steps several times, over a list, or while an expression holds.

A pass in which nothing waited gives way once, so that no loop holds up the other users of its worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from loadspec.expr import Missing, compile_expression
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_fail
from loadspec.protocols.user import User
from loadspec.spec.model import RepeatStep

MAX_PASSES = 1_000_000
"""More than this is taken for a mistake in an expression."""


class _WrongValue(Exception):  # noqa: N818 - it becomes a failure of the step
    """A value that says nothing about how often."""


def compile_repeat(step: RepeatStep, context: Context) -> RunStep:
    """→ a function that runs the steps as often as it says."""
    keys = _keys(step, context)
    one_pass = _compile_pass(step, context, keys)
    fail = compile_fail(step, context)
    loop = (
        _compile_while(step, context, one_pass)
        if step.while_ is not None
        else _compile_counted(step, context, keys.get(step.item), one_pass)
    )

    def repeat(user: User) -> None:
        try:
            loop(user)
        except Missing as missing:
            fail(user, missing.kind, str(missing))
        except _WrongValue as wrong:
            fail(user, "wrong_value", str(wrong))

    return repeat


def _keys(step: RepeatStep, context: Context) -> dict[str, str]:
    """Name of the loop → its key among the captures: of two loops at the same time each has its own."""
    names = [name for name in (step.item, step.index) if name]
    return {name: f"{name}#{number}" for name, number in zip(names, context.numbers)}  # noqa: B905 - numbers never end


def _compile_pass(step: RepeatStep, context: Context, keys: dict[str, str]) -> Callable[[User, int], None]:
    if keys:
        context = replace(context, scope=context.scope.inside(keys))
    body, index = context.sequence(step.steps), keys.get(step.index)

    def one_pass(user: User, number: int) -> None:
        host = user.host
        turn = host.turn()
        if index:
            user.captures[index] = number
        body(user)
        if host.turn() == turn:
            host.sleep(user, 0)

    return one_pass


def _compile_while(step: RepeatStep, context: Context, one_pass: Callable[[User, int], None]) -> RunStep:
    holds = compile_expression(str(step.while_), context.scope)
    most = step.at_most or MAX_PASSES

    def loop(user: User) -> None:
        number = 0
        while number < most and holds(user):
            one_pass(user, number)
            number += 1

    return loop


def _compile_counted(
    step: RepeatStep, context: Context, item: str | None, one_pass: Callable[[User, int], None]
) -> RunStep:
    """`times` and `over`: how often is known before the first pass."""
    most = step.at_most or MAX_PASSES
    passes = _compile_passes(step, context)

    def loop(user: User) -> None:
        for number, value in enumerate(passes(user)):
            if number >= most:
                return
            if item:
                user.captures[item] = value
            one_pass(user, number)

    return loop


def _compile_passes(step: RepeatStep, context: Context) -> Callable[[User], Any]:
    if isinstance(step.times, int):
        fixed = range(step.times)
        return lambda user: fixed
    if step.times is not None:
        times = compile_expression(step.times, context.scope)
        return lambda user: range(_whole(times(user)))
    over = compile_expression(str(step.over), context.scope)
    return lambda user: _items(over(user))


def _whole(value: Any) -> int:
    if value.__class__ is float and value.is_integer():
        value = int(value)
    if value.__class__ is not int or not 0 <= value <= MAX_PASSES:
        raise _WrongValue(f"`times` is no whole number from 0 to {MAX_PASSES}, but {_brief(value)}")
    return int(value)


def _items(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _WrongValue(f"`over` is no list, but {_brief(value)}")
    return value


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
