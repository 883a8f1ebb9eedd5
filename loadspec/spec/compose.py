"""YAML text → plain data and nodes with positions.

Reads libyaml's events (PyYAML's own where the C parser is missing) and builds the values itself, so that YAML 1.2's
rules hold, duplicates are seen, and the caps count while composing: what an alias brings in counts each time.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from loadspec.spec.diagnostics import Diagnostic, brief
from loadspec.spec.scalars import NumberError, scalar
from loadspec.spec.source import Node, Source
from loadspec.spec.traps import MISPLACED, NO_QUOTE, Patch, explain, template_patch

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 100_000
_WEIGHT = 64  # so many characters of a text count as another node: an alias can repeat it
_ROUNDS = 10
_PROPERTIES = r"([&!][^ ]*\s*){0,2}"  # an anchor, a tag
_SLOW_BYTES = 1 << 16  # PyYAML's own parser reads about 100 kB/s, libyaml a hundred times as much
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def max_bytes() -> int:
    """How large a file may be, and all files of a spec together: 1 MiB, or 64 KiB where libyaml is missing."""
    return _SLOW_BYTES if _Loader is yaml.SafeLoader else MAX_BYTES


class _StopError(Exception):
    """Nothing after this diagnostic can be trusted."""

    def __init__(self, found: Diagnostic, patch: Patch | None = None, through: int = 0) -> None:
        super().__init__(found.message)
        self.found = found
        self.patch = patch
        self.through = through
        """The line that the parser had come to: what stands before it belongs to the mistake."""


def compose(source: Source, nodes: int = MAX_NODES) -> tuple[bool, list[Diagnostic]]:
    """Fill `source.root`. Returns whether the document is whole (no syntax error), and what was found.

    Behind a syntax error it reads on with the mistake written over, or without the lines that it spoils: `source.lost`.
    That is done a bounded number of times, and for a bounded number of characters. `nodes` is how many there may be.
    """
    text, found = source.text, []
    reread = 10 * _SLOW_BYTES if max_bytes() == MAX_BYTES else _SLOW_BYTES // 4
    for _ in range(_ROUNDS):
        composer = _Composer(source, text, nodes)
        try:
            composer.run()
        except _StopError as stop:
            found += composer.found
            line = stop.found.line - 1
            patched = line in {each[0] for each in source.patched}
            follows = (patched and stop.patch is None) or (
                stop.found.message in MISPLACED and _is_behind_lost(source, line)
            )
            if line not in source.lost and not follows:  # else it is only a consequence
                found.append(stop.found)
            reread -= len(text)
            if stop.found.code not in _MENDABLE or line in source.lost or reread < 0:
                source.cut = True
                return False, found
            text = _mended(text, source, stop)
        else:
            return not (source.lost or source.patched), found + composer.found
    source.root = source.own = None
    return False, found


_MENDABLE = ("LS003", "LS010")


def _is_behind_lost(source: Source, line: int) -> bool:
    """Does a line follow one that was lost? Then the two stand in differently, and one of them is wrong."""
    above = next((number for number in range(line - 1, -1, -1) if source.lines[number].strip()), -1)
    return above in source.lost


def _mended(text: str, source: Source, stop: _StopError) -> str:
    """The text with the mistake written over, or without its line and what is indented below it."""
    patch = stop.patch
    if patch is not None and (patch.line, patch.column) not in [each[:2] for each in source.patched]:
        source.patched.append((patch.line, patch.column, len(patch.filler)))
        return patch.apply(text, source)
    first = stop.found.line - 1
    indent = _indent_of(source, first)
    last = _brackets_end(source, first, indent, stop.through)
    while last + 1 < len(source.lines) and (
        indentation(source.lines[last + 1]) > indent or not source.lines[last + 1].strip()
    ):
        last += 1
    source.lost.update(range(first, last + 1))
    for number in range(first, last + 1):
        text = Patch(number, 0, " " * len(source.lines[number])).apply(text, source)
    return text


def _indent_of(source: Source, line: int) -> int:
    """How far a line stands in; one with a tab as far as the lines below it show, which belong to it."""
    text = source.lines[line]
    if "\t" not in text[: len(text) - len(text.lstrip())]:
        return indentation(text)
    below = next((each for each in source.lines[line + 1 :] if each.strip()), "")
    opens = text.split(" #")[0].rstrip().endswith(":") or (text.lstrip()[:2] == "- " and below.lstrip()[:2] != "- ")
    return max(indentation(below) - 1, 0) if opens and below else indentation(text)


def _brackets_end(source: Source, first: int, indent: int, through: int) -> int:
    """The last line of brackets that were given up in line `through`, which may be a key that has no part in them."""
    if not first < through < len(source.lines):
        return first
    line = source.lines[through]
    return through if indentation(line) > indent or "]" in line or "}" in line else through - 1


def _reached(error: yaml.MarkedYAMLError) -> int:
    """Where a collection in brackets was given up; at the end of the file nothing else is to be blamed."""
    mark = error.problem_mark
    return mark.line if mark and "flow" in (error.context or "") and "stream end" not in (error.problem or "") else 0


def indentation(line: str) -> int:
    """How far a line stands in; a tab goes to the next eighth column."""
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank.expandtabs())


def _place(event: Event) -> tuple[int, int, int, int]:
    """First line and column, last line and column."""
    start, end = event.start_mark, event.end_mark
    assert start is not None
    assert end is not None
    return start.line, start.column, end.line, end.column


class _Frame:
    """A collection that is being read; `key` waits for its value."""

    __slots__ = ("anchor", "key", "key_node", "node", "skip")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: str | None = None
        self.key_node: Node | None = None
        self.skip = False


class _Composer:
    """One pass over the events of one text."""

    def __init__(self, source: Source, text: str, limit: int) -> None:
        self.source = source
        self.text = text
        self.limit = limit
        self.found: list[Diagnostic] = []
        self.anchors: dict[str, Node | None] = {}
        self.stack: list[_Frame] = []
        self.nodes = 0
        self.documents = 0

    def run(self) -> None:
        self.source.root = self.source.own = None
        try:
            for event in yaml.parse(self.text, Loader=_Loader):
                self.take(event)
        except yaml.MarkedYAMLError as error:
            found, patch = explain(error, self.source)
            raise _StopError(found, patch, 0 if found.message == NO_QUOTE else _reached(error)) from None
        except yaml.YAMLError as error:  # the reader's: a character that YAML does not allow
            raise _StopError(self.source.at("LS003", f"this is not YAML: {error}", (0, 0, 1))) from None

    def take(self, event: Event) -> None:
        if isinstance(event, ScalarEvent):
            self.check_node(event)
            node = self.scalar(event)
            self.attach(node, event.anchor, node.size)
        elif isinstance(event, AliasEvent):
            node = self.alias(event)
            self.attach(node, None, node.size)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close(event)
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _StopError(
                    self.at(
                        "LS007",
                        "a spec is one YAML document, and here a second begins",
                        event,
                        help="remove the `---`, or make two files of it",
                    )
                )

    def at(self, code: str, message: str, event: Event, length: int = 0, **more: Any) -> Diagnostic:
        line, column, end_line, end_column = _place(event)
        if not length:
            length = end_column - column if end_line == line else 1
        return self.source.at(code, message, (line, column, length), **more)

    def check_node(self, event: NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            line, column, _, _ = _place(event)
            text = self.source.lines[line][column:]
            start = max(text.find("!"), 0)
            self.found.append(
                self.source.at(
                    "LS005",
                    "YAML tags are not allowed in a spec",
                    (line, column + start, len(text[start:].split(" ")[0])),
                    help="remove the tag; a text that begins with `!` needs quotes",
                )
            )
        if event.anchor is not None:
            self.anchors[event.anchor] = None

    def scalar(self, event: ScalarEvent) -> Node:
        line, column, end_line, end_column = _place(event)
        style = event.style or ""
        text = event.value
        if style in ("'", '"', "|", ">"):
            value: Any = text
        else:
            style = ""
            value = self.plain(text, event)
        node = Node(self.source, value, line, column, (end_line, end_column), style, text)
        self._skip_properties(node, event)
        node.size += len(text) // _WEIGHT
        return node

    def _skip_properties(self, node: Node, event: ScalarEvent) -> None:
        """libyaml's mark of an anchored or tagged scalar is its anchor's; carets want the text."""
        if event.anchor is None and event.tag is None:
            return
        found = re.compile(_PROPERTIES).match(self.source.lines[node.line], node.column)
        node.column = found.end() if found else node.column

    def plain(self, text: str, event: ScalarEvent) -> Any:
        try:
            return scalar(text)
        except NumberError as error:
            help = "if it is text, put it in quotes"
            self.found.append(self.at("LS018", f"`{text[:40]}` {error}", event, help=help))
            return 0

    def alias(self, event: AliasEvent) -> Node:
        name = event.anchor
        node = self.anchors.get(name or "")
        if node is not None:
            if len(self.stack) + node.height > MAX_DEPTH:
                raise self.too_deep(event)
            return node
        line, column, end_line, end_column = _place(event)
        if name in self.anchors:
            message = f"the alias `*{name}` stands inside its own anchor"
            help = "a value cannot contain itself"
        else:
            message = f"`*{name}` is a YAML alias, and no anchor `&{name}` comes before it"
            help = "if it is text, put it in quotes"
        self.found.append(self.at("LS009", message, event, help=help))
        return Node(self.source, None, line, column, (end_line, end_column))

    def open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        self.check_node(event)
        line, column, end_line, end_column = _place(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self.too_deep(event)
        is_map = isinstance(event, MappingStartEvent)
        if is_map and event.flow_style and self.source.lines[line].startswith("{{", column):
            raise _StopError(*template_patch(self.source, line, column))
        style = "flow" if event.flow_style else ""
        node = Node(self.source, {} if is_map else [], line, column, (end_line, end_column), style)
        node.children = {} if is_map else []
        self.stack.append(_Frame(node, event.anchor))

    def too_deep(self, event: Event) -> _StopError:
        return _StopError(self.at("LS008", f"this is nested more than {MAX_DEPTH} levels deep", event, length=1))

    def close(self, event: Event) -> None:
        frame = self.stack.pop()
        if frame.node.style:
            _, _, frame.node.end_line, frame.node.end_column = _place(event)
        self.attach(frame.node, frame.anchor, 1)

    def attach(self, node: Node, anchor: str | None, count: int) -> None:
        """Put a finished node where it belongs; `count` is what it adds to the nodes of the file."""
        if anchor is not None:
            self.anchors[anchor] = node
        self.nodes += count
        if self.nodes > self.limit:
            place = (node.line, node.column, 1)
            what = "this file holds" if self.limit == MAX_NODES else "the files of this spec together hold"
            raise _StopError(self.source.at("LS008", f"{what} more than {MAX_NODES} values", place))
        if not self.stack:
            self.source.root = self.source.own = node
            return
        frame = self.stack[-1]
        frame.node.size += node.size
        frame.node.height = max(frame.node.height, node.height + 1)
        if isinstance(frame.node.children, list):
            frame.node.children.append(node)
            frame.node.value.append(node.value)
        elif frame.key is None:
            self.take_key(frame, node)
        else:
            self.take_value(frame, node)

    def take_key(self, frame: _Frame, node: Node) -> None:
        frame.key_node, frame.skip = node, True
        if node.children is not None:
            frame.key = "?"
            self.found.append(self.source.at("LS011", "a key must be plain text", self.source.span(node)))
            return
        frame.key = node.raw
        if node.raw == "<<" and not node.style:
            self.found.append(
                self.source.at(
                    "LS006",
                    "YAML merge keys are not allowed in a spec",
                    self.source.span(node),
                    help="write the keys out; steps already merge over their endpoint, profiles over the file",
                )
            )
        elif node.raw in frame.node.keys:
            first = frame.node.keys[node.raw]
            self.found.append(
                self.source.at(
                    "LS004",
                    f"`{brief(node.raw)}` is given twice",
                    self.source.span(node),
                    label=f"first given in line {first.line + 1}",
                    help="remove one of the two: YAML would silently drop the first",
                )
            )
        else:
            frame.skip = False

    def take_value(self, frame: _Frame, node: Node) -> None:
        key, key_node = frame.key, frame.key_node
        frame.key = None
        if frame.skip or key is None or key_node is None or not isinstance(frame.node.children, dict):
            return
        frame.node.keys[key] = key_node
        frame.node.children[key] = node
        frame.node.value[key] = node.value
