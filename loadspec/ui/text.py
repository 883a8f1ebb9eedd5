"""Text for terminals: colour that can be off, hostile text made harmless, widths as a terminal counts them.

Two kinds of text meet here. Ours may hold SGR colour sequences and nothing else that moves a cursor; whatever came
from a spec or a server goes through `clean` first, which leaves printable characters only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import IO
from unicodedata import category, combining, east_asian_width

SGR = re.compile(r"\x1b\[[0-9;]*m")
_RESET = "\x1b[0m"
_STYLES = {"good": "32", "bad": "31", "warn": "33", "head": "36", "dim": "2", "strong": "1"}

# ECMA-48: CSI sequences, strings (OSC, DCS, SOS, PM, APC) up to their terminator, then two-character escapes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
_JOINERS = "\u200c\u200d"
_BREAKS = "\t\n\r\v\f\x85\u2028\u2029"

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = str.maketrans("✓✗↳█▇▆▅▄▃▂▁…—–·µ×→\u00a0\u2009\u202f", "+x>#*+=-:._~---ux>   ")


class Style:
    """Paints text by meaning (`good bad warn head dim strong`), or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, *names: str) -> str:
        """`text` in the named styles; unchanged without colour or without text."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_STYLES[name] for name in names)}m{text}{_RESET}"


def wants_colour(stream: IO[str], env: Mapping[str, str], choice: str = "auto") -> bool:
    """Whether to colour: `always`, `never`, or by NO_COLOR, FORCE_COLOR, TERM=dumb and whether this is a terminal.

    NO_COLOR wins over FORCE_COLOR, as in Python's own interpreter.
    """
    if choice in ("always", "never"):
        return choice == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and env.get("TERM") != "dumb"


def is_terminal(stream: IO[str]) -> bool:
    """Whether a person may be looking at the stream; a closed one is no terminal."""
    try:
        return stream.isatty()
    except (ValueError, OSError):
        return False


def speaks_unicode(stream: IO[str]) -> bool:
    """Whether the stream's encoding has our signs; one without an encoding (a StringIO) takes any."""
    encoding = getattr(stream, "encoding", None)
    return encoding is None or encoding.lower().replace("-", "").replace("_", "").startswith("utf")


def clean(text: str) -> str:
    """Hostile text on one line: no escape sequences, control, bidi or other invisible characters; breaks are spaces."""
    plain = _ESCAPES.sub("", text)
    return "".join(map(_clean_char, plain)).strip()


def _clean_char(char: str) -> str:
    if char in _BREAKS:
        return " "
    kind = category(char)
    if kind == "Cs":
        return "\ufffd"
    return "" if kind == "Cc" or (kind == "Cf" and char not in _JOINERS) else char


def char_width(char: str) -> int:
    """Columns of one character: 0 for combining and invisible ones, 2 for East Asian wide ones, else 1."""
    if char < "\x7f":
        return 1
    if combining(char) or category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def width_of(text: str) -> int:
    """Columns that `text` takes; colour takes none."""
    plain = SGR.sub("", text)
    return len(plain) if plain.isascii() else sum(map(char_width, plain))


def truncate(text: str, width: int) -> str:
    """`text` in at most `width` columns, an ellipsis where something was cut; colour is closed behind a cut."""
    if width_of(text) <= width:
        return text
    room, kept, painted = width - 1, [], False
    for part in re.split(f"({SGR.pattern})", text):
        if SGR.fullmatch(part):
            painted = True
            kept.append(part)
            continue
        for char in part:
            room -= char_width(char)
            if room < 0:
                return "".join(kept) + ("…" if width > 0 else "") + (_RESET if painted else "")
            kept.append(char)
    return "".join(kept)


def pad(text: str, width: int, right: bool = False) -> str:
    """`text` filled with spaces up to `width` columns, on its left if `right`-aligned."""
    space = " " * (width - width_of(text))
    return space + text if right else text + space


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = (), gap: str = "  ") -> list[str]:
    """Rows as lines with aligned columns; the columns numbered in `right` are right-aligned."""
    columns = max(map(len, rows), default=0)
    widths = [max((width_of(row[i]) for row in rows if i < len(row)), default=0) for i in range(columns)]
    return [gap.join(pad(cell, widths[i], i in right) for i, cell in enumerate(row)).rstrip() for row in rows]


def narrowed(rows: Sequence[Sequence[str]], width: int, spare: Sequence[int]) -> list[list[str]]:
    """Rows of a table that fits `width`: columns in `spare` are left out for it, the first of them first."""
    left = list(range(max(map(len, rows), default=0)))
    for column in [None, *spare]:
        left = [i for i in left if i != column]
        found = [[row[i] for i in left if i < len(row)] for row in rows]
        if max(map(width_of, table(found)), default=0) <= width:
            break
    return found


def sparkline(values: Sequence[float | None], width: int) -> str:
    """The last `width` values as blocks between zero and their maximum; a missing value is a gap."""
    shown = values[-width:] if width > 0 else ()
    top = max((value for value in shown if value is not None), default=0.0)
    return "".join(" " if value is None else _block(value / top if top > 0 else 0.0) for value in shown)


def _block(share: float) -> str:
    return _BLOCKS[min(len(_BLOCKS) - 1, max(0, int(share * len(_BLOCKS))))]


def bar(share: float, width: int) -> str:
    """k6's progress bar in `width` columns with its brackets: `[=====>-----]`, full: `[===========]`."""
    inside = max(1, width - 2)
    done = min(inside, max(0, int(share * inside)))
    if done == inside:
        return f"[{'=' * inside}]"
    return f"[{'=' * (done - 1)}{'>' * min(done, 1)}{'-' * (inside - done)}]"


def plain_signs(text: str) -> str:
    """Our signs by ASCII ones of the same width; any other character as it is."""
    return text.translate(_ASCII)


def to_ascii(text: str) -> str:
    """Our signs by ASCII ones of the same width; any other character by question marks."""
    translated = plain_signs(text)
    if translated.isascii():
        return translated
    return "".join(char if char.isascii() else "?" * char_width(char) for char in translated)
