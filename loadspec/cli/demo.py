"""`loadspec demo`: the main job in twelve seconds, without a server of one's own."""

from __future__ import annotations

import os
import sys
from importlib.resources import files
from pathlib import Path

import click

from loadspec.cli.errors import reported
from loadspec.cli.options import workers_option
from loadspec.cli.run import run_and_show
from loadspec.run.options import RunOptions
from loadspec.spec import Overrides, load_bytes

SPEC = "image-generation.yaml"
STAGES = "2s:5, 4s:10, 4s:10, 2s:0"


@click.command("demo")
@click.option("--report-dir", default="reports", show_default=True, metavar="DIR", help="Where the run writes.")
@click.option("--stages", default=STAGES, show_default=True, metavar="STAGES", help="The load.")
@workers_option
@click.option("-q", "--quiet", is_flag=True, help="No progress; only the verdict at the end.")
def command(report_dir: str, stages: str, workers: str | None, quiet: bool) -> None:
    """Start the mock platform, run the reference spec against it, and end with a verdict and a report."""
    from loadspec.mock import start
    from loadspec.run.workers import workers_asked_for

    with reported(), start() as mock:
        text = (files("loadspec.specs") / SPEC).read_bytes()
        loaded = load_bytes(text, f"specs/{SPEC}", Overrides(stages=stages, env={"API_BASE": mock.url}), os.environ)
        options = RunOptions(
            report_dir=Path(report_dir),
            command="loadspec demo",
            quiet=quiet,
            workers=workers_asked_for(workers, os.environ),
            allow_saturated=True,  # it shows what a run is like, on whatever machine, and measures nothing
        )
        sys.exit(run_and_show(loaded, options))
