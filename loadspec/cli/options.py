"""Options that several commands share, spelled as k6 spells them, and how they become overrides of a spec."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from loadspec.errors import UsageError
from loadspec.spec import Overrides
from loadspec.spec.limits import Limits, from_options

Command = TypeVar("Command", bound=Callable[..., Any])

summary_mode_option = click.option(
    "--summary-mode",
    type=click.Choice(["compact", "full"]),
    default="compact",
    show_default=True,
    help="How much the summary says.",
)

_OVERRIDES = (
    click.option("--profile", metavar="NAME", help="Use this profile of the spec."),
    click.option("-u", "--vus", type=click.IntRange(min=1), metavar="N", help="Number of virtual users."),
    click.option("-d", "--duration", metavar="TIME", help="How long, for example 30s or 5m."),
    click.option("--stages", metavar="STAGES", help="Ramp the users: '10s:5,20s:10,10s:0' is duration:users."),
    click.option("-s", "--stage", multiple=True, metavar="STAGE", help="One stage; give it again for the next."),
    click.option("--rate", metavar="RATE", help="Iterations started, for example 200/s or 30/m; with --duration."),
    click.option("--rate-stages", metavar="STAGES", help="Ramp the rate: '1m:50/s,2m:100/s' is duration:rate."),
    click.option(
        "-i", "--iterations", type=click.IntRange(min=1), metavar="N", help="Iterations, shared by all users."
    ),
    click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Set a variable of `vars`."),
    click.option("-e", "--env", "environment", multiple=True, metavar="NAME=VALUE", help="Set a variable of `env`."),
    click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="Tag the run; over `tags` of the spec."),
    click.option("--submetric", "submetrics", multiple=True, metavar="KEY", help="Show METRIC{TAG:VALUE} by itself."),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Repeat the draws of an earlier run."),
)


_LIMITS = (
    click.option("--allow-host", multiple=True, metavar="HOST", help="Talk to no other host; may be given again."),
    click.option("--allow-env", multiple=True, metavar="NAME", help="Let the spec read no other variable; likewise."),
    click.option("--max-vus", metavar="N", help="No spec runs more users than that."),
    click.option("--max-rate", metavar="N", help="No more requests a second, however many users ask."),
    click.option("--max-duration", metavar="TIME", help="No load takes longer, for example 10m."),
)


def workers_option(command: Command) -> Command:
    """Give a command `--workers`; `run.workers.workers_asked_for` reads it."""
    text = "Processes that share the load; auto: one for each core that may be used."
    return click.option("--workers", metavar="N|auto", help=text)(command)


def limit_options(command: Command) -> Command:
    """Give a command the limits that no spec can exceed; it takes them as keywords and passes them to `limits`."""
    for option in reversed(_LIMITS):
        command = option(command)
    return command


def limits(**given: Any) -> Limits:
    """The options as one value. Raises UsageError."""
    return from_options(given)


def override_options(command: Command) -> Command:
    """Give a command the options that change a spec; it takes them as keywords and passes them to `overrides`."""
    command = limit_options(command)
    for option in reversed(_OVERRIDES):
        command = option(command)
    return command


def overrides(
    profile: str | None,
    vus: int | None,
    duration: str | None,
    stages: str | None,
    stage: Sequence[str],
    rate: str | None,
    rate_stages: str | None,
    iterations: int | None,
    variables: Sequence[str],
    environment: Sequence[str],
    seed: int | None,
    tags: Sequence[str] | None = None,
    submetrics: Sequence[str] | None = None,
    allow_host: Sequence[str] | None = None,
    allow_env: Sequence[str] | None = None,
    max_vus: str | None = None,
    max_rate: str | None = None,
    max_duration: str | None = None,
) -> Overrides:
    """The options as one value. Raises UsageError."""
    if stages and stage:
        raise UsageError("--stages and --stage say the same thing twice", "give all stages in one of them")
    return Overrides(
        profile=profile,
        vus=vus,
        duration=duration,
        stages=",".join(stage) if stage else stages,
        rate=rate,
        rate_stages=rate_stages,
        iterations=iterations,
        vars=_pairs("--var", variables),
        env=_pairs("--env", environment),
        seed=seed,
        tags=_pairs("--tag", tags or ()),
        submetrics=submetrics or (),
        limits=limits(
            allow_host=allow_host,
            allow_env=allow_env,
            max_vus=max_vus,
            max_rate=max_rate,
            max_duration=max_duration,
        ),
    )


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"{option} takes NAME=VALUE, not `{text}`", f"for example {option} {name or 'NAME'}=value")
        pairs[name] = value
    return pairs
