"""Service level objectives: what is promised of requests, judged as thresholds, each with its error budget.

    slos:
      generate:
        endpoint: generate
        availability: 99.5%
        latency: 95% within 30s
        burn: {window: 1m, below: 10}

A budget is the share of requests that may be bad, 1 − target. The burn rate is the share that was bad in a window, over
the budget: at 1 the budget is just used up (Google's SRE workbook, "Alerting on SLOs"). A failed request is neither
available nor in time. The Apdex is (satisfied + tolerated/2) / all, with T from the objective for latency unless given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from loadspec.thresholds.error import ThresholdError, did_you_mean
from loadspec.thresholds.model import Aggregate, Level, SloPart, Term, Threshold
from loadspec.thresholds.options import MOST_WINDOW
from loadspec.thresholds.selector import Clause, Values
from loadspec.units import format_duration, parse_duration

SLOS = "slos"
"""The section that they stand in."""
BURN_WINDOW = 60.0
"""Seconds that a burn rate is measured over unless the spec says otherwise."""

_SHARE = r"\s*([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%\s*"
_WITHIN = r"(?s)(?P<share>[^w]*)within(?P<limit>.*)"
_AVAILABILITY = "for example availability: 99.9%"
_LATENCY = "for example latency: 95% within 2s"
_SCOPES = ("endpoint", "scenario")


class _Shared(Struct, frozen=True):
    """What all parts of one SLO have in common."""

    name: str
    selector: tuple[Clause, ...]
    level: Level
    window: float
    below: float | None

    def part(self, part: SloPart, **fields: Any) -> Threshold:
        fields = {"level": self.level if part.judged else "fail", **fields}
        scope = ", ".join(f"{clause.tag}:{clause.value}" for clause in self.selector)
        return Threshold(key=f"slo {self.name}", slo=replace(part, scope=scope), **fields)


def read_slos(section: Mapping[str, Any], values: Values) -> tuple[Threshold, ...]:
    """The thresholds of all SLOs of a well-formed section, in its order. Raises ThresholdError."""
    found: list[Threshold] = []
    for name, raw in section.items():
        with _at(name):
            found += read_slo(name, raw, values)
    return tuple(found)


def read_slo(name: str, raw: Mapping[str, Any], values: Values) -> tuple[Threshold, ...]:
    """One SLO's thresholds: each objective with its burn rate behind it, then the Apdex.

    `values` knows the endpoints and scenarios there are. Raises ThresholdError with the path below the SLO.
    """
    budgets = "availability" in raw or "latency" in raw
    if not budgets and "at_least" not in raw.get("apdex", {}):
        hint = f"{_AVAILABILITY}, {_LATENCY.removeprefix('for example ')} or apdex: {{t: 500ms, at_least: 0.85}}"
        raise ThresholdError(f"`{name}` promises nothing", 0, "conflict", hint)
    if "burn" in raw and not budgets:
        raise ThresholdError("there is no error budget that burns", 0, "conflict", _AVAILABILITY).below("burn")
    selector = tuple(clause for tag in _SCOPES if tag in raw for clause in [_clause(tag, raw[tag], values)])
    burn = raw.get("burn", {})
    with _at("burn", "window"):
        window = _window(burn.get("window"))
    shared = _Shared(name, selector, raw.get("level", "fail"), window, burn.get("below"))
    found = list(_availability(shared, raw["availability"])) if "availability" in raw else []
    latencies = list(_objectives(shared, raw.get("latency", [])))
    for latency in latencies:
        found += _with_burn(shared, latency)
    return (*found, *_apdex(shared, raw.get("apdex"), latencies))


def _availability(shared: _Shared, text: str) -> Iterator[Threshold]:
    with _at("availability"):
        target = _target(text, _AVAILABILITY)
    written = text.strip()
    rate = Term("http_req_failed", shared.selector, "rate", Aggregate("rate"))
    part = SloPart(shared.name, "availability", f"availability {written}", budget=float(1 - target))
    yield from _with_burn(
        shared,
        shared.part(
            part,
            terms=(rate,),
            left=(1.0, "$0", "-"),
            op=">=",
            right=(float(target),),
            measure="ratio",
            subject="availability",
            bound=written,
            source=f"availability >= {written}",
            path=(SLOS, shared.name, "availability"),
        ),
    )


def _objectives(shared: _Shared, value: str | Sequence[str]) -> Iterator[Threshold]:
    """Those for latency, of a text or a list."""
    several = not isinstance(value, str)
    for index, text in enumerate([value] if isinstance(value, str) else value):
        path: tuple[str | int, ...] = ("latency", index) if several else ("latency",)
        with _at(*path):
            objective = _latency(shared, text, path)
        yield objective


def _latency(shared: _Shared, text: str, path: tuple[str | int, ...]) -> Threshold:
    match = re.fullmatch(_WITHIN, text)
    if match is None:
        raise ThresholdError(f"`{text.strip()}` promises no time", hint=_LATENCY)
    target = _target(match["share"], _LATENCY)
    written, share = match["limit"].strip(), match["share"].strip()
    at = match.start("limit") + len(match["limit"]) - len(match["limit"].lstrip())
    limit = _seconds(written, at) * 1000
    part = SloPart(shared.name, "latency", f"{share} within {written}", budget=float(1 - target))
    return shared.part(
        part,
        terms=(Term("http_req_duration", shared.selector, "trend", Aggregate("within", limit, written), True),),
        left=("$0",),
        op=">=",
        right=(float(target),),
        measure="ratio",
        subject=f"within {written}",
        bound=share,
        source=f"within {written} >= {share}",
        path=(SLOS, shared.name, *path),
    )


def _with_burn(shared: _Shared, objective: Threshold) -> Iterator[Threshold]:
    """The objective, and how fast its budget burns; that is judged where the spec gives a limit."""
    assert objective.slo is not None
    yield objective
    part, limit = objective.slo, shared.below
    bad = (1.0, *objective.left, "-")
    yield shared.part(
        replace(part, part="burn", judged=limit is not None),
        terms=objective.terms,
        left=(*bad, part.budget, "/"),
        op="<",
        right=(float(1 if limit is None else limit),),
        measure="score",
        subject=f"burn rate of {part.objective}",
        bound=f"{1 if limit is None else limit:g}",
        source=f"burn rate of {part.objective} < {1 if limit is None else limit:g}",
        window=shared.window,
        path=objective.path if limit is None else (SLOS, shared.name, "burn"),
    )


def _apdex(shared: _Shared, raw: Mapping[str, Any] | None, latencies: Sequence[Threshold]) -> Iterator[Threshold]:
    """The score: judged where the spec says `at_least`, else shown; none where no T is known."""
    given = raw or {}
    if "t" in given:
        with _at("apdex", "t"):
            limit = _seconds(given["t"], 0) * 1000
        written = str(given["t"]).strip()
    elif latencies:
        aggregate = latencies[0].terms[0].aggregate
        limit, written = aggregate.argument or 0.0, aggregate.written
    elif raw is None:
        return
    else:
        raise ThresholdError("this Apdex has no T", 0, "conflict", "for example apdex: {t: 500ms}").below("apdex")
    least = given.get("at_least")
    yield shared.part(
        SloPart(shared.name, "apdex", written, judged=least is not None),
        terms=(Term("http_req_duration", shared.selector, "trend", Aggregate("apdex", limit, written), True),),
        left=("$0",),
        op=">=",
        right=(float(least or 0),),
        measure="score",
        subject=f"apdex({written})",
        bound=f"{least or 0:g}",
        source=f"apdex({written}) >= {least or 0:g}",
        path=(SLOS, shared.name, *(["apdex"] if raw is not None else ["latency"])),
    )


def _clause(tag: str, value: str | Sequence[str], values: Values) -> Clause:
    names = [value] if isinstance(value, str) else list(value)
    known = values.get(tag)
    for index, name in enumerate(names):
        if known is not None and name not in known:
            path = [tag] if isinstance(value, str) else [tag, index]
            hint = did_you_mean(name, known, f"known: {', '.join(known) or 'none'}")
            raise ThresholdError(f"there is no {tag} `{name}`", 0, "expression", hint).below(*path)
    if not names:
        raise ThresholdError(f"this list of {tag}s is empty", 0, "conflict", "leave it out to mean all").below(tag)
    return Clause(tag, ":", "|".join(names), tuple(names) if len(names) > 1 else ())


def _target(text: str, example: str) -> Fraction:
    """`99.9%` → 999/1000."""
    match = re.fullmatch(_SHARE, text)
    at = len(text) - len(text.lstrip())
    if match is None:
        raise ThresholdError(f"`{text.strip()}` is no share of requests", at, hint=example)
    share = Fraction(match[1]) / 100
    if not 0 < share < 1:
        what = "a promise of 100 % leaves no error budget" if share == 1 else f"`{text.strip()}` is no promise"
        raise ThresholdError(what, at, hint="write a share between 0% and 100%, such as 99.9%")
    return share


def _seconds(text: str, at: int) -> float:
    try:
        seconds = parse_duration(str(text))
    except ValueError as error:
        raise ThresholdError(str(error), at, hint=_LATENCY) from None
    if not seconds:
        raise ThresholdError("nothing is done within no time", at, hint=_LATENCY)
    return seconds


def _window(text: str | None) -> float:
    seconds = BURN_WINDOW if text is None else _seconds(text, 0)
    if not 1 <= seconds <= MOST_WINDOW:
        longest = format_duration(MOST_WINDOW)
        raise ThresholdError(f"a window of `{text}` cannot be judged", hint=f"write one between 1s and {longest}")
    return seconds


@contextmanager
def _at(*path: str | int) -> Iterator[None]:
    """An error of what is read in here stands at `path`."""
    try:
        yield
    except ThresholdError as error:
        raise error.below(*path) from None
