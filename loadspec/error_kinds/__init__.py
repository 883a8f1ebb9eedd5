"""The kinds of errors: one closed table, a file for each theme, with k6's numeric codes beside them.

A request or step that failed has one kind, and one phase that says where. docs/errors.md is made of this table.
"""

from __future__ import annotations

from loadspec.error_kinds import answers, reaching, steps, tls
from loadspec.error_kinds.kind import K6_GENERIC, Kind

__all__ = ["KINDS", "THEMES", "Kind", "error_code", "way_out"]

THEMES = {
    "On the way to the server": reaching.KINDS,
    "TLS": tls.KINDS,
    "The answer": answers.KINDS,
    "Steps": steps.KINDS,
}

KINDS: dict[str, Kind] = {name: kind for theme in THEMES.values() for name, kind in theme.items()}
"""Kind → what it means, in the order in which a request can meet them."""


def error_code(kind: str, phase: str = "", status: int = 0) -> int:
    """k6's numeric code of an error; 1000 + status of an answer with a status from 400 on, whatever its kind; 0: none.

    The error of a request is asked for with its status, 0 where no answer came; `kind` is empty where there is none.
    """
    if status >= 400:
        return K6_GENERIC + status
    row = KINDS.get(kind)
    if row is None:
        return K6_GENERIC if kind else 0
    return row.codes.get(phase, next(iter(row.codes.values())))


def way_out(kind: str) -> str:
    """What to do about a kind of error; empty for one that there is not."""
    return KINDS[kind].way_out if kind in KINDS else ""
