"""Diagnostics as text, in rustc's manner. What comes from a file is hostile: nothing in it reaches the terminal raw."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from loadspec.spec.diagnostics import MAX_DIAGNOSTICS, Diagnostic

_TAB = "    "
_WINDOW = 110


def render(found: Sequence[Diagnostic]) -> str:
    """All of them, a blank line between two; a long list ends with a count of the rest. Ends with a newline."""
    blocks = [render_one(each) for each in found[:MAX_DIAGNOSTICS]]
    if len(found) > MAX_DIAGNOSTICS:
        blocks.append(f"and {len(found) - MAX_DIAGNOSTICS} more\n")
    return "\n".join(blocks)


def render_one(found: Diagnostic) -> str:
    """One diagnostic: title, place, source line, caret with label, help."""
    gutter = " " * len(str(found.line or ""))
    lines = [f"{found.level}[{found.code}]: {printable(found.message)}"]
    if found.line:
        lines.append(f"{gutter}--> {printable(found.file)}:{found.line}:{found.column}")
        source, pad, carets = _excerpt(found)
        label = f" {printable(found.label)}" if found.label else ""
        lines += [f"{gutter} |", f"{found.line} | {source}", f"{gutter} | {' ' * pad}{'^' * carets}{label}"]
    else:
        if found.file:
            lines.append(f" --> {printable(found.file)}")
        if found.label:
            lines.append(f"  = {printable(found.label)}")
    if found.help:
        first, *rest = found.help.split("\n")
        lines.append(f"{gutter or ' '} = help: {printable(first)}")
        lines += [f"{gutter or ' '}         {printable(line)}" for line in rest]
    return "\n".join(lines) + "\n"


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
    if unicodedata.combining(char) or unicodedata.category(char) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _excerpt(found: Diagnostic) -> tuple[str, int, int]:
    """The source line cut to a window around the caret, the caret's indent and its width in columns."""
    text, start = found.text, found.column - 1
    stop = min(start + max(found.length, 1), max(len(text), start + 1))
    first = 0 if stop <= _WINDOW else max(0, start - _WINDOW // 3)
    last = min(len(text), first + _WINDOW)
    head = "…" if first else ""
    tail = "…" if last < len(text) else ""
    before = head + printable(text[first:start])
    under = printable(text[start : min(stop, last)])
    after = printable(text[min(stop, last) : last])
    return (before + under + after).rstrip() + tail, width(before), max(width(under), 1)
