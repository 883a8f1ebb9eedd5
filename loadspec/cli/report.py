"""`loadspec report`."""

from __future__ import annotations

from pathlib import Path

import click

from loadspec.cli.errors import reported
from loadspec.cli.options import summary_mode_option
from loadspec.output_kinds import PDF


@click.command("report")
@click.argument("run_dir", metavar="RUN_DIR", type=click.Path(path_type=Path))
@click.option("-o", "--out", "outs", multiple=True, metavar="NAME=FILE", help="Write a result also there, as `run`.")
@click.option("--pdf", is_flag=True, help="Write report.pdf, too, with an installed Chromium.")
@summary_mode_option
@click.option("-q", "--quiet", is_flag=True, help="Only the verdict.")
@click.option("--json", "as_json", is_flag=True, help="For programs: stdout has results.json and nothing else.")
@click.option("--color/--no-color", "colour", default=None, help="Colours; by default if it is a terminal.")
def command(
    run_dir: Path,
    outs: tuple[str, ...],
    pdf: bool,
    summary_mode: str,
    quiet: bool,
    as_json: bool,
    colour: bool | None,
) -> None:
    """Write the files of the run in RUN_DIR again, from its journal.

    Of a run that was killed they tell what was measured until then, and that it was cut off. The exit code is 0 if the
    files could be written, whatever the verdict.
    """
    with reported(colour):
        from loadspec.cli.run import show
        from loadspec.outputs import parse_out
        from loadspec.run.report import report_again

        also = [f"pdf={run_dir / PDF}"] if pdf else []
        result, written, failed = report_again(run_dir, [parse_out(out) for out in (*outs, *also)])
        show(result, quiet, colour, summary_mode, written, as_json)
        if failed is not None:
            raise failed
