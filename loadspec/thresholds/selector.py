"""The key of a threshold: a metric's name and, in braces, which of its series count.

    http_req_duration{endpoint:generate, status!:202, scenario~"warm.*"}

`:` equals, `!:` differs, `~` matches a regular expression (all of the value, so that a prefix never passes for the
whole); `status:200|202` is one of several values, `status!:200|202` none of them. Clauses are joined by "and". A value
with a comma, a brace, a bar or blanks at its ends stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from loadspec.metrics.catalog import BUILTIN, tag_names
from loadspec.metrics.store import Matcher
from loadspec.thresholds.error import ThresholdError, did_you_mean

SELECTOR_TAGS = ("scenario", "endpoint", "group", "poll", "expected_response", "status", "check", "error", "error_code")
"""All tags that a selector may name; `tag_names` says which of them a metric has."""

_FLAGS = ("poll", "expected_response")
Values = Mapping[str, Collection[str] | None]
"""Tag → its values."""

_NAME = re.compile(r"[^{]*")
_CLAUSE = r"""\s*(?P<tag>[^\s:!~,"'=]*)\s*(?P<op>!:|:|~|!=|=)?\s*(?P<value>"[^"]*"|'[^']*'|[^,]*)"""
_SPECIAL = r"""[,{}|"']"""
"""What stands in quotes."""
_EXAMPLE = "for example http_req_duration{endpoint:generate}"


class Clause(Struct, frozen=True):
    """One condition on a tag; a series without the tag counts as having it empty."""

    tag: str
    op: Literal[":", "!:", "~"]
    value: str
    among: tuple[str, ...] = ()
    """The values, where there are several."""

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Whether a series with these tags is meant."""
        actual = tags.get(self.tag, "")
        if self.op in (":", "!:"):
            found = actual in self.among if self.among else actual == self.value
            return found is (self.op == ":")
        return re.fullmatch(self.value, actual) is not None

    def __str__(self) -> str:
        """As it is written, with quotes where they matter: `status!:200|202`, `kind:"a|b"`."""
        plain = self.among or (self.value == self.value.strip() and not re.search(_SPECIAL, self.value))
        if plain:
            return f"{self.tag}{self.op}{self.value}"
        quote = "'" if '"' in self.value else '"'
        return f"{self.tag}{self.op}{quote}{self.value}{quote}"


DEFAULTS = (Clause("expected_response", ":", "true"), Clause("poll", "!:", "true"))
"""What request timings judge unless the selector names the tag itself; `any` names it and asks nothing."""

_DEFAULTED = frozenset(
    name
    for name, info in BUILTIN.items()
    if info.kind == "trend" and (name.startswith("http_req_") or name == "scheduled_latency")
)


def effective(metric: str, selector: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """The clauses that decide: those written, without `any`, and for request timings the defaults.

    So neither a quick 500 nor a poll's short answer passes for speed unless somebody asks for it. Who names an
    endpoint asks for its polls.
    """
    named = {clause.tag for clause in selector}
    if "endpoint" in named:
        named.add("poll")
    written = tuple(clause for clause in selector if not (clause.tag in _FLAGS and clause.value == "any"))
    if metric not in _DEFAULTED:
        return written
    return written + tuple(clause for clause in DEFAULTS if clause.tag not in named)


def matcher(clauses: Iterable[Clause]) -> Matcher:
    """Whether a series is meant by all of some conditions."""
    decisive = tuple(clauses)
    return lambda tags: all(clause.holds(tags) for clause in decisive)


def parse_key(key: str, metrics: Collection[str], values: Values) -> tuple[str, tuple[Clause, ...]]:
    """`metric{tag:value}` → (metric, clauses). Raises ThresholdError with part "metric".

    `values` may know all values that a tag can have (endpoint names, say), so that a misspelt one is found; None where
    only the load shows them. What is in it beside the tags that loadspec knows are the spec's own.
    """
    match = _NAME.match(key)
    head = match.group() if match else ""
    name = head.strip()
    start = len(head) - len(head.lstrip())
    if name not in metrics:
        what = f"there is no metric `{name}`" if name else "the metric's name is missing"
        raise _error(what, start, did_you_mean(name, metrics, "declare it under `metrics:`, or name a built-in one"))
    body = key[len(head) :].rstrip()
    if not body:
        return name, ()
    if not body.endswith("}"):
        raise _error("the selector's brace is not closed", len(head), _EXAMPLE)
    return name, _parse_clauses(body[1:-1], len(head) + 1, name, values)


def _parse_clauses(text: str, offset: int, metric: str, values: Values) -> tuple[Clause, ...]:
    clauses = []
    at = 0
    while at <= len(text):
        match = re.compile(_CLAUSE).match(text, at)
        if match is None:  # every part of the pattern may be empty
            break
        end = match.end()
        if text[end:].strip() and not text[end:].lstrip().startswith(","):
            raise _error("a comma is missing here", offset + end, "clauses are separated by commas")
        clauses.append(_clause(match, offset, metric, values))
        comma = text.find(",", end)
        at = comma + 1 if comma >= 0 else len(text) + 1
    return tuple(clauses)


def _clause(match: re.Match[str], offset: int, metric: str, values: Values) -> Clause:
    tag, op, value = match["tag"], match["op"], match["value"].strip()
    at = offset + match.start("tag")
    if not tag:
        raise _error("a selector's clause is missing here", at, _EXAMPLE)
    legal = tag_names(metric)
    if legal:
        legal += tuple(own for own in values if own not in SELECTOR_TAGS)
    if tag not in legal:
        known = f"its tags are {', '.join(legal)}" if legal else "it has no tags"
        raise _error(f"`{metric}` has no tag `{tag}`", at, did_you_mean(tag, legal, known))
    place = offset + match.start("op") if op else at + len(tag)
    if op not in (":", "!:", "~"):
        raise _error(f"behind `{tag}` should be `:`, `!:` or `~`", place, f"for example {tag}:{value or 'VALUE'}")
    place = offset + match.start("value")
    several = _several(value) if op != "~" else ()
    if several:
        return _list(tag, op, several, place, values)
    if value[:1] in ("'", '"'):
        if len(value) < 2 or value[-1] != value[0]:
            raise _error("this quote is not closed", place, f"write {value}{value[0]}")
        value = value[1:-1]
    if not value:
        raise _error(f"`{tag}` has no value", place, f"for example {tag}:VALUE")
    if tag == "group" and op != "~" and not value.startswith("::"):
        value = f"::{value}"  # as k6 writes it, `group:::checkout`, and as one would
    _check_value(tag, op, value, place, values)
    return Clause(tag, op, value)  # type: ignore[arg-type]


def _several(value: str) -> tuple[str, ...]:
    """`200|202` → its values, none where there is but one; what stands in quotes is one."""
    return () if value[:1] in ("'", '"') or "|" not in value else tuple(part.strip() for part in value.split("|"))


def _list(tag: str, op: str, several: tuple[str, ...], place: int, values: Values) -> Clause:
    for part in several:
        if not part:
            raise _error("a value is missing beside `|`", place, f"for example {tag}:ONE|OTHER")
    if tag == "group":
        several = tuple(part if part.startswith("::") else f"::{part}" for part in several)
    at = place
    for part in several:
        _check_value(tag, op, part, at, values)
        at += len(part) + 1
    return Clause(tag, op, "|".join(several), several)  # type: ignore[arg-type]


def _check_value(tag: str, op: str, value: str, at: int, values: Values) -> None:
    """Refuse what could never match any series."""
    if op == "~":
        try:
            re.compile(value)
        except re.error as error:
            raise _error(f"`{value}` is no regular expression: {error.msg}", at + (error.pos or 0), "") from None
    elif tag in _FLAGS:
        if value not in ("true", "false", "any"):
            raise _error(f"`{tag}` is true, false or any, not `{value}`", at, f"write {tag}:true")
    elif tag == "status" and not re.fullmatch("[0-9]+", value):
        raise _error(f"`{value}` is no status", at, "write a number, or a pattern such as status~5..")
    elif (known := values.get(tag)) is not None and value not in known:
        names = ", ".join(known) or "none"
        raise _error(f"there is no {tag} `{value}`", at, did_you_mean(value, known, f"known: {names}"))


def _error(message: str, offset: int, hint: str) -> ThresholdError:
    return ThresholdError(message, offset, "metric", hint)
