"""YAML's classic traps: what the parser says, said so that one can mend it."""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml
from msgspec import Struct

from loadspec.spec.diagnostics import Diagnostic, brief
from loadspec.spec.source import Source

_TEMPLATE = r"\{\{.*?\}\}"
_TIGHT_DASH = r"\s*(-)(\w[^:]*:)(?:\s|$)"
_BARE = r"([A-Za-z_][\w-]*)(?: +((?:[^:#]|:(?!\s))*[^:#\s]))?\s*(?:#.*)?$"
_OPENS = r"[^#]*:\s*(?:#.*)?$"
_VALUE = r"[^,\]}#]*"
_OPENING = r"(?:^|[\s\[{(,:])(['\"])$"
_NO_KEY = "a key cannot stand here: the line above has not ended its value"
_NO_ITEM = "a list item cannot stand among keys"
_NO_NEIGHBOUR = "this line is not indented as its neighbours are"
_IN_LIST = "here a list goes on, and this is not an item of it"
NO_QUOTE = "this quote is never closed"
MISPLACED = (_NO_KEY, _NO_ITEM, _NO_NEIGHBOUR, _IN_LIST)
"""What is said of a line that stands in differently than those above it."""


class Patch(Struct, frozen=True):
    """Characters to write over before reading on, so that one pass finds the file's next mistake too."""

    line: int
    column: int
    filler: str

    def apply(self, text: str, source: Source) -> str:
        """The text with the filler in place; `text` has the lines and lengths of the source."""
        start = source.starts[self.line] + self.column
        return text[:start] + self.filler + text[start + len(self.filler) :]


class Trouble(Struct, frozen=True):
    """What the parser stumbled over: its words, the place, and where the construct began."""

    problem: str
    context: str
    line: int
    column: int
    begin: tuple[int, int]
    text: str

    @property
    def char(self) -> str:
        """The character at the place, or nothing at the end of a line."""
        return self.text[self.column : self.column + 1]

    @property
    def word(self) -> str:
        """The value that begins at the place, for quoting."""
        return re.compile(_VALUE).match(self.text, self.column).group().strip()  # type: ignore[union-attr]


Explained = tuple[Diagnostic, Patch | None]


def template_patch(source: Source, line: int, column: int) -> Explained:
    """`key: {{ x }}`: YAML reads two mappings; the user means a template."""
    text = source.lines[line]
    found = re.compile(_TEMPLATE).match(text, column)
    end = found.end() if found else len(text)
    tail = re.compile(_VALUE).match(text, end).group().rstrip() if found else ""  # type: ignore[union-attr]
    whole = text[column:end] + tail
    diagnostic = source.at(
        "LS010",
        "a value that begins with `{{` needs quotes",
        (line, column, len(whole)),
        label="YAML takes a brace for the start of a mapping",
        help=f'write "{brief(whole)}"',
    )
    return diagnostic, Patch(line, column, "x" * len(whole))


def explain(error: yaml.MarkedYAMLError, source: Source) -> Explained:
    """A parser's error → a diagnostic, and where possible a patch to read on with."""
    mark = error.problem_mark or error.context_mark
    line = min(mark.line, len(source.lines) - 1) if mark else 0
    column = mark.column if mark and mark.line == line else len(source.lines[line])
    begin = (error.context_mark.line, error.context_mark.column) if error.context_mark else (line, column)
    trouble = Trouble(error.problem or "", error.context or "", line, column, begin, source.lines[line])
    for problem, context, told in _TRAPS:
        if problem in trouble.problem and context in trouble.context:
            explained = told(source, trouble)
            if explained:
                return explained
    return source.at("LS003", f"YAML cannot read on here: {trouble.problem}", (line, column, 1)), None


def _cannot_start(source: Source, t: Trouble) -> Explained | None:
    patch = Patch(t.line, t.column, "x")
    if t.char == "\t" or "\t" in t.text[: len(t.text) - len(t.text.lstrip())]:
        column = t.text.find("\t")
        place = (t.line, column, 1)
        spaces = Patch(t.line, column, " ") if t.text[:column].strip() else None
        return source.at(
            "LS003", "a tab cannot indent YAML", place, "a tab", help="indent with spaces, two a level"
        ), spaces
    if t.char in "><|=":
        return _comparison(source, t, t.column)
    if t.char and t.char in "@`%":
        message = f"an unquoted value cannot begin with `{t.char}` in YAML"
        return source.at("LS003", message, (t.line, t.column, len(t.word)), help=f'write "{brief(t.word)}"'), patch
    return None


def _comparison(source: Source, t: Trouble, column: int) -> Explained:
    word = t.text[column:].split(" #")[0].rstrip("}] ")
    what = {">": "a folded block of text", "|": "a block of text"}.get(t.text[column : column + 1], "nothing it knows")
    return source.at(
        "LS003",
        f"a value that begins with `{t.text[column : column + 1]}` is not a comparison to YAML",
        (t.line, column, len(word)),
        f"YAML takes this for {what}",
        help=f"say what is compared, for example `rate {brief(word)}`",
    ), Patch(t.line, column, "x")


def _block_header(source: Source, t: Trouble) -> Explained:
    line, column = t.begin
    return _comparison(source, Trouble(t.problem, t.context, line, column, t.begin, source.lines[line]), column)


def _alias(source: Source, t: Trouble) -> Explained:
    line, column = t.begin
    word = source.lines[line][column] + re.compile(_VALUE).match(source.lines[line], column + 1).group().rstrip()  # type: ignore[union-attr]
    return source.at(
        "LS003",
        "an unquoted value cannot begin with `*` or `&` in YAML: they mark aliases and anchors",
        (line, column, len(word)),
        help=f'write "{brief(word)}"',
    ), Patch(line, column, "x")


def _second_colon(source: Source, t: Trouble) -> Explained:
    before = t.text[: t.column]
    if re.match(r"^\s*(- +)?[^\s:]+:[^\s:]", before) or ":" not in before:
        return _missing_space(source, t)
    return source.at(
        "LS003",
        "an unquoted value cannot hold a colon and a space",
        (t.line, t.column, 1),
        "YAML takes this for a second key",
        help=_colon_help(t),
    ), None


def _colon_help(t: Trouble) -> str:
    """A selector with a blank in it, a colon too many at the end, or a text that needs quotes."""
    key, _, value = t.text.partition(": ")
    value = value.split(" #")[0].strip()
    if re.fullmatch(r"\s*\w+\{[^}]*", key) and "}" in value:
        return f"a selector holds no blank: write `{brief(key.strip())}:{brief(value)}`"
    if not t.text[t.column + 1 :].split(" #")[0].strip():
        return "remove this colon"
    return f"put the value in quotes: '{brief(value)}'" if len(key) + 2 <= t.column else "put the value in quotes"


def _bare_key(source: Source, t: Trouble) -> Explained | None:
    """`could not find expected ':'`: a word alone, or with a text behind it, where a key has to stand."""
    line, column = t.begin
    text = source.lines[line]
    found = re.compile(_BARE).match(text, column)
    if found is None or text[:column].strip(" -"):
        return None
    return _colon_after(source, line, found)


def _missing_colon(source: Source, line: int, below: int) -> Explained | None:
    """A word alone above deeper lines, or a word and a text as the first line of a value: a key without its colon."""
    text = source.lines[line]
    found = re.compile(_BARE).match(text, len(text) - len(text.lstrip("- ")))
    if found is None or line == below:
        return None
    lone = not found[2] and _column(text) < _column(source.lines[below])
    above = next((each for each in reversed(source.lines[:line]) if each.strip() and each.lstrip()[0] != "#"), "")
    first = not above or text.lstrip().startswith("- ")
    first = first or (re.match(_OPENS, above) is not None and _column(above) < _column(text))
    return _colon_after(source, line, found) if lone or first else None


def _blank_after_dash(source: Source, line: int, dash: re.Match[str]) -> Explained:
    place = (line, dash.start(1), 1)
    return source.at("LS003", "a space is missing after this dash", place, help=f"write `- {dash[2]}`"), None


def _document_start(source: Source, t: Trouble) -> Explained | None:
    """The first line stands in, and a later one does not."""
    first = next((n for n, line in enumerate(source.lines) if line.strip() and line.lstrip()[0] not in "#%"), t.line)
    text = source.lines[first]
    if first >= t.line or _column(text) <= _column(t.text) or t.line in source.lost:
        return None
    place = (first, _column(text), len(text.strip()))
    help = f"begin it in column {_column(t.text) + 1}"
    return source.at("LS003", f"this line stands further in than line {t.line + 1}", place, help=help), None


def _colon_after(source: Source, line: int, key: re.Match[str]) -> Explained:
    value = (key[2] or "").removeprefix("=").lstrip()
    return source.at(
        "LS003",
        f"a colon is missing after `{brief(key[1])}`",
        (line, key.start(1), len(key[1])),
        help=f"write `{brief(key[1])}: {brief(value)}`" if value else f"write `{brief(key[1])}:`",
    ), None


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


def _unended(source: Source, t: Trouble) -> Explained | None:
    """A line above in the same column that is no key, its value ended by a comment."""
    above = next((n for n in range(t.line - 1, -1, -1) if source.lines[n].strip()), t.line)
    text = source.lines[above]
    if above == t.line or " #" not in text or _column(text) != t.column:
        return None
    return _missing_colon(source, above, t.line) or _tight_colon(source, above)


def _tight_colon(source: Source, line: int) -> Explained | None:
    tight = re.match(r"^\s*(- +)?([^:\"'{\[#]+):(?!//)(\S)", source.lines[line])
    if tight is None:
        return None
    place = (line, tight.start(3) - 1, 1)
    return source.at("LS003", "a space is missing after this colon", place, help="write `key: value`"), None


def _missing_space(source: Source, t: Trouble) -> Explained:
    above = next((n for n in range(t.line - 1, -1, -1) if source.lines[n].strip()), t.line)
    text = source.lines[above]
    if dash := re.match(_TIGHT_DASH, text):
        return _blank_after_dash(source, above, dash)
    if explained := _missing_colon(source, above, t.line):
        return explained
    if above != t.line and (tight := _tight_colon(source, above)):
        return tight
    return source.at(
        "LS003",
        _NO_KEY,
        (t.line, len(t.text) - len(t.text.lstrip()), max(1, len(t.text.strip()))),
        help=f"indent it as the key it belongs beside, or look at line {above + 1}",
    ), None


def _indentation(source: Source, t: Trouble) -> Explained:
    """libyaml's `did not find expected key`: wrong indentation, or text after a value that had ended."""
    before = t.text[: t.column].rstrip()
    if explained := _opened_above(source, t):
        return explained
    if before.endswith(("'", '"', "}", "]")):
        return source.at(
            "LS003",
            "the value has ended before this text",
            (t.line, t.column, max(1, len(t.text[t.column :].rstrip()))),
            help="put the whole value in quotes, once",
        ), None
    tight = re.match(_TIGHT_DASH, source.lines[t.begin[0]])
    if t.char == "-" and not before and tight:
        return _blank_after_dash(source, t.begin[0], tight)
    if not before and (explained := _unended(source, t)):
        return explained
    if t.char == "-" and not before:
        message, help = _NO_ITEM, "put the list under a key, indented deeper than it"
    else:
        message = _NO_NEIGHBOUR
        help = f"the keys beside it begin in column {t.begin[1] + 1} (line {t.begin[0] + 1})"
    return source.at("LS003", message, (t.line, t.column, max(1, len(t.text[t.column :].rstrip()))), help=help), None


def _list_or_key(source: Source, t: Trouble) -> Explained:
    return source.at(
        "LS003",
        _IN_LIST,
        (t.line, t.column, max(1, len(t.text[t.column :].rstrip()))),
        help=f"begin it with `- ` as in line {t.begin[0] + 1}, or indent it differently",
    ), None


def _inline_item(source: Source, t: Trouble) -> Explained:
    return source.at(
        "LS003",
        "a list cannot begin beside its key",
        (t.line, t.column, 1),
        help="put `- ` on a line of its own, or write [a, b]",
    ), None


def _unclosed_quote(source: Source, t: Trouble) -> Explained:
    return _never_closed(source, *t.begin)


def _never_closed(source: Source, line: int, column: int) -> Explained:
    return source.at(
        "LS003",
        NO_QUOTE,
        (line, column, 1),
        help=f"close it with {source.lines[line][column : column + 1]}",
    ), None


def _opened_above(source: Source, t: Trouble) -> Explained | None:
    """What would open a text here closes one that a line above opens, which has not closed it."""
    quote = re.search(_OPENING, t.text[: t.column].rstrip())
    if quote is None or quote[1] in t.text[: quote.start(1)]:
        return None
    above = next((n for n in range(t.line - 1, -1, -1) if quote[1] in source.lines[n]), t.line)
    text = source.lines[above]
    if above in {t.line, *source.lost} or text.count(quote[1]) % 2 == 0:
        return None
    return _never_closed(source, above, text.rindex(quote[1]))


def _unclosed_flow(source: Source, t: Trouble) -> Explained:
    line, column = t.begin
    opening = source.lines[line][column : column + 1]
    closing = "}" if opening == "{" else "]"
    if explained := _opened_above(source, t):
        return explained
    if t.line == line and t.char:
        return source.at(
            "LS003",
            f"YAML expects `,` or `{closing}` here",
            (t.line, t.column, 1),
            help=f"between {opening} and {closing}, quote a value that holds , : [ ] {{ or }}",
        ), None
    return source.at(
        "LS003", f"this `{opening}` is never closed", (line, column, 1), help=f"close it with `{closing}`"
    ), None


def _escape(source: Source, t: Trouble) -> Explained:
    column = max(t.column, 0) - (t.char != "\\" and t.text[t.column - 1 : t.column] == "\\")  # PyYAML's is behind it
    return source.at(
        "LS003",
        "a backslash in double quotes begins an escape, and this is none",
        (t.line, column, 2),
        help="use single quotes, or double the backslash",
    ), None


def _no_content(source: Source, t: Trouble) -> Explained:
    return source.at(
        "LS003", f"a value cannot begin with `{brief(t.char)}`", (t.line, t.column, 1), help="quote it"
    ), None


def _tab(source: Source, t: Trouble) -> Explained:
    column = max(t.text.find("\t"), 0)
    return source.at(
        "LS003", "a tab cannot indent YAML", (t.line, column, 1), "a tab", help="indent with spaces"
    ), Patch(t.line, column, " ") if t.text[:column].strip() else None


def _directive(source: Source, t: Trouble) -> Explained:
    return source.at(
        "LS003", "a line cannot begin with `%` in YAML", (t.line, 0, len(t.text.rstrip())), help="quote it"
    ), None


_TRAPS: tuple[tuple[str, str, Callable[[Source, Trouble], Explained | None]], ...] = (
    ("cannot start any token", "", _cannot_start),
    ("tab character", "", _tab),
    ("", "scanning a block scalar", _block_header),
    ("", "scanning an alias", _alias),
    ("", "scanning an anchor", _alias),
    ("", "scanning a directive", _directive),
    ("mapping values are not allowed", "", _second_colon),
    ("sequence entries are not allowed", "", _inline_item),
    ("end of stream", "quoted scalar", _unclosed_quote),
    ("document indicator", "quoted scalar", _unclosed_quote),
    ("", "quoted scalar", _escape),
    ("", "flow sequence", _unclosed_flow),
    ("", "flow mapping", _unclosed_flow),
    ("expected '-'", "", _list_or_key),
    ("expected key", "", _indentation),
    ("expected <block end>", "block collection", _list_or_key),
    ("expected <block end>", "", _indentation),
    ("expected <document start>", "", _document_start),
    ("expected '<document start>'", "", _document_start),
    ("", "simple key", _bare_key),
    ("", "simple key", _second_colon),
    ("node content", "", _no_content),
)
"""Words of the problem, words of its context, who explains it; the first that fits and has something to say.

libyaml's words, then PyYAML's own where they differ.
"""
