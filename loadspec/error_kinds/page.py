"""Kinds of errors for people who have met one."""

from __future__ import annotations

import textwrap

from loadspec.error_kinds import KINDS
from loadspec.error_kinds.kind import K6_GENERIC, Kind

_STATUSES = range(K6_GENERIC + 400, K6_GENERIC + 600)


def explained(text: str, width: int) -> str:
    """The kinds with a name, as it is or with blanks, or with a number of k6's; empty where there are none."""
    name = text.lower().replace(" ", "_")
    number = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    if name in KINDS:
        names = [name]
    elif number in _STATUSES:
        names = ["status"]
    else:
        names = [each for each, kind in KINDS.items() if number and number in kind.codes.values()]
    return "\n".join(_explained(each, KINDS[each], width) for each in names)


def _explained(name: str, kind: Kind, width: int) -> str:
    phases = ", ".join(f"{phase} {code}" if code else phase for phase, code in kind.codes.items() if phase)
    parts = [textwrap.fill(text, width - 4) for text in (kind.meaning, kind.way_out)]
    where = textwrap.fill(f"Phases, with k6's numbers: {phases}", width - 4) if phases else ""
    return f"{name}\n\n" + textwrap.indent("\n".join([*parts, where]).rstrip(), "    ") + "\n"
