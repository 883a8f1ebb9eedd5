"""A spec's text and where each value stands in it: positions are kept by nodes and looked up by path."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from loadspec.spec.diagnostics import Diagnostic, Level, Path

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml takes for the end of a line


class Node:
    """A YAML value with its place. `line` and `column` count from 0; `keys` and `children` hold what is below.

    `source` is the file that it stands in: a document may be made of several. `raw` is a scalar's text, `size` the
    nodes in it (long texts count as several), `height` the levels below it.
    """

    __slots__ = (
        "children",
        "column",
        "end_column",
        "end_line",
        "height",
        "keys",
        "line",
        "raw",
        "size",
        "source",
        "style",
        "value",
    )

    def __init__(
        self, source: Source, value: Any, line: int, column: int, end: tuple[int, int], style: str = "", raw: str = ""
    ) -> None:
        self.source = source
        self.value = value
        self.raw = raw
        self.line = line
        self.column = column
        self.end_line, self.end_column = end
        self.style = style
        self.keys: dict[str, Node] = {}
        self.children: dict[str, Node] | list[Node] | None = None
        self.size = 1
        self.height = 0

    def child(self, part: str | int) -> Node | None:
        """The value below a key or index."""
        if isinstance(self.children, dict):
            return self.children.get(part) if isinstance(part, str) else None
        if isinstance(self.children, list) and isinstance(part, int) and part < len(self.children):
            return self.children[part]
        return None


class Place(NamedTuple):
    """A stretch of one line of a file; `line` and `column` count from 0."""

    line: int
    column: int
    length: int
    source: Source


class Source:
    """One file: its name for people, its text, its nodes.

    `root` is the whole document: once files are joined, nodes of other files may stand in it. `own` is what this file
    alone says. To read on behind a mistake, `lost` lines were passed over, and `patched` places (line, column, length)
    written over; `cut` says that reading ended there.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines = _BREAK.split(text)
        self.starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self.root: Node | None = None
        self.own: Node | None = None
        self.lost: set[int] = set()
        self.cut = False
        self.patched: list[tuple[int, int, int]] = []

    def at(
        self,
        code: str,
        message: str,
        place: Place | tuple[int, int, int],
        label: str = "",
        help: str = "",
        path: Path = (),
        level: Level = "error",
    ) -> Diagnostic:
        """A diagnostic at a place, or at (line, column, length) of this file."""
        home = place.source if isinstance(place, Place) else self
        line, column, length = place[:3]
        text = home.lines[line] if line < len(home.lines) else ""
        return Diagnostic(
            level, code, message, line + 1, column + 1, max(length, 1), path, label, help, home.name, text
        )

    def key(self, path: Path) -> Place:
        """Where the key of `path` stands; a list item's is its first token."""
        parent = self.node(path[:-1])
        if parent and path and isinstance(path[-1], str) and path[-1] in parent.keys:
            return self.span(parent.keys[path[-1]])
        node = self.node(path)
        while node and isinstance(node.children, dict) and node.keys:
            return self.span(next(iter(node.keys.values())))
        return self.span(node) if node else self.value(path)

    def value(self, path: Path) -> Place:
        """Where the value of `path` stands, or the nearest above it that is there; a key where the value is empty."""
        node, depth = self.root, 0
        while node and depth < len(path):
            below = node.child(path[depth])
            if below is None:
                return self.key(path[:depth]) if depth else self.span(node)
            node, depth = below, depth + 1
        if node is None:
            return Place(0, 0, 1, self)
        empty = (node.line, node.column) == (node.end_line, node.end_column)
        return self.key(path) if empty and path else self.span(node)

    def inside(self, path: Path, offset: int, length: int) -> Place:
        """Where characters `offset`.. of the text at `path` stand; the whole value where that cannot be told."""
        node = self.node(path)
        if node is None or not isinstance(node.value, str) or self._locate(node, offset) is None:
            return self.value(path)
        return self.within(node, offset, length)

    def within(self, node: Node, offset: int, length: int) -> Place:
        """Where characters `offset`.. of a node's text stand; the whole value where that cannot be told."""
        place = self._locate(node, offset)
        if place is None:
            return self.span(node)
        line, column = place
        return Place(line, column, max(1, min(length, len(node.source.lines[line]) - column)), node.source)

    def comment_after(self, path: Path) -> bool:
        """Does a comment cut off the plain scalar at `path`?"""
        node = self.node(path)
        if node is None or node.style or node.end_line >= len(node.source.lines):
            return False
        return node.source.lines[node.end_line][node.end_column :].lstrip().startswith("#")

    def comma_after(self, path: Path) -> bool:
        """Does a comma cut off the plain scalar at `path`, in which a bracket is open?"""
        node = self.node(path)
        if node is None or node.style or not isinstance(node.value, str) or node.end_line >= len(node.source.lines):
            return False
        opened = sum(node.value.count(char) for char in "([{") - sum(node.value.count(char) for char in ")]}")
        return opened > 0 and node.source.lines[node.end_line][node.end_column :].lstrip().startswith(",")

    def span(self, node: Node) -> Place:
        """Place and length of a node's first line."""
        lines = node.source.lines
        if node.line >= len(lines):
            return Place(max(len(lines) - 1, 0), 0, 1, node.source)
        end = node.end_column if node.end_line == node.line else len(lines[node.line].rstrip())
        if node.children is not None and node.style != "flow":
            end = len(lines[node.line].rstrip())
        return Place(node.line, node.column, max(1, end - node.column), node.source)

    def node(self, path: Path) -> Node | None:
        """What stands at a path, None if nothing does."""
        node = self.root
        for part in path:
            node = node.child(part) if node else None
        return node

    def _locate(self, node: Node, offset: int) -> tuple[int, int] | None:
        if node.line != node.end_line or node.style in ("|", ">"):
            return _joined(node, offset)
        if not node.style:
            return node.line, node.column + offset
        raw = node.source.lines[node.line][node.column + 1 : node.end_column - 1]
        if len(raw) > _LONG:
            return None
        shift = 0  # what the escapes so far are longer than the characters they stand for
        for escape in re.finditer(_ESCAPES[node.style], raw):
            if escape.start() - shift >= offset:
                break
            shift += len(escape.group()) - 1
        return node.line, node.column + 1 + offset + shift


def _joined(node: Node, offset: int) -> tuple[int, int] | None:
    """The place in a text of several lines: YAML indents and joins them with blanks, so other characters are counted.

    None where escapes stand for other characters than they are.
    """
    lines = node.source.lines
    line, column = (node.line + 1, 0) if node.style in ("|", ">") else (node.line, node.column + bool(node.style))
    left = sum(not char.isspace() for char in node.value[:offset])
    while line <= min(node.end_line, len(lines) - 1):
        text = lines[line]
        if (node.style == '"' and "\\" in text) or (node.style == "'" and "''" in text):
            return None
        marks = [at for at in range(column, len(text)) if not text[at].isspace()]
        if left < len(marks):
            return line, marks[left]
        left -= len(marks)
        line, column = line + 1, 0
    return None


_LONG = 10_000  # in a longer line, a caret under the whole value will do
_ESCAPES: dict[str, str] = {
    "'": r"''",
    '"': r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)",
}
"""What stands for one character in each kind of quotes."""
