"""From what a spec says of one metric to its thresholds.

value     = item | [item, ...]
item      = text | {that: text, abort: bool, after: duration, ...}     (all options: `options`)
text      = aggregate op limit
aggregate = avg | min | max | med | p(0..100) | within(limit) | apdex(limit) | count | rate | value
op        = < | <= | > | >= | == | !=
limit     = number unit
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from msgspec.structs import replace

from loadspec.metrics.catalog import MetricInfo
from loadspec.thresholds.aggregates import measure_of, read_aggregate
from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.measures import read_limit
from loadspec.thresholds.model import Op, Term, Threshold
from loadspec.thresholds.options import read_options
from loadspec.thresholds.selector import Clause, Values, parse_key

Kinds = Mapping[str, MetricInfo]

_OP = re.compile(r"\s*([<>=!~]*)")
_SHAPE = "a threshold is AGGREGATE OP LIMIT, for example p(95) < 300ms"


class _Subject(NamedTuple):
    """What a text is about: the metric, as it was named."""

    key: str
    metric: str
    selector: tuple[Clause, ...]
    info: MetricInfo


def parse_thresholds(key: str, value: Any, kinds: Kinds, values: Values | None = None) -> tuple[Threshold, ...]:
    """The thresholds of one metric: `key` names it, `value` is a text, a long form, or a list of these.

    `kinds` are all metrics there are; `values`, for some tags, all values they can take. Raises ThresholdError.
    """
    metric, selector = parse_key(key, kinds, values or {})
    subject = _Subject(key.strip(), metric, selector, kinds[metric])
    if not isinstance(value, list | tuple):
        return (_item(subject, value, ("thresholds", key)),)
    if not value:
        raise ThresholdError("this list of thresholds is empty", hint=_SHAPE)
    found = []
    for position, item in enumerate(value):
        try:
            found.append(_item(subject, item, ("thresholds", key, position)))
        except ThresholdError as error:
            raise error.below(position) from None
    return tuple(found)


def _item(subject: _Subject, item: Any, path: tuple[str | int, ...]) -> Threshold:
    text, options = text_and_options(item, _SHAPE)
    that = ["that"] if isinstance(item, Mapping) else []
    try:
        threshold = _expression(subject, text)
    except ThresholdError as error:
        raise error.below(*that) from None
    return with_options(threshold, {**options, "path": (*path, *that)})


def text_and_options(item: Any, shape: str) -> tuple[str, dict[str, Any]]:
    """A text or a long form → (the text, the fields that options set). Raises ThresholdError."""
    if isinstance(item, Mapping):
        return item.get("that", ""), read_options(item)
    if not isinstance(item, str):
        what = "the threshold is missing" if item is None else f"`{item}` is no threshold"
        raise ThresholdError(what, hint=shape)
    return item, {}


def with_options(threshold: Threshold, options: Mapping[str, Any]) -> Threshold:
    """The threshold with what its options say. Raises ThresholdError where one has no meaning for it."""
    fields = dict(options)
    if fields.pop("infinite", False):
        fields["terms"] = tuple(_infinite(term) for term in threshold.terms)
    return replace(threshold, **fields)


def _infinite(term: Term) -> Term:
    if not term.metric.startswith("http_req_") or term.kind != "trend":
        hint = "`failures` is for the http_req_* timings"
        raise ThresholdError(f"`{term.metric}` times no request", 0, "conflict", hint).below("failures")
    if any(clause.tag == "expected_response" for clause in term.selector):
        hint = "leave `expected_response` out of the selector"
        what = "`failures: infinite` judges expected answers and failures together"
        raise ThresholdError(what, 0, "conflict", hint).below("failures")
    return replace(term, infinite=True)


def _expression(subject: _Subject, text: str) -> Threshold:
    aggregate, end = read_aggregate(subject.metric, subject.info, text, _SHAPE)
    op, end = read_op(text, end)
    start = end + len(text[end:]) - len(text[end:].lstrip())
    measure = measure_of(subject.info, aggregate.name)
    limit, _ = read_limit(text[start:], start, measure, f"`{aggregate}` of `{subject.metric}`")
    return Threshold(
        key=subject.key,
        terms=(Term(subject.metric, subject.selector, subject.info.kind, aggregate),),
        left=("$0",),
        op=op,
        right=(limit,),
        measure=measure,
        subject=str(aggregate),
        bound=text[start:].strip(),
        source=text.strip(),
    )


def read_op(text: str, start: int) -> tuple[Op, int]:
    """The operator at `start`, and where it ends. Raises ThresholdError."""
    match = _OP.match(text, start)
    found = match[1] if match else ""
    at = match.start(1) if match else start
    ops = get_args(Op)
    if found in ops:
        return found, at + len(found)  # type: ignore[return-value]
    if found in ("=", "==="):
        raise ThresholdError(f"`{found}` is no comparison", at, hint="write ==")
    what = f"`{found}` is no comparison" if found else "the comparison is missing"
    raise ThresholdError(what, at, hint=f"write one of {' '.join(ops)}")
