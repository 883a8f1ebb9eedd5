"""A worker's part of a samples file: the disk may be slow, full or gone, and the load does not notice."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import gevent
import pytest
from support_plan import call, metrics, spec

from loadspec.fleet.samples import Part, Samples
from loadspec.metrics.tape import Row, Tape
from loadspec.plan import compile_plan
from loadspec.samples.formats import Csv
from loadspec.samples.rows import Renderer

SOURCE = Tape("load").source("lost", {"scenario": "s", "endpoint": "e"}, expected=False)


def rows(count: int) -> list[Row]:
    return [(SOURCE, 1.0, "refused", "connect", 0, 0, number) for number in range(count)]


def part(path: Path, **options: Any) -> Part:
    return Part(path, options.pop("gzipped", False), Renderer(Csv(), 0.0, lambda phase: 0.0), False, **options)


def drained(one: Part) -> None:
    with gevent.Timeout(60):
        while not one.pump(at_once=True):
            gevent.sleep(0.001)


def test_rows_are_written_in_order(tmp_path: Path) -> None:
    one = part(tmp_path / "part")
    for start in range(0, 300, 100):
        one.take(rows(300)[start : start + 100])
        drained(one)
    assert [line.rsplit(",", 1)[1] for line in (tmp_path / "part").read_text().splitlines()] == [*map(str, range(300))]
    assert (one.dropped, one.failure) == (0, "")


def test_a_disk_that_hangs_costs_rows_and_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, go_on = Part._write, threading.Event()

    def hang(self: Part, data: bytes, count: int) -> tuple[int, str]:
        go_on.wait(60)
        return write(self, data, count)

    monkeypatch.setattr(Part, "_write", hang)
    one = part(tmp_path / "part", held=20_000)
    one.take(rows(100))
    assert not one.pump(at_once=True)
    for _ in range(50):
        one.take(rows(100))
        assert not one.pump(at_once=True)
    assert 0 < one.dropped < 5000
    kept = 5100 - one.dropped
    go_on.set()
    drained(one)
    assert len((tmp_path / "part").read_text().splitlines()) == kept


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_what_a_full_disk_takes_none_of_is_counted() -> None:
    one = part(Path("/dev/full"))
    one.take(rows(100))
    drained(one)
    assert (one.dropped, one.failure) == (100, "No space left on device")


def samples(folder: Path, k: int = 0, n: int = 1, **fields: Any) -> tuple[Samples, Tape]:
    plan = compile_plan(spec((call(),), **fields), 1, "run", samples=True)
    asked = [{"code": "loadspec.samples:CSV", "target": str(folder / "s.csv"), "gzip": False}]
    tape = plan.phases["load"].meters.tape
    assert tape is not None
    return Samples(asked, plan, "run", ["hunter2"], k, n), tape


def test_only_the_first_part_has_a_header(tmp_path: Path) -> None:
    for k in range(2):
        one, tape = samples(tmp_path, k, 2)
        tape.rows += rows(2)
        one.flush(60)
    first, second = (path.read_text().splitlines() for path in sorted(tmp_path.iterdir()))
    assert first[0].startswith("timestamp,elapsed_s,")
    assert (len(first), len(second)) == (3, 2)
    assert one.notes(ended=True) == []


def test_what_was_dropped_is_told_at_once_and_counted_at_the_end(tmp_path: Path) -> None:
    one, tape = samples(tmp_path / "nowhere", 1, 2)
    tape.rows += rows(7)
    one.flush(60)
    assert one.notes() == ["worker 2 of 2 drops samples: No such file or directory"]
    assert one.notes() == []
    assert one.notes(ended=True) == ["worker 2 of 2 dropped 7 samples: No such file or directory"]


def test_without_samples_there_is_no_tape_and_nothing_beside_the_meters() -> None:
    flow = (call(record={"cost": "size"}, checks={"found": "status == 200"}),)
    plain = compile_plan(spec(flow, metrics=metrics(cost="trend")), 1)
    taped = compile_plan(spec(flow, metrics=metrics(cost="trend")), 1, samples=True)
    assert plain.phases["load"].meters.tape is None
    adds = [
        plan.phases["load"].meters.value("trend", "cost", scenario="default", endpoint="one").add
        for plan in (plain, taped)
    ]
    assert [add.__qualname__ for add in adds] == ["list.append", "Tape.beside.<locals>.both"]
    assert len(plain.scenarios[0].flow.steps) == 1
