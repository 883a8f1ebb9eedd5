"""Errors on their way out: a sentence on stderr and an exit code, never a traceback for what a user can cause."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loadspec.cli.streams import warn
from loadspec.errors import LoadspecError

if TYPE_CHECKING:
    from loadspec.spec import Diagnostic


@contextmanager
def reported(colour: bool | None = None) -> Iterator[None]:
    """Print a LoadspecError and exit with its code. `colour` is for stderr; None asks the terminal."""
    try:
        yield
    except LoadspecError as error:
        warn(text_of(error, colour))
        sys.exit(error.exit_code)


def text_of(error: LoadspecError, colour: bool | None = None) -> str:
    """A spec's diagnostics with their places; any other error as its sentence and its way out. Ends with a newline."""
    from loadspec.spec import SpecError

    if isinstance(error, SpecError):
        return diagnosed(error.diagnostics, colour)
    return f"error: {error.message}\n" + (f"help: {error.hint}\n" if error.hint else "")


def diagnosed(found: Sequence[Diagnostic], colour: bool | None = None) -> str:
    """Diagnostics for stderr, and below them where to read on."""
    from loadspec.spec.rendering import closing, render

    return f"{render(found, coloured(colour))}\n{closing(found)}"


def coloured(choice: bool | None) -> bool:
    """Whether stderr takes colours: as chosen, else by NO_COLOR, FORCE_COLOR and the terminal."""
    if choice is not None:
        return choice
    if not os.environ.get("FORCE_COLOR") and not _terminal():
        return False  # without loading the terminal's package
    from loadspec.ui.text import wants_colour

    return wants_colour(sys.stderr, os.environ)


def _terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (ValueError, OSError):
        return False
