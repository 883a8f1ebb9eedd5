"""`loadspec run`."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from loadspec.cli.dashboard import Command, check, dashboard_options, opened, stay
from loadspec.cli.errors import diagnosed, reported, text_of
from loadspec.cli.options import override_options, overrides, summary_mode_option, workers_option
from loadspec.cli.streams import put, say, warn
from loadspec.errors import ExitCode, OutputError, UsageError
from loadspec.output_kinds import OUTPUTS, PDF
from loadspec.results import RunResult
from loadspec.run.options import RunOptions, checked_run_id, new_run_id
from loadspec.spec import Loaded, load
from loadspec.spec.secrets import masked_options

if TYPE_CHECKING:
    from loadspec.dashboard.dashboard import Dashboard


@click.command("run", cls=Command)
@click.argument("spec", metavar="SPEC")
@override_options
@click.option(
    "-o",
    "--out",
    "outs",
    multiple=True,
    metavar="NAME=TARGET",
    help=f"Send results also there; may be given again. NAME: {', '.join(OUTPUTS)}, or one of an installed package.",
)
@click.option("--summary-export", metavar="FILE", help="As k6's: the same as --out k6-summary=FILE.")
@click.option("--pdf", is_flag=True, help="Write report.pdf, too, with an installed Chromium.")
@click.option("--report-dir", default="reports", show_default=True, metavar="DIR", help="Where runs write.")
@click.option("--run-id", metavar="ID", help="The run's folder; UTC time and four hex digits by default.")
@summary_mode_option
@click.option("-q", "--quiet", is_flag=True, help="No progress; only the verdict at the end.")
@click.option("--json", "as_json", is_flag=True, help="For programs: stdout has results.json and nothing else.")
@click.option("--color/--no-color", "colour", default=None, help="Colours; by default if it is a terminal.")
@click.option("--dry-run", is_flag=True, help="Try it: one user, every step once, requests and answers shown.")
@click.option("--log-http", metavar="FILE", help="Write every request and its answer to FILE, secrets masked.")
@workers_option
@click.option("--allow-saturated", is_flag=True, help="Accept results of a generator at its own limit.")
@click.option(
    "--on-write-error",
    type=click.Choice(["continue", "stop"]),
    default="continue",
    show_default=True,
    help="Whether a disk that is full ends the load.",
)
@dashboard_options
def command(
    spec: str,
    outs: tuple[str, ...],
    summary_export: str | None,
    pdf: bool,
    report_dir: str,
    run_id: str | None,
    summary_mode: str,
    quiet: bool,
    as_json: bool,
    colour: bool | None,
    dry_run: bool,
    log_http: str | None,
    workers: str | None,
    allow_saturated: bool,
    on_write_error: str,
    dashboard: str | None,
    linger: bool,
    **shape: Any,
) -> None:
    """Run SPEC and write report.html, results.json, junit.xml and load-performance.json.

    The exit code is 0 only if every threshold held. Options go over LOADSPEC_* variables, those over the profile,
    and that over the file.
    """
    with reported(colour):
        from loadspec.outputs import Out, parse_out
        from loadspec.run.head import threshold_places
        from loadspec.run.workers import workers_asked_for

        if as_json and dry_run:
            raise UsageError("--json prints the results of a run, and --dry-run has none", "leave out one of them")
        check(dashboard, linger, dry_run)
        options = RunOptions(
            report_dir=Path(report_dir),
            run_id=checked_run_id(run_id) if run_id else new_run_id(),
            seed=shape["seed"] if shape["seed"] is not None else secrets.randbelow(2**32),
            profile=shape["profile"],
            command=shlex.join(["loadspec", *masked_options(sys.argv[1:])]),
            outs=[*map(parse_out, outs), *([Out("k6-summary", summary_export)] if summary_export else [])],
            quiet=quiet,
            colour=colour,
            allow_saturated=allow_saturated,
            stop_on_write_error=on_write_error == "stop",
            log_http=Path(log_http).absolute() if log_http else None,
            workers=workers_asked_for(workers, os.environ),
        )
        if pdf:
            options = replace(options, outs=[*options.outs, parse_out(f"pdf={options.directory / PDF}")])
        loaded = load(spec, overrides(**shape), os.environ)
        options = replace(options, limits=loaded.limits, places=threshold_places(loaded))
        if dry_run:
            sys.exit(try_and_show(loaded, options))
        with opened(dashboard) as page:
            sys.exit(run_and_show(loaded, options, summary_mode, page, linger, as_json))


def run_and_show(
    loaded: Loaded,
    options: RunOptions,
    summary_mode: str = "compact",
    dashboard: Dashboard | None = None,
    lingers: bool = False,
    as_json: bool = False,
) -> int:
    """Run a spec, print its warnings before and its summary after, stay if it `lingers` → the exit code."""
    from loadspec.cli.github import tell_github
    from loadspec.results.verdict import first_of
    from loadspec.run import run_spec
    from loadspec.run.signals import Signals

    if loaded.warnings and not options.quiet:
        warn(f"{diagnosed(loaded.warnings, options.colour)}\n")
    result, written = run_spec(loaded.spec, options, dashboard=dashboard)
    with Signals() as signals:  # the files are written: one that comes now changes no exit code
        code = result.exit_code
        try:
            show(result, options.quiet, options.colour, summary_mode, written, as_json)
        except OutputError as error:
            warn(text_of(error))
            code = first_of(code, error.exit_code)
        tell_github(result, options.places)
        if dashboard is not None and lingers:
            stay(dashboard, result, signals)
    return int(code)


def try_and_show(loaded: Loaded, options: RunOptions) -> int:
    """A dry run, shown as it goes → the exit code."""
    from loadspec.run.dry import dry_run
    from loadspec.ui.text import Style, plain_signs, speaks_unicode, wants_colour

    if loaded.warnings and not options.quiet:
        warn(f"{diagnosed(loaded.warnings, options.colour)}\n")
    colour = wants_colour(sys.stdout, os.environ) if options.colour is None else options.colour
    tell = say if speaks_unicode(sys.stdout) else lambda text: say(plain_signs(text))
    try:
        return int(dry_run(loaded.spec, options, tell, Style(colour)))
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)


def show(
    result: RunResult, quiet: bool, colour: bool | None, mode: str, written: Sequence[Path], as_json: bool = False
) -> None:
    """Tell what a run measured. `as_json`: results.json on stdout, and the summary, unless `quiet`, on stderr.

    Raises OutputError where the JSON cannot be written.
    """
    if not as_json:
        say(summary_of(result, quiet, colour, mode, written, sys.stdout))
        return
    if not quiet:
        warn(summary_of(result, quiet, colour, mode, written, sys.stderr))
    from loadspec.outputs.results_json import render

    put(render(result))


def summary_of(
    result: RunResult, quiet: bool, colour: bool | None, mode: str, written: Sequence[Path], stream: IO[str]
) -> str:
    """What a finished run says to people by a `stream`."""
    from loadspec.ui import speaks_unicode, summary, wants_colour
    from loadspec.ui.region import size_of
    from loadspec.ui.text import clean, is_terminal

    if quiet:
        return f"{result.verdict}: {clean(result.sentence)}\n"
    colour = wants_colour(stream, os.environ) if colour is None else colour
    width = size_of(stream)[0] if is_terminal(stream) else 100
    files = [str(path) for path in written]
    return summary(result, "full" if mode == "full" else "compact", colour, width, not speaks_unicode(stream), files)
