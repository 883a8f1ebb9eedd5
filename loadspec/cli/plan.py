"""`loadspec plan`."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from loadspec.cli.errors import diagnosed, reported
from loadspec.cli.options import override_options, overrides, workers_option
from loadspec.cli.streams import put, warn
from loadspec.errors import UsageError
from loadspec.spec import Loaded, load
from loadspec.units import format_duration, parse_duration

if TYPE_CHECKING:
    from loadspec.spec.origins import Origin
    from loadspec.thresholds import Threshold

Fleet = tuple[int, str]
"""See `run.workers.fleet_size`."""


@click.command("plan")
@click.argument("spec", metavar="SPEC")
@override_options
@workers_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "yaml", "json"]),
    default="text",
    show_default=True,
    help="All of it; the resolved spec alone; or both for programs.",
)
@click.option("--latency", default="200ms", show_default=True, metavar="TIME", help="How long an answer may take.")
@click.option("--color/--no-color", "colour", default=None, help="Colours; by default if it is a terminal.")
def command(spec: str, workers: str | None, form: str, latency: str, colour: bool | None, **shape: Any) -> None:
    """Show what SPEC will do, without doing it: the load as a picture, its totals, and where each value is from.

    Options go over LOADSPEC_* variables, those over the profile, and that over the file, as in `run`. Secrets are
    masked. Nothing is sent.
    """
    from loadspec.run.preflight import check_run
    from loadspec.run.workers import fleet_size, workers_asked_for

    with reported(colour):
        seconds, asked = _seconds(latency), workers_asked_for(workers, os.environ)
        loaded = load(spec, overrides(**shape), os.environ)
        check_run(loaded.spec)
        fleet = fleet_size(loaded.spec, asked)
        if loaded.warnings:
            warn(diagnosed(loaded.warnings, colour))
        put({"text": _text, "yaml": _yaml, "json": _json}[form](loaded, seconds, colour, fleet), form == "text")


def _seconds(latency: str) -> float:
    try:
        return parse_duration(latency)
    except ValueError as error:
        raise UsageError(f"--latency: {error}") from None


def _yaml(loaded: Loaded, latency: float, colour: bool | None, fleet: Fleet) -> str:
    from loadspec.spec.annotated import annotated_yaml

    assert loaded.origins is not None
    return annotated_yaml(loaded.spec, loaded.origins)


def _text(loaded: Loaded, latency: float, colour: bool | None, fleet: Fleet) -> str:
    from loadspec.plan.forecast import addresses, forecast
    from loadspec.run.head import masker
    from loadspec.run.values import target
    from loadspec.spec.annotated import origin_text
    from loadspec.ui import speaks_unicode, wants_colour
    from loadspec.ui.planned import planned
    from loadspec.ui.text import Style, clean

    spec = loaded.spec
    style = Style(wants_colour(sys.stdout, os.environ) if colour is None else colour)
    hosts = addresses(spec, masker(spec)(target(spec)))
    title = f"{style(clean(spec.name), 'strong')} ({clean(spec.source)})\n\n"
    told = planned(forecast(spec), hosts, latency, style, fleet, not speaks_unicode(sys.stdout))
    rows = [
        f"  {name} = {clean(value)}  # {clean(origin_text(origin, spec.source))}\n"
        for name, value, origin in _variables(loaded)
    ]
    gates = [f"  {clean(threshold.title)}{_role(threshold)}\n" for threshold in spec.thresholds if threshold.judged]
    judged = f"\n{style('thresholds', 'head')}\n{''.join(gates)}" if gates else ""
    variables = f"\n{style('variables', 'head')}\n{''.join(rows)}" if rows else ""
    head = style(f"the spec as it runs, and where each value is from (:12 is line 12 of {clean(spec.source)})", "head")
    return f"{title}{told}{judged}{variables}\n{head}\n{_yaml(loaded, latency, colour, fleet)}"


def _role(threshold: Threshold) -> str:
    """What a failure does, where it is not the usual."""
    if not threshold.abort:
        return ", only warns" if threshold.level == "warn" else ""
    return (
        f", ends the run after {format_duration(threshold.after)} at the earliest"
        if threshold.after
        else ", ends the run"
    )


def _variables(loaded: Loaded) -> Iterator[tuple[str, str, Origin]]:
    """(name, value, origin) of the declared environment variables that have a value."""
    from loadspec.masking import MASK, revealed

    assert loaded.origins is not None
    for name, variable in loaded.spec.env.items():
        if name in loaded.spec.env_values:
            value = MASK if variable.secret else revealed(loaded.spec.env_values[name])
            yield name, value, loaded.origins.of_variable(name)


def _json(loaded: Loaded, latency: float, colour: bool | None, fleet: Fleet) -> str:
    from loadspec.plan.forecast import addresses, forecast
    from loadspec.run.head import masker
    from loadspec.run.values import target
    from loadspec.spec.dump import mask

    assert loaded.origins is not None
    spec, origins = loaded.spec, loaded.origins
    load = forecast(spec)
    document = {
        "name": spec.name,
        "file": spec.source,
        "users": load.users,
        "workers": fleet[0],
        "duration_s": load.finish,
        "max_duration_s": load.end,
        "scenarios": [
            {
                "names": [member.name for member in each.crew.members],
                "executor": each.crew.load.executor,
                "users": each.crew.load.max_vus,
                "start_s": each.window.start,
                "iterations": each.iterations,
                "iterations_per_s": each.crew.load.peak_rate or None,
                "iterations_expected": _finite(each.expected(latency)[0]),
                "requests_expected": _finite(each.expected(latency)[1]),
                "requests_per_iteration": {"min": each.share.fewest, "max": _finite(each.share.most)},
            }
            for each in load.crews
        ],
        "hosts": addresses(spec, masker(spec)(target(spec))),
        "thresholds": [threshold.title for threshold in spec.thresholds if threshold.judged],
        "variables": [{"name": n, "value": v, "origin": o._asdict()} for n, v, o in _variables(loaded)],
        "values": [
            {"path": list(path), "value": value, "origin": origin._asdict()}
            for path, value, origin in origins.each(mask(spec))
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _finite(value: float) -> float | None:
    """JSON knows no infinity."""
    return None if math.isinf(value) else round(value, 1)
