"""The verdicts of make scale on made-up figures, and a short replay of its virtual hour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scale import PARTS, most_users, parse_args, spec, until_all_run
from bench.scale_page import Crowd, Fleet, Hour, Long, StartUp, growth, holds, page
from bench.scale_replay import ENDPOINTS, PAGES, RATE, USERS, pages, replay
from loadspec.results.assemble import assemble
from loadspec.results.journal import Records
from loadspec.spec import load_bytes

LEVEL = [60e6] * 100
CROWD = Crowd(19_000, 30_400, 30_400, 0, 246_000_000, 4.9)
START = StartUp(10_000, 0.7, 1.2, 2.5)
LONG = Long(1_000_000, 1_000_000, 1_000_000, LEVEL, 16.5)
HOUR = Hour(7_200_000, [125e6] * 3_600, [45e6] * 3_600, 170.0, [0.6, 0.2, 0.9, 0.3], 390_000)
FLEET = Fleet([15e-6, 14e-6, 20e-6], [16e-6, 15e-6, 30e-6], 6_000_000, 6_000_000)
GOOD = [CROWD, START, LONG, FLEET, HOUR]


def missed(part):
    return [row.what for row in part.rows() if row.holds is False]


def test_what_is_met_is_said_to_be():
    assert [missed(part) for part in GOOD] == [[]] * 5
    assert holds(GOOD)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        (replace(CROWD, users=18_999), "users at once in one worker"),
        (replace(CROWD, counted=30_399), "requests by loadspec's books"),
        (replace(CROWD, failed=1), "failed requests"),
        (replace(START, users=9_999), "users"),
        (replace(START, waiting=3.0), "CPU until all run"),
        (replace(LONG, iterations=999_999), "iterations"),
        (replace(LONG, served=1_000_001), "requests by loadspec's books"),
        (replace(LONG, memory=[*LEVEL, 63.1e6]), "growth after the first tenth"),
        (replace(FLEET, two=[16.6e-6, 15.5e-6, 20e-6]), "dearer by two, median"),
        (replace(FLEET, served=5_999_999), "requests by loadspec's books"),
        (replace(HOUR, memory=HOUR.memory[1:]), "seconds"),
        (replace(HOUR, took=600.5), "replayed in"),
        (replace(HOUR, pages=[2.0, 0.2]), "its report, the first time"),
        (replace(HOUR, pages=[0.6, 0.1, 2.1, 2.2]), "its report, median of the next ones"),
        (replace(HOUR, page=400_000), "size of the report"),
        (replace(HOUR, memory=[*HOUR.memory, 132e6]), "growth after the first tenth"),
    ],
)
def test_what_is_missed_is_said_to_be(part, what):
    assert missed(part) == [what]
    assert not holds([*GOOD, part])


def test_memory_may_grow_to_its_size_in_the_first_tenth():
    assert growth([10.0, *[50.0] * 9]) == 4.0
    assert growth([*[10.0, 50.0], *[50.0] * 18]) == 0.0
    assert growth([*[50.0] * 10, *[40.0] * 89, 52.0]) == pytest.approx(0.04)
    with pytest.raises(ValueError, match="too few"):
        growth([1.0] * 9)


@given(st.lists(st.floats(1, 1e9), min_size=10, max_size=50))
def test_growth_is_none_where_the_first_tenth_was_highest(memory):
    assert growth([1e9, *memory]) >= 0
    assert growth([1e9] * (len(memory) // 9 + 1) + memory) == 0


def test_the_start_up_ends_when_all_run():
    seconds = {"cpu_s": [0.5, 1.0, 1.75, 1.8, 2.1], "users_busy": [4_000, 8_000, 10_000, 10_000, 0]}
    results = {"health": [{"seconds": seconds}]}
    assert until_all_run(results, 3.0, 10_000) == pytest.approx(2.95)
    assert most_users(results) == 10_000
    with pytest.raises(ValueError, match="10001 users"):
        until_all_run(results, 3.0, 10_001)


def test_the_page_has_figures_limits_and_what_failed():
    lines = page({"A crowd": CROWD, "An hour": "OSError: no nginx"}, {"machine": "small"}).splitlines()
    assert "| users at once in one worker | 19\u202f000 | ≥ 19\u202f000 | met |" in lines
    assert "| peak memory | 246 MB, 12.9 kB a user |  |  |" in lines
    assert "**Failed**: OSError: no nginx" in lines
    lines = page({"A long run": replace(LONG, memory=[*LEVEL, 66e6])}, {}).splitlines()
    assert "| growth after the first tenth | 10.0 % | < 5% | **not met** |" in lines


def test_parts_are_chosen_by_name(capsys):
    assert parse_args([]).chosen == list(PARTS)
    assert parse_args(["--only", "hour, long"]).chosen == ["hour", "long"]
    with pytest.raises(SystemExit):
        parse_args(["--only", "day"])
    assert "not day" in capsys.readouterr().err


def test_its_spec_is_one():
    import json

    text = json.dumps(spec("http://127.0.0.1:1", [{"call": "page"}], vus=50, iterations=1_000_000))
    assert load_bytes(text.encode(), "scale.yaml").spec.scenarios[0].load.budget().total == 1_000_000


def test_a_virtual_run_counts_every_sample(tmp_path):
    head, conductor, parent, whole = replay(12, tmp_path)
    store = conductor.ledger.collector.stores["load"]
    assert len(parent) == len(whole) == len(conductor.ledger.collector.course.points()) == 12
    assert all(of_all > own > 0 for own, of_all in zip(parent, whole, strict=True))
    assert store.total("http_reqs") == 12 * RATE == store.where("http_req_duration").count
    assert store.total("iterations") == 12 * RATE / ENDPOINTS
    assert conductor.ledger.collector.course.newest.users == USERS
    assert [result.status for result in conductor.ledger.watch.results()] == ["pass"] * (3 + ENDPOINTS)
    assert [row["is"] for row in Records(tmp_path / "journal")].count("snapshot") == 12
    took, size = pages(assemble(head, conductor.ledger))
    assert len(took) == PAGES
    assert min(took) > 0
    assert size > 100_000
