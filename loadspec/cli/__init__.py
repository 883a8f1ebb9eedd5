"""The command line. A command is one file here and one row in `COMMANDS`; it is imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from loadspec import __version__
from loadspec.cli.streams import settle

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("loadspec.cli.run:command", "Run a spec: load out, a verdict and a report in."),
    "validate": ("loadspec.cli.validate:command", "Check a spec without running it."),
    "plan": ("loadspec.cli.plan:command", "Show what a spec will do, and where each value of it is from."),
    "explain": ("loadspec.cli.explain:command", "Explain the code of a diagnostic, with examples."),
    "report": ("loadspec.cli.report:command", "Write a run's files again, also of one that was killed."),
    "history": ("loadspec.cli.history:command", "List the runs of a folder, draw their trends, prune them."),
    "doctor": ("loadspec.cli.doctor:command", "Check whether this machine can do what a spec asks of it."),
    "init": ("loadspec.cli.init:command", "Write a spec that runs, from four questions."),
    "schema": ("loadspec.cli.schema:command", "Print the JSON Schema of a spec, or of results.json."),
    "mock": ("loadspec.cli.mock:command", "Serve a mock image-generation platform."),
    "demo": ("loadspec.cli.demo:command", "Run a short cut of the reference spec against the mock."),
}
"""Name → (module:command, its line in the help)."""


class Lazy(click.Group):
    """A group that knows its commands' names and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help's list, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="loadspec")
def main() -> None:
    """Load testing that is read before it is run: one YAML file in, load out, a verdict and a report.

    \b
    loadspec demo                          see it work, without a server of your own
    loadspec validate spec.yaml            find every mistake before a request is sent
    loadspec run spec.yaml                 run it; exit code 0 only if every threshold held
    """
    settle()
