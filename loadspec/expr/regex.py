"""Regular expressions in time linear in the text: Google's RE2. Its syntax is Go's, Grafana's and BigQuery's.

Python's `re` backtracks: `(x+x+)+y` over thirty letters takes minutes, and every user of a worker waits. RE2 does at
most (program size × bytes) steps; `limit` bounds that product, so that one search takes some 0.3 s at the very worst.
It reads no look-around and no back-references; who writes one is told so, with a caret under it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from loadspec.clock import monotonic
from loadspec.expr.errors import EvalError, ExprError
from loadspec.expr.values import kind

MAX_PATTERN = 1000
"""Characters of a regular expression."""
MAX_PROGRAM = 4000
"""Steps of a compiled one: `.{400}` has 3 200."""
MAX_BYTES = 1 << 20
"""Bytes of a text that the cheapest expression may search; fewer for larger ones."""
STEPS = 1 << 25
"""Program size × bytes of one search: RE2's slowest engine does some 100 to 400 million a second."""
MAX_FOUND = 100_000
"""Hits of `each`."""
MAX_SECONDS = 0.2
"""Seconds of one `each`: hits that each look far ahead are quadratic in any engine."""

_MEMORY = 1 << 20
_NO_GROUP = (-1, -1)
_PIECE = r"(?s)\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?P?[=!<>#(]?=?!?|."

Spans = list[tuple[int, int]]


class Regex(Struct, frozen=True):
    """A compiled regular expression.

    `groups` is how many capturing groups it has, `group` the one that is found: the first that has a name, else the
    first, 0 for the whole match. `size` is its program's steps, `limit` the most bytes that it searches.
    """

    text: str
    groups: int
    group: int
    size: int
    limit: int
    search: Callable[[bytes], Spans]
    """UTF-8 → (start, end) in bytes of the whole match and of each group, (-1, -1) for what was not found. No cap."""
    search_from: Callable[[bytes, int], Spans]

    def holds(self, text: str) -> bool:
        """Whether it is found anywhere in a text. Raises EvalError for a text too long to search.

        A longer text is refused, not cut: `not matches(body, 'error')` must never hold because the end was not read.
        """
        return self.search(self.encoded(text))[0] != _NO_GROUP

    def first(self, data: bytes) -> bytes | None:
        """The first match: its `group`, see above; None for none.

        Reads no more than `limit` bytes: give it less, or live with what stands there.
        """
        spans = self.search(data[: self.limit])
        start, end = spans[self.group]
        return None if start < 0 else data[start:end]

    def each(self, data: bytes) -> list[bytes]:
        """As `first`, of every match. Raises EvalError for more than MAX_FOUND, or where that takes too long."""
        group = self.group
        found: list[bytes] = []
        for spans in self._matches(data[: self.limit]):
            start, end = spans[group]
            if start >= 0:
                found.append(data[start:end])
            if len(found) > MAX_FOUND:
                raise EvalError(f"the regular expression is found more than {MAX_FOUND} times")
        return found

    def _matches(self, data: bytes) -> Iterator[Spans]:
        at, until = 0, monotonic() + MAX_SECONDS
        while at <= len(data):
            spans = self.search_from(data, at)
            start, end = spans[0]
            if start < 0:
                return
            yield spans
            at = end if end > start else _next_letter(data, end)
            if monotonic() > until:
                raise EvalError("finding every match of the regular expression takes too long")

    def encoded(self, text: str) -> bytes:
        """The text as it is searched. Raises EvalError for one that is too long, or no text."""
        if text.__class__ is not str:
            raise EvalError(f"a regular expression reads text, this is {kind(text)}")
        try:
            data = text.encode()
        except UnicodeEncodeError:  # half a surrogate pair
            data = text.encode("utf-8", "replace")
        if len(data) > self.limit:
            raise EvalError(
                f"this regular expression reads at most {self.limit} bytes, this text has {len(data)}: shorten either"
            )
        return data


@lru_cache(maxsize=1 << 10)
def compile_regex(text: str) -> Regex:
    """A regular expression → what searches with it. Raises ExprError (`topic` "regex") with the column in `text`."""
    import re2  # lazily: most specs have none

    if len(text) > MAX_PATTERN:
        raise _error(f"a regular expression has at most {MAX_PATTERN} characters", MAX_PATTERN, "shorten it")
    if "\b" in text:
        hint = r"in an expression write r'\b' for a word's edge, in YAML use 'single' quotes"
        raise _error("this `\\b` is a backspace", text.index("\b"), hint)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        compiled = re2.compile(text.encode("utf-8", "surrogatepass"), options)
    except re2.error as error:
        raise _translated(text, error) from None
    size = int(compiled.programsize)
    if size > MAX_PROGRAM:
        raise _error(*_TOO_LARGE)
    groups = int(compiled.groups)
    group = min(map(int, compiled.groupindex.values()), default=min(groups, 1))
    limit = min(MAX_BYTES, STEPS // max(size, 1))
    return Regex(text, groups, group, size, limit, *_searches(re2, compiled))


def _searches(re2: Any, compiled: Any) -> tuple[Callable[[bytes], Spans], Callable[[bytes, int], Spans]]:
    """The engine's own search: the module's public one builds a generator and a match object, for twice the price."""
    match, anywhere = compiled._regexp.Match, re2._re2.RE2.Anchor.UNANCHORED

    def search(data: bytes) -> Spans:
        spans: Spans = match(anywhere, data, 0, len(data))
        return spans

    def search_from(data: bytes, at: int) -> Spans:
        spans: Spans = match(anywhere, data, at, len(data))
        return spans

    return search, search_from


def _next_letter(data: bytes, at: int) -> int:
    at += 1
    while at < len(data) and data[at] & 0xC0 == 0x80:
        at += 1
    return at


# What the engine refuses, in a user's words

_TOO_LARGE = (
    f"the regular expression is too large: more than {MAX_PROGRAM} steps",
    0,
    "smaller counts in {…}; any byte but a quote, at most 100 times, is already 900 steps",
)

_UNSUPPORTED: tuple[tuple[str, str, str], ...] = (
    # how the token begins, a sentence, a way out
    (r"\(\?<?[=!]", "there is no look-around (`{0}`)", "match what is around, and put the part you want in ( )"),
    (r"\(\?>", "there is no atomic group (`{0}`)", "leave out the `?>`: no match is slow here"),
    (r"\(\?\(", "there is no condition (`{0}`)", "write both cases: (a|b)"),
    (r"\(\?#", "there are no comments (`{0}`)", "put it behind the YAML value"),
    (r"\(\?P=", "there are no back-references (`{0}…)`)", "write the part again"),
    (r"\\[1-9]", "there are no back-references (`{0}`)", "write the part again"),
    (r"\\Z", "`\\Z` is Python's", r"the end of the text is \z, or $"),
    (r"\\u", "`\\u` is not known", r"a character by its number is \x{20AC}"),
)
_PHRASES = {
    "missing ]": "this `[` is not closed",
    "missing )": "a `(` is not closed",
    "unexpected )": "this `)` closes nothing",
    "no argument for repetition operator": "nothing stands before `{0}` to repeat",
    "bad repetition operator": "`{0}` repeats a repetition",
    "invalid repetition size": "`{0}` is no legal count: it is too large, or runs backwards",
    "invalid escape sequence": "`{0}` means nothing here",
    "invalid character class range": "`{0}` is no legal range or class",
    "invalid perl operator": "`{0}` is not known",
    "trailing \\": "a `\\` at the end escapes nothing",
}


def _translated(text: str, error: Exception) -> ExprError:
    raw = error.args[0] if error.args else b""
    sentence = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    if "too large" in sentence:
        return _error(*_TOO_LARGE)
    phrase, _, fragment = sentence.partition(": ")
    at = _place(text, phrase, fragment)
    for pattern, message, hint in _UNSUPPORTED:
        found = re.match(pattern, text[at:])
        if found:
            return _error(message.format(found[0]), at, hint)
    message = _PHRASES.get(phrase, phrase or "it cannot be read").format(fragment)
    return _error(message, at, "the syntax is RE2's: https://github.com/google/re2/wiki/Syntax")


def _place(text: str, phrase: str, fragment: str) -> int:
    """The column of a fragment that the engine quotes: it says no position, so the first token that begins so."""
    if phrase.startswith("missing )"):
        return _unclosed(text)
    if phrase.startswith("unexpected )"):
        return _unopened(text)
    if fragment == "(?P" and "(?P=" in text:  # a group before it may begin so, and be legal
        return text.index("(?P=")
    for token in re.finditer(_PIECE, text):
        if fragment and text.startswith(fragment, token.start()):
            return token.start()
    return max(text.find(fragment), 0)


def _unclosed(text: str) -> int:
    opened = []
    for token in re.finditer(_PIECE, text):
        if token[0].startswith("("):
            opened.append(token.start())
        elif token[0] == ")" and opened:
            opened.pop()
    return opened[-1] if opened else 0


def _unopened(text: str) -> int:
    depth = 0
    for token in re.finditer(_PIECE, text):
        depth += token[0].startswith("(") - (token[0] == ")")
        if depth < 0:
            return token.start()
    return 0


def _error(message: str, offset: int, hint: str) -> ExprError:
    return ExprError(f"the regular expression cannot be used: {message}", offset, hint, topic="regex")
