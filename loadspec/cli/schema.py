"""`loadspec schema`."""

from __future__ import annotations

import click

from loadspec.cli.errors import reported
from loadspec.cli.streams import put

WHICH = ("spec", "results", "diagnostics")


@click.command("schema")
@click.argument("which", type=click.Choice(WHICH), default="spec")
def command(which: str) -> None:
    """Print the JSON Schema (draft-07) of a spec, of results.json, or of `validate --format json`.

    \b
    loadspec schema > loadspec.schema.json
    # yaml-language-server: $schema=loadspec.schema.json     (first line of a spec: editors then help)
    """
    with reported():
        if which == "results":
            from loadspec.outputs.results_schema import results_schema_text

            put(results_schema_text())
        elif which == "diagnostics":
            from loadspec.spec.formats import diagnostics_schema_text

            put(diagnostics_schema_text())
        else:
            from loadspec.spec.schema import schema_text

            put(schema_text())
