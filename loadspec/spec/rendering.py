"""Diagnostics as text, in rustc's manner. What comes from a file is hostile: nothing in it reaches the terminal raw."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from loadspec.spec.diagnostics import MAX_DIAGNOSTICS, Diagnostic

_TAB = "    "
_WINDOW = 110
"""Columns of a source line that are shown; a longer one is cut around its caret."""

Paint = Callable[[str, str], str]
"""(text, style) → text; styles are the keys of `_STYLES`."""

_STYLES = {"error": "1;31", "warning": "1;33", "message": "1", "frame": "1;34", "help": "1;36"}


def render(found: Sequence[Diagnostic], colour: bool = False) -> str:
    """All of them, a blank line between two; a long list ends with a count of the rest. Ends with a newline."""
    blocks = [render_one(each, colour) for each in found[:MAX_DIAGNOSTICS]]
    if len(found) > MAX_DIAGNOSTICS:
        blocks.append(f"and {len(found) - MAX_DIAGNOSTICS} more\n")
    return "\n".join(blocks)


def closing(found: Sequence[Diagnostic]) -> str:
    """The line that ends an output: how many there were, and where to read on. Ends with a newline."""
    codes = sorted({each.code for each in found})
    shown = " ".join(codes[:_POINTERS])
    return f"{counted(found)}; for more: loadspec explain {shown}\n" if codes else ""


_POINTERS = 5


def counted(found: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    parts = []
    for level in ("error", "warning"):
        count = sum(each.level == level for each in found)
        if count:
            parts.append(f"{count} {level}{'' if count == 1 else 's'}")
    return ", ".join(parts)


def render_one(found: Diagnostic, colour: bool = False) -> str:
    """One diagnostic: title, place, source line, caret with label, help."""
    paint: Paint = _painted if colour else _plain
    gutter = " " * len(str(found.line or ""))
    title = f"{found.level}[{found.code}]"
    lines = [f"{paint(title, found.level)}{paint(f': {printable(found.message)}', 'message')}"]
    lines += _place(found, gutter, paint) if found.line else _nowhere(found, paint)
    if found.help:
        first, *rest = found.help.split("\n")
        lines.append(f"{gutter or ' '} {paint('=', 'frame')} {paint('help', 'help')}: {printable(first)}")
        lines += [f"{gutter or ' '}         {printable(line)}" for line in rest]
    return "\n".join(lines) + "\n"


def _place(found: Diagnostic, gutter: str, paint: Paint) -> list[str]:
    if not found.excerpt:
        return [f"{gutter}{paint('-->', 'frame')} {printable(found.file)}:{found.line}"]
    source, pad, carets = _excerpt(found)
    label = f" {printable(found.label)}" if found.label else ""
    bar = paint("|", "frame")
    return [
        f"{gutter}{paint('-->', 'frame')} {printable(found.file)}:{found.line}:{found.column}",
        f"{gutter} {bar}",
        f"{paint(str(found.line), 'frame')} {bar} {source}",
        f"{gutter} {bar} {' ' * pad}{paint('^' * carets + label, found.level)}",
    ]


def _nowhere(found: Diagnostic, paint: Paint) -> list[str]:
    """A finding without a place in a file: the option or variable at fault."""
    lines = [f" {paint('-->', 'frame')} {printable(found.file)}"] if found.file else []
    return [*lines, f"  {paint('=', 'frame')} {printable(found.label)}"] if found.label else lines


def _plain(text: str, _: str) -> str:
    return text


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def printable(text: str) -> str:
    """Text that cannot steer a terminal: controls become pictures, direction marks and the unassigned a box."""
    return text if text.isascii() and text.isprintable() else "".join(map(_safe, text))


def _safe(char: str) -> str:
    if char == "\t":
        return _TAB
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return char if char.isprintable() else "�"


def width(text: str) -> int:
    """Columns that printable text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":
        return 0  # the last are Hangul's medial and final letters, drawn into the one before
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _excerpt(found: Diagnostic) -> tuple[str, int, int]:
    """The source line cut to a window around the caret, the caret's indent and its width in columns."""
    text, start = found.text, min(found.column - 1, len(found.text))
    stop = min(start + max(found.length, 1), max(len(text), start + 1))
    first = _first_shown(text, start, stop)
    last = _fitting(text, first)
    head = "…" if first else ""
    tail = "…" if last < len(text) else ""
    before = head + printable(text[first:start])
    under = printable(text[start : min(stop, last)])
    after = printable(text[min(stop, last) : last])
    return (before + under + after).rstrip() + tail, width(before), max(width(under), 1)


def _first_shown(text: str, start: int, stop: int) -> int:
    """The first character shown: the line's if the caret's end is then in the window, else a third before the caret."""
    if _fitting(text, 0) >= min(stop, len(text)):
        return 0
    first, columns = start, 0
    while first > 0 and columns < _WINDOW // 3:
        first -= 1
        columns += width(printable(text[first]))
    while first < start and width(text[first]) == 0:
        first += 1  # a mark without the letter that bears it
    return first


def _fitting(text: str, first: int) -> int:
    """Where the window that begins at `first` ends."""
    columns, last = 0, first
    while last < len(text):
        columns += width(printable(text[last]))
        if columns > _WINDOW:
            break
        last += 1
    return last
