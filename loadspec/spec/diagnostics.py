"""What is wrong with a spec, where, and what to do about it.

Every kind of diagnostic has a stable code in `codes`. Text in diagnostics may come from a hostile file; it is made
safe to print in `render`, in one place.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct

from loadspec.errors import ExitCode, LoadspecError

Level = Literal["error", "warning"]
Path = tuple[str | int, ...]

MAX_DIAGNOSTICS = 100
"""More than this helps nobody; the rest is counted, not shown."""


class Diagnostic(Struct, frozen=True):
    """One finding. `line` and `column` count from 1 (0: no place in a file); `length` is the caret's, in characters.

    `path` is where in the document, `label` stands beside the caret, `help` below it. `file` names the file, or the
    option or variable at fault; `text` is the source line, shown unless `excerpt` is false.
    """

    level: Level
    code: str
    message: str
    line: int = 0
    column: int = 0
    length: int = 1
    path: Path = ()
    label: str = ""
    help: str = ""
    file: str = ""
    text: str = ""
    excerpt: bool = True


class SpecError(LoadspecError):
    """A spec that cannot run. `diagnostics` holds the errors, and the warnings that stand beside them."""

    exit_code = ExitCode.INVALID_SPEC

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [found for found in self.diagnostics if found.level == "error"]
        first = errors[0] if errors else self.diagnostics[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(first.message + more, first.help)


def ordered(found: Iterable[Diagnostic], files: Sequence[str] = ()) -> list[Diagnostic]:
    """Without repetitions, in the order of the files and their lines, those with a place first."""
    unique = {(d.code, d.file, d.line, d.column, d.message): d for d in found}
    rank = {name: number for number, name in reversed(list(enumerate(files)))}
    return sorted(
        unique.values(),
        key=lambda d: (d.line == 0, rank.get(d.file, len(rank)), d.line, d.column, d.code, d.message),
    )


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` most likely meant, or None."""
    options = list(choices)
    folded = {option.lower().replace("-", "_"): option for option in options}
    wanted = word.lower().replace("-", "_")
    if len(word) > 80 or not options:
        return None
    if wanted in folded:
        return folded[wanted]
    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.76 if len(word) <= 5 else 0.66)
    return folded[near[0]] if near else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`did you mean `x`?`, or nothing."""
    near = closest(word, choices)
    return f"did you mean `{near}`?" if near else ""


def listed(names: Iterable[str], limit: int = 30) -> str:
    """`` `a`, `b`, `c` `` with an end."""
    shown = list(names)
    more = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(f"`{name}`" for name in shown[:limit]) + more


def brief(value: Any, limit: int = 60) -> str:
    """A value as a person would quote it, shortened."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
