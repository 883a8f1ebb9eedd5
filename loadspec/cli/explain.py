"""`loadspec explain`."""

from __future__ import annotations

import re
import shutil

import click

from loadspec.cli.errors import reported
from loadspec.cli.streams import put, say
from loadspec.errors import UsageError

_CODE = re.compile(r"(?i)\bls[ -]?([0-9]{1,3})\b|^([0-9]{1,3})$")
_WIDEST = 100


@click.command("explain")
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="Text, or the page of the documentation.",
)
def command(codes: tuple[str, ...], form: str) -> None:
    """Explain the CODE of a diagnostic, with a wrong and a right example; without a CODE, list all of them.

    A function of expressions is explained, too, and a kind of error that a request had, by its name or number.

    \b
    loadspec explain LS020
    loadspec explain matches
    loadspec explain tls_name 1212
    """
    from loadspec.spec.codes.page import explained, page, titles

    with reported():
        if form == "markdown":
            if codes:
                raise UsageError("--format markdown is the page of all codes", "leave out the CODE")
            put(page())
        elif codes:
            width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
            say(
                "\n".join(
                    _function(code) or _kind(code, width) or explained(_known(code), max(width, 40)) for code in codes
                )
            )
        else:
            say(titles() + "\nfor one of them: loadspec explain LS020\n")


def _function(name: str) -> str:
    """A function's row, or nothing."""
    from loadspec.expr import FUNCTIONS, to_json

    row = FUNCTIONS.get(name.strip().removesuffix("()"))
    if row is None:
        return ""
    shown = "" if row.shows is None else f"  is  {to_json(row.shows)}"
    return f"{row.usage(name.strip().removesuffix('()'))}\n\n    {row.example}{shown}\n"


def _kind(text: str, width: int) -> str:
    """The kinds of errors of that name or number, or nothing."""
    from loadspec.error_kinds.page import explained

    return explained(text.strip(), width)


def _known(text: str) -> str:
    """The code in a text: `LS020`, `ls20`, `20`, or a whole line of a diagnostic. Raises UsageError."""
    from loadspec.spec.codes import CODES
    from loadspec.spec.diagnostics import brief, closest
    from loadspec.spec.rendering import printable

    found = _CODE.search(text.strip())
    code = f"LS{(found[1] or found[2]).zfill(3)}" if found else text.strip().upper()
    if code in CODES:
        return code
    near = closest(code, CODES)
    hint = f"did you mean {near}, {CODES[near].title}? " if near else ""
    raise UsageError(f"`{printable(brief(text))}` is no code", f"{hint}`loadspec explain` lists all of them")
