"""From what a spec says of one metric to its thresholds.

value     = item | [item, ...]
item      = text | {that: text, abort: bool, after: duration, empty: pass|fail}
text      = aggregate op limit
aggregate = avg | min | max | med | p(0..100) | count | rate | value
op        = < | <= | > | >= | == | !=
limit     = number unit
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from loadspec.metrics.catalog import MetricInfo
from loadspec.thresholds.aggregates import AGGREGATES, INSTEAD, aggregate_names, measure_of
from loadspec.thresholds.error import ThresholdError, did_you_mean
from loadspec.thresholds.measures import read_limit
from loadspec.thresholds.model import Aggregate, Op, Threshold
from loadspec.thresholds.selector import Clause, Values, parse_key
from loadspec.units import parse_duration

OPTIONS = ("that", "abort", "after", "empty")
"""The keys of a threshold's long form."""

_K6_OPTIONS = {"threshold": "that", "abortOnFail": "abort", "delayAbortEval": "after"}
_AGGREGATE = re.compile(r"\s*([A-Za-z_]\w*)?\s*(\(([^)]*)\))?")
_OP = re.compile(r"\s*([<>=!~]*)")
_SHAPE = "a threshold is AGGREGATE OP LIMIT, for example p(95) < 300ms"


class _Subject(NamedTuple):
    """What a text is about: the metric, as it was named."""

    key: str
    metric: str
    selector: tuple[Clause, ...]
    info: MetricInfo


def parse_thresholds(
    key: str,
    value: Any,
    kinds: Mapping[str, MetricInfo],
    values: Values | None = None,
) -> tuple[Threshold, ...]:
    """The thresholds of one metric: `key` names it, `value` is a text, a long form, or a list of these.

    `kinds` are all metrics there are; `values`, for some tags, all values they can take. Raises ThresholdError.
    """
    metric, selector = parse_key(key, kinds, values or {})
    subject = _Subject(key.strip(), metric, selector, kinds[metric])
    if not isinstance(value, list | tuple):
        return (_item(subject, value),)
    if not value:
        raise ThresholdError("this list of thresholds is empty", hint=_SHAPE)
    found = []
    for position, item in enumerate(value):
        try:
            found.append(_item(subject, item))
        except ThresholdError as error:
            raise error.below(position) from None
    return tuple(found)


def _item(subject: _Subject, item: Any) -> Threshold:
    if isinstance(item, Mapping):
        return _long_form(subject, item)
    if not isinstance(item, str):
        what = "the threshold is missing" if item is None else f"`{item}` is no threshold"
        raise ThresholdError(what, hint=_SHAPE)
    return _expression(subject, item)


def _long_form(subject: _Subject, item: Mapping[str, Any]) -> Threshold:
    for name in item:
        if name not in OPTIONS:
            legal = f"the keys are {', '.join(OPTIONS)}"
            hint = f"write `{_K6_OPTIONS[name]}`" if name in _K6_OPTIONS else did_you_mean(str(name), OPTIONS, legal)
            raise ThresholdError(f"`{name}` is no option of a threshold; {legal}", 0, "option", hint).below(str(name))
    that = item.get("that")
    if not isinstance(that, str):
        what = f"`that` is the comparison as text, not `{that}`" if "that" in item else "`that` is missing"
        raise ThresholdError(what, 0, "option", "for example {that: p(95) < 300ms, abort: true}").below(
            *(["that"] if "that" in item else [])
        )
    options = {"abort": _abort(item), "after": _after(item), "empty_passes": _empty(item)}
    try:
        return _expression(subject, that, **options)
    except ThresholdError as error:
        raise error.below("that") from None


def _abort(item: Mapping[str, Any]) -> bool:
    abort = item.get("abort", False)
    if not isinstance(abort, bool):
        raise ThresholdError(f"`abort` is true or false, not `{abort}`", 0, "option", "write abort: true").below(
            "abort"
        )
    return abort


def _after(item: Mapping[str, Any]) -> float:
    after = item.get("after", "0")
    try:
        return parse_duration(str(after))
    except ValueError as error:
        raise ThresholdError(str(error), 0, "option", "for example after: 30s").below("after") from None


def _empty(item: Mapping[str, Any]) -> bool:
    empty = item.get("empty", "fail")
    if empty not in ("pass", "fail"):
        hint = "write empty: pass where no sample is good news"
        raise ThresholdError(f"`empty` is pass or fail, not `{empty}`", 0, "option", hint).below("empty")
    return bool(empty == "pass")


def _expression(subject: _Subject, text: str, **options: Any) -> Threshold:
    aggregate, end = _aggregate(subject, text)
    op, end = _op(text, end)
    start = end + len(text[end:]) - len(text[end:].lstrip())
    measure = measure_of(subject.info, aggregate.name)
    what = f"`{aggregate}` of `{subject.metric}`"
    limit, unit = read_limit(text[start:], start, measure, what)
    source = text.strip()
    return Threshold(
        subject.metric,
        subject.selector,
        subject.info.kind,
        aggregate,
        op,
        limit,
        unit,
        measure,
        source,
        f"{subject.key}: {source}",
        **options,
    )


def _aggregate(subject: _Subject, text: str) -> tuple[Aggregate, int]:
    """The aggregate that the text begins with, and where it ends."""
    match = _AGGREGATE.match(text)
    name = match[1] if match else None
    legal = f"a {subject.info.kind} has {', '.join(aggregate_names(subject.info.kind))}"
    at = len(text) - len(text.lstrip())
    if match is None or not name:
        raise ThresholdError("the aggregate is missing", at, hint=f"{legal}; {_SHAPE}")
    if name not in AGGREGATES[subject.info.kind]:
        raise ThresholdError(f"a {subject.info.kind} has no `{name}`", at, hint=_instead(name, legal))
    if name != "p":
        if match[2]:
            raise ThresholdError(f"`{name}` takes no argument", match.start(2), hint=f"write {name}")
        return Aggregate(name), match.end()
    if not match[2]:
        raise ThresholdError("`p` needs a percentage in brackets", match.end(1), hint="for example p(95)")
    argument = match[3].strip()
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", argument) or float(argument) > 100:
        raise ThresholdError(f"`{argument}` is no percentile", match.start(3), hint="write a number from 0 to 100")
    return Aggregate("p", float(argument)), match.end()


def _instead(name: str, legal: str) -> str:
    percentile = re.fullmatch(r"p_?([0-9]{1,2})", name)
    if percentile and "p(N)" in legal:
        return f"write p({percentile[1]})"
    other = INSTEAD.get(name, "")
    return f"write {other}" if other and re.search(rf"\b{other}\b", legal) else legal


def _op(text: str, start: int) -> tuple[Op, int]:
    """The operator at `start`, and where it ends."""
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
