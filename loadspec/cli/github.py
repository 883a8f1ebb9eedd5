"""What a job of GitHub Actions is told at the end of a run: its summary, and annotations on the spec's lines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from loadspec.results import RunResult
    from loadspec.results.head import Place


def tell_github(result: RunResult, places: Mapping[str, Place], environ: Mapping[str, str] = os.environ) -> None:
    """Append to $GITHUB_STEP_SUMMARY where it is set; annotate where GITHUB_ACTIONS is true. A failure is a warning."""
    if environ.get("GITHUB_ACTIONS") == "true":
        from loadspec.outputs.github import annotated

        lines = annotated(result, places, lambda name: from_workspace(name, environ))
        click.echo("".join(f"{line}\n" for line in lines), err=True, nl=False)
    if summary := environ.get("GITHUB_STEP_SUMMARY"):
        try:
            append_summary(Path(summary), result)
        except OSError as error:
            click.echo(f"warning: the summary of the job cannot be written to {summary}: {error.strerror}", err=True)


def append_summary(path: Path, result: RunResult) -> None:
    """What there is room for: all of it, the verdict, or nothing. Raises OSError."""
    from loadspec.outputs.markdown import LARGEST, render, verdict_line

    used = path.stat().st_size if path.exists() else 0
    for text in (render(result), verdict_line(result)):
        data = text.encode("utf-8", "replace")
        if used + len(data) <= LARGEST:
            with open(path, "ab") as file:
                file.write(data)
            return


def from_workspace(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """A file's name from the repository's root, as annotations want it."""
    root = environ.get("GITHUB_WORKSPACE")
    if not root:
        return name
    full, base = Path(name).resolve(), Path(root).resolve()
    return str(full.relative_to(base)) if full.is_relative_to(base) else name
