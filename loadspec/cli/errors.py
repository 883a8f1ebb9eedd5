"""Errors on their way out: a sentence on stderr and an exit code, never a traceback for what a user can cause."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from loadspec.errors import LoadspecError


@contextmanager
def reported() -> Iterator[None]:
    """Print a LoadspecError and exit with its code."""
    try:
        yield
    except LoadspecError as error:
        click.echo(text_of(error), err=True)
        sys.exit(error.exit_code)


def text_of(error: LoadspecError) -> str:
    """A spec's diagnostics with their places; any other error as its sentence and its way out."""
    from loadspec.spec import SpecError, render

    if isinstance(error, SpecError):
        return render(error.diagnostics)
    return f"error: {error.message}" + (f"\nhelp: {error.hint}" if error.hint else "")
