"""`loadspec schema`."""

from __future__ import annotations

import click

WHICH = ("spec", "results", "diagnostics")


@click.command("schema")
@click.argument("which", type=click.Choice(WHICH), default="spec")
def command(which: str) -> None:
    """Print the JSON Schema (draft-07) of a spec, of results.json, or of `validate --format json`.

    \b
    loadspec schema > loadspec.schema.json
    # yaml-language-server: $schema=loadspec.schema.json     (first line of a spec: editors then help)
    """
    if which == "results":
        from loadspec.outputs.results_schema import results_schema_text

        click.echo(results_schema_text(), nl=False)
    elif which == "diagnostics":
        from loadspec.spec.formats import diagnostics_schema_text

        click.echo(diagnostics_schema_text(), nl=False)
    else:
        from loadspec.spec.schema import schema_text

        click.echo(schema_text(), nl=False)
