"""`loadspec validate`."""

from __future__ import annotations

import sys

import click

from loadspec.cli.errors import reported
from loadspec.cli.streams import say
from loadspec.spec import load


@click.command("validate")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
def command(specs: tuple[str, ...]) -> None:
    """Check each SPEC and print all that is wrong with it.

    Neither the network nor the values of environment variables are looked at. The exit code is 104 for an invalid spec.
    """
    code = 0
    for path in specs:
        try:
            with reported():
                _check(path)
        except SystemExit as end:
            code = code or int(end.code or 0)
    sys.exit(code)


def _check(path: str) -> None:
    loaded = load(path)
    if loaded.warnings:
        from loadspec.spec import render

        click.echo(render(loaded.warnings), err=True)
    spec = loaded.spec
    loads = "; ".join(scenario.load.describe() for scenario in spec.scenarios)
    count = len(spec.thresholds)
    say(f"{path}: valid - {spec.name}: {loads}; {count} threshold{'' if count == 1 else 's'}\n")
