"""A spec's thresholds, one by one: those of a metric, those of each endpoint, and expressions over several metrics.

http_req_failed: rate < 1%
each_endpoint: {http_req_duration: p(95) < 2s}
expressions: [count(credit_errors) < 5% of count(http_reqs)]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from loadspec.metrics.catalog import tag_names
from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.expressions import parse_expression
from loadspec.thresholds.model import EACH_ENDPOINT, EXPRESSIONS, Threshold
from loadspec.thresholds.parse import Kinds, parse_thresholds
from loadspec.thresholds.selector import Clause, Values

Path = tuple[str | int, ...]

_MAIN = "http_req_duration"


class Entry(NamedTuple):
    """One threshold as it is written."""

    group: str
    """`each_endpoint`, `expressions`, or empty."""
    key: str
    """The metric, with its selector; of expressions empty."""
    owner: Path
    """Where the key stands, or the group where there is none."""
    path: Path
    """Where the threshold stands."""
    item: Any
    """A text or a mapping, if the spec is well formed."""

    def parse(self, kinds: Kinds, values: Values, item: Any = None) -> Threshold:
        """The threshold, or what another `item` at this place would be; of `each_endpoint` the one of all together.

        Raises ThresholdError.
        """
        item = self.item if item is None else item
        if self.group == EXPRESSIONS:
            found = parse_expression(item, kinds, values)
        else:
            (found,) = parse_thresholds(self.key, item, kinds, values)
        if self.group == EACH_ENDPOINT:
            _must_have_endpoints(found)
        return replace(found, path=(*self.path, "that") if isinstance(item, Mapping) else self.path)


def entries(section: Mapping[str, Any]) -> Iterator[Entry]:
    """All that a `thresholds` section holds, in its order; of a document that may be malformed."""
    for key, value in section.items():
        owner: Path = ("thresholds", key)
        if key == EXPRESSIONS:
            yield from _each(EXPRESSIONS, "", owner, value)
        elif key != EACH_ENDPOINT:
            yield from _each("", key, owner, value)
        elif isinstance(value, Mapping) and "that" not in value:
            for metric, below in value.items():
                yield from _each(EACH_ENDPOINT, str(metric), (*owner, metric), below)
        else:
            yield from _each(EACH_ENDPOINT, _MAIN, owner, value)


def _each(group: str, key: str, owner: Path, value: Any) -> Iterator[Entry]:
    if not isinstance(value, list | tuple):
        yield Entry(group, key, owner, owner, value)
        return
    for index, item in enumerate(value):
        yield Entry(group, key, owner, (*owner, index), item)


def read_thresholds(
    section: Mapping[str, Any], kinds: Kinds, values: Callable[[str], Values], endpoints: Iterable[str]
) -> tuple[Threshold, ...]:
    """The thresholds of a well-formed section. `values` of a key; `endpoints`: those that the load calls.

    Raises ThresholdError.
    """
    return tuple(
        threshold
        for entry in entries(section)
        for threshold in expanded(entry, entry.parse(kinds, values(entry.key)), endpoints)
    )


def expanded(entry: Entry, threshold: Threshold, endpoints: Iterable[str]) -> list[Threshold]:
    """One for each endpoint, where that is asked for."""
    if entry.group != EACH_ENDPOINT:
        return [threshold]
    return [_of_endpoint(threshold, name) for name in endpoints]


def _of_endpoint(threshold: Threshold, name: str) -> Threshold:
    (term,) = threshold.terms
    clauses = threshold.key.partition("{")[2].removesuffix("}").strip()
    key = f"{term.metric}{{endpoint:{name}{', ' if clauses else ''}{clauses}}}"
    selector = (Clause("endpoint", ":", name), *term.selector)
    return replace(threshold, key=key, terms=(replace(term, selector=selector),))


def _must_have_endpoints(threshold: Threshold) -> None:
    (term,) = threshold.terms
    if "endpoint" not in tag_names(term.metric):
        what = f"`{term.metric}` is of no endpoint"
        raise ThresholdError(what, 0, "metric", "move it up, beside `each_endpoint`")
    if any(clause.tag == "endpoint" for clause in term.selector):
        at = threshold.key.find("endpoint")
        raise ThresholdError("`each_endpoint` names the endpoints", at, "metric", "leave `endpoint` out")
