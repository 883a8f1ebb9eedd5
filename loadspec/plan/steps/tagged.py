"""Tags of requests: `tags` of an endpoint or a step. What is known before the run is a part of the meters' names.

A step with a tag whose value is known only when it runs is compiled anew for each of its values, which are few: so its
requests, checks and samples go to meters of that value, and cost nothing but looking it up. See `metrics.tag_values`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from loadspec.expr import Missing, compile_template, to_text
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_finish, unsent
from loadspec.protocols.user import AbortRun, User
from loadspec.spec.model import CallStep, PollStep

S = TypeVar("S", CallStep, PollStep)
Text = Callable[[User], str]

_LONGEST = 100
"""Characters of a value; what is longer is cut."""


def tagged(compile: Callable[[S, Context], RunStep]) -> Callable[[S, Context], RunStep]:
    """What compiles a step whose tags are known → what compiles one with any tags."""

    def compile_tagged(step: S, context: Context) -> RunStep:
        if not step.request.tags:
            return compile(step, context)
        fixed, varying = _tags(step.request.tags, context)
        context = replace(context, tags={**context.tags, **fixed})
        return _by_value(compile, step, context, varying) if varying else compile(step, context)

    return compile_tagged


def _tags(tags: Mapping[str, str], context: Context) -> tuple[dict[str, str], dict[str, Text]]:
    """Those that are known, secrets masked, and what gives the others."""
    fixed: dict[str, str] = {}
    varying: dict[str, Text] = {}
    for name, text in tags.items():
        template = compile_template(text, context.scope)
        if template.constant:
            fixed[name] = context.phase.failures.known(to_text(template.render(None)))[:_LONGEST]
        else:
            varying[name] = _text_of(template.render)
    return fixed, varying


def _text_of(render: Callable[[User], object]) -> Text:
    return lambda user: to_text(render(user))


def _by_value(
    compile: Callable[[S, Context], RunStep], step: S, context: Context, varying: Mapping[str, Text]
) -> RunStep:
    """→ a function that does the step with the meters of its tags' values. One that lacks a value is not sent."""
    when = context.expression(step.when)
    body = replace(step, when=None)
    compile(body, context)  # what is wrong with it, and what it draws from, is known before the run
    finish = compile_finish(step, context)
    records = isinstance(step, CallStep)
    texts = tuple(varying.values())
    known: dict[tuple[str, ...], RunStep] = {}

    def run(user: User) -> None:
        try:
            if when is not None and not when(user):
                return
            values = tuple([text(user) for text in texts])
        except Missing as missing:
            unsent(user, step, context, missing)
            finish(user, False, records)
            return
        found = known.get(values)
        if found is None:
            tags = _checked(step.endpoint, dict(zip(varying, values, strict=True)), user, context)
            found = known[values] = compile(body, replace(context, tags={**context.tags, **tags}))
        found(user)

    return run


def _checked(endpoint: str, tags: Mapping[str, str], user: User, context: Context) -> dict[str, str]:
    """New values as they are shown: secrets masked, cut to size. Raises AbortRun where they are too many."""
    mask = context.phase.failures.masker(user)
    shown = {name: mask(value)[:_LONGEST] for name, value in tags.items()}
    wrong = context.tag_values.add(endpoint, shown)
    if wrong:
        raise AbortRun(wrong)
    return shown
