"""What is wrong with a spec, where, and what to do about it.

Every kind of diagnostic has a stable code in `CODES`. Text in diagnostics may come from a hostile file; it is made
safe to print in `render`, in one place.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from loadspec.errors import ExitCode, LoadspecError

CODES: dict[str, str] = {
    "LS001": "the file cannot be read",
    "LS002": "the file is not UTF-8 text",
    "LS003": "YAML syntax",
    "LS004": "a key given twice",
    "LS005": "a YAML tag",
    "LS006": "a YAML merge key",
    "LS007": "more than one YAML document",
    "LS008": "the file is too large, too deep or too wide",
    "LS009": "an alias without an anchor, or inside its own anchor",
    "LS010": "a template that is not quoted",
    "LS011": "a key that is not plain text",
    "LS012": "an unknown key",
    "LS013": "a value of the wrong type",
    "LS014": "a missing key",
    "LS015": "a value that is not one of the choices",
    "LS016": "a value out of bounds",
    "LS017": "keys that exclude each other",
    "LS018": "a number that JSON cannot hold",
    "LS020": "an unknown endpoint",
    "LS021": "an unknown metric",
    "LS022": "an unknown pool",
    "LS023": "an undeclared environment variable",
    "LS024": "an unknown name in an expression",
    "LS025": "an unknown step",
    "LS026": "an expression that does not parse",
    "LS027": "a metric of the wrong kind",
    "LS028": "a threshold that cannot be judged",
    "LS029": "a malformed duration",
    "LS030": "malformed stages",
    "LS031": "a load shape beside another",
    "LS032": "a malformed path or URL",
    "LS034": "an illegal header",
    "LS035": "a name that shadows a reserved one",
    "LS036": "an unknown profile",
    "LS037": "a capture that cannot work",
    "LS038": "a malformed name",
    "LS039": "a name used before it has a value",
    "LS040": "vus alone over another load shape",
    "LS041": "an environment variable without a value",
    "LS042": "an override of something undeclared",
    "LS043": "a template where none is expanded",
    "LS044": "a file that cannot be used",
    "LS050": "an endpoint that no step uses",
    "LS051": "a pool that nothing draws from",
}

Level = Literal["error", "warning"]
Path = tuple[str | int, ...]

MAX_DIAGNOSTICS = 100
"""More than this helps nobody; the rest is counted, not shown."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `line` and `column` count from 1 (0: no place in a file); `length` is the caret's, in characters.

    `path` is where in the document, `label` stands beside the caret, `help` below it. `file` names the file, or the
    option or variable at fault; `text` is the source line.
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


class SpecError(LoadspecError):
    """A spec that cannot run. `diagnostics` holds the errors and, after them, the warnings found on the way."""

    exit_code = ExitCode.INVALID_SPEC

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [found for found in self.diagnostics if found.level == "error"]
        first = errors[0] if errors else self.diagnostics[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(first.message + more, first.help)


def ordered(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without repetitions, in the order of the file, errors with a place first."""
    unique = {(d.code, d.file, d.line, d.column, d.message): d for d in found}
    return sorted(unique.values(), key=lambda d: (d.line == 0, d.line, d.column, d.code, d.message))


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
