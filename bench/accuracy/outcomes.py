"""Runs → what issue 5 asks, what was measured, and whether it is met. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.accuracy.cases import JUDGED, Run
from bench.accuracy.verdicts import (
    LITTLE_SHARE,
    PERCENTS,
    errors,
    frozen_latency,
    frozen_met,
    littles_error,
    nearer,
)
from bench.page import number

Runs = Mapping[str, Sequence[Run]]
"""Part → its runs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that was asked: `met` is None where nothing was measured."""

    text: str
    asked: str
    measured: str
    met: bool | None


def outcomes(runs: Runs) -> list[Outcome]:
    """All that the issue asks, in its order."""
    return [*_percentiles(runs), *_peers(runs), *_frozen(runs), *_little(runs), *_flagged(runs)]


def run_of(runs: Runs, part: str, tool: str) -> Run | None:
    """The first run of `tool` that told something."""
    return next((run for run in runs.get(part, ()) if run.tool == tool and run.told), None)


def _percentiles(runs: Runs) -> Iterator[Outcome]:
    for rate in JUDGED:
        text, asked = f"loadspec's p50–p99 at {rate}/s", "each within max(1 ms, 2 %)"
        if (run := run_of(runs, str(rate), "loadspec")) and run.told:
            worst = max(errors(run.told.percentiles, run.log), key=lambda error: error.of_bar)
            told = f"worst: p{worst.percent}, {signed(worst.ms, 2)} ms, {number(worst.of_bar * 100, 0)} % of the bar"
            yield Outcome(text, asked, told, worst.met)
        else:
            yield Outcome(text, asked, "", None)


def _peers(runs: Runs) -> Iterator[Outcome]:
    for rate in JUDGED:
        own = run_of(runs, str(rate), "loadspec")
        for peer in ("k6", "locust"):
            text, asked = f"loadspec nearer than {peer} at {rate}/s", "at each of p50–p99"
            other = run_of(runs, str(rate), peer)
            if own and own.told and other and other.told:
                found = nearer(errors(own.told.percentiles, own.log), errors(other.told.percentiles, other.log))
                told = "at " + (", ".join(f"p{percent}" for percent in found) or "none")
                yield Outcome(text, asked, told, len(found) == len(PERCENTS))
            else:
                yield Outcome(text, asked, "", None)


def _frozen(runs: Runs) -> Iterator[Outcome]:
    run = run_of(runs, "frozen", "loadspec")
    for percent in (95, 99):
        text, asked = f"frozen server: p{percent} of `scheduled_latency`", "within 3 % of the freeze"
        if run and run.told:
            due = frozen_latency(percent, run.frozen, run.case.seconds)
            told = run.told.late[percent] / 1e3
            measured = f"{told:.3f} s where {due:.3f} s are due"
            yield Outcome(text, asked, measured, frozen_met(told, percent, run.frozen, run.case.seconds))
        else:
            yield Outcome(text, asked, "", None)


def _little(runs: Runs) -> Iterator[Outcome]:
    for rate in JUDGED:
        text, asked = f"Little's law at {rate}/s", "λ·W within 2 % of L"
        if (run := run_of(runs, str(rate), "loadspec")) and run.told:
            off = littles_error(run.log, run.told.requests, run.told.mean)
            yield Outcome(text, asked, f"{signed(off * 100, 2)} %", abs(off) <= LITTLE_SHARE)
        else:
            yield Outcome(text, asked, "", None)


def _flagged(runs: Runs) -> Iterator[Outcome]:
    for part, text, all_of_them in (("hogged", "saturated", True), ("alone", "unsaturated", False)):
        asked = "every run flagged" if all_of_them else "no run flagged"
        told = [bool(run.told.confesses) for run in runs.get(part, ()) if run.told]
        met = (all(told) if all_of_them else not any(told)) if told else None
        measured = f"{sum(told)} of {len(told)} runs flagged" if told else ""
        yield Outcome(f"a generator that is {text}", asked, measured, met)


def signed(value: float, digits: int) -> str:
    """With its sign, also a plus."""
    return ("+" if value >= 0 else "−") + number(abs(value), digits)
