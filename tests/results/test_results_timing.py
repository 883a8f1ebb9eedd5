"""Whose clock timed the answers: from the snapshots to what summary, report and results.json say."""

from __future__ import annotations

from typing import Any

import pytest
from support_results import make_result

from loadspec.metrics import Store
from loadspec.outputs.results_json import document
from loadspec.report import build
from loadspec.results.collect import Collector
from loadspec.results.model import Timing
from loadspec.ui.summary import summary


@pytest.mark.parametrize(
    ("timing", "clock", "words"),
    [
        (Timing(), "process", "loadspec's own"),
        (Timing("process", 0, 7), "process", "loadspec's own"),
        (Timing("kernel", 0, 0), "process", "loadspec's own"),
        (Timing("kernel", 0, 7), "process", "loadspec's own, for the kernel gave no stamps"),
        (Timing("kernel", 7, 0), "kernel", "the kernel's receive stamps"),
        (
            Timing("kernel", 1234, 6),
            "both",
            "the kernel's receive stamps for 1 234 of 1 240 answers, else loadspec's own",
        ),
    ],
)
def test_a_clock_has_a_name(timing: Timing, clock: str, words: str) -> None:
    assert (timing.clock, str(timing)) == (clock, words)


def test_snapshots_add_up() -> None:
    snapshot: dict[str, Any] = {
        "phase": "setup",
        "t": 1.0,
        "store": Store(),
        "failures": [],
        "health": {"lag_ms": 0.0, "cpu_s": 0.0, "peak_rss_bytes": 0},
    }
    collector = Collector()
    for more in ({}, {"stamped": 3}, {"stamped": 4}):
        collector.add({**snapshot, **more})
    assert collector.stamped == 7


@pytest.mark.parametrize("timing", [Timing("process", 0, 5), Timing("kernel", 5, 2)])
def test_each_result_names_its_clock(timing: Timing) -> None:
    result = make_result(timing=timing)
    found = {"asked": timing.asked, "clock": timing.clock, "kernel": timing.kernel, "process": timing.process}
    assert document(result)["timing"] == found
    page = build(result)
    assert page.count(str(timing).replace("'", "&#39;")) == 2
    shown = str(timing) in summary(result, "compact", False, 120, True, [])
    assert shown is (timing.asked == "kernel")
    assert (str(timing) in summary(result, "full", False, 120, True, [])) is shown
