from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from bench import hotpath, hotpath_parts, hotpath_rig, server
from bench.hotpath_page import Part, Profile, bottleneck, once, page, parts_table
from bench.tools.base import SPECS

SEND, JSON, LOOP = Part("send", 5.0, 5.0, "the call"), Part("JSON", 1.0, 0.5, "orjson"), Part("loop", 2.0, 0.0)
PROFILE = Profile("The flow", (SEND, JSON, LOOP), (9.0, 10.0, 12.0), once=0.5, requests=100_000)


def test_the_residual_is_what_no_part_explains():
    assert (PROFILE.whole, PROFILE.residual) == (10.0, 2.0)


def test_the_table_has_parts_residual_and_whole():
    rows = parts_table(PROFILE).splitlines()[2:]
    assert rows == [
        "| send | 5.00 | 50 | 5.00 | 1.0 | the call |",
        "| JSON | 1.00 | 10 | 0.50 | 2.0 | orjson |",
        "| loop | 2.00 | 20 | 0.00 | – |  |",
        "| residual | 2.00 | 20 |  |  |  |",
        "| **whole** | **10.00** (9.00–12.00) | 100 | 5.50 | 1.8 | all floors |",
    ]


def test_the_next_bottleneck_is_not_the_dearest_part_but_the_one_farthest_from_its_floor():
    text = bottleneck(PROFILE)
    assert text.startswith("The dearest part is *send*, 5.00 µs, of which 5.00 µs are its floor.")
    assert "The next bottleneck is **loop**: it takes 2.00 µs more than its floor, 20 % of the whole" in text
    assert "all parts together 2.50 µs more" in text


def test_what_a_run_costs_once_is_told_a_request():
    assert "take 0.50 s of CPU once; over the 100\u202f000 requests of such a run that is 5.00 µs a request" in once(
        PROFILE
    )


def test_the_page_has_a_section_for_each_flow():
    text = page([PROFILE], {"machine": "a small one"}, {"users": 7, "seconds": 8, "rounds": 9, "best": 3})
    assert "| machine | a small one |" in text
    assert "7 users without think time for 8 s" in text
    assert "## The flow\n\n| part |" in text


def test_only_refuses_a_flow_that_it_does_not_take_apart():
    assert hotpath.parse_args(["--only", "flow"]).only == ["flow"]
    with pytest.raises(SystemExit):
        hotpath.parse_args(["--only", "users-10k"])


@pytest.mark.skipif(
    not (os.environ.get("CI") or (shutil.which("nginx") and shutil.which("taskset"))), reason="nginx is missing"
)
@pytest.mark.parametrize("case", hotpath.FLOWS)
def test_the_parts_of_each_flow_can_be_taken_apart(case, monkeypatch):
    monkeypatch.setattr(hotpath_rig, "COUNT", 20)
    monkeypatch.setattr(hotpath_rig, "ROUNDS", 1)
    variant = case.removeprefix("flow").removeprefix("-") or "plain"
    with (
        tempfile.TemporaryDirectory() as folder,
        server.running(Path(folder), max(os.sched_getaffinity(0))) as nginx,
    ):
        parts = hotpath_parts.measure(SPECS / f"{case}.yaml", nginx.urls[variant], users=5)
    names = [part.name.partition(":")[0] for part in parts]
    assert names[:4] == ["templates", "send", "switch to the hub, and back by the watcher", "receive"]
    assert ("inflate" in names) == (variant == "gzip")
    assert {"head", "JSON", "captures", "checks", "step and iteration"} < set(names)
    assert min(part.us for part in parts if part.name.startswith(("send", "receive"))) > 0
