"""Runs on disk as rows, and which of them go."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support_journal import records, written
from support_results import make_result

from loadspec.errors import ExitCode, LoadspecError, OutputError
from loadspec.outputs.results_json import render
from loadspec.results.history import CUT_OFF, RUNNING, Entry, by_spec, read_run, read_runs, remove, to_prune
from loadspec.results.model import RunResult

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def put(folder: Path, name: str, **changes: object) -> Path:
    """A run's folder with its results."""
    result = replace(make_result(), run_id=name, **changes)  # type: ignore[arg-type]
    return put_result(folder, result)


def put_result(folder: Path, result: RunResult) -> Path:
    place = folder / result.run_id
    place.mkdir(parents=True)
    (place / "results.json").write_text(render(result))
    return place


def test_a_run_as_a_row(tmp_path: Path) -> None:
    result = replace(
        make_result(),
        run_id="one",
        started_at="2026-04-12T08:09:10.500+02:00",
        environment={"Git": "0123456789ab (main, uncommitted changes)"},
    )
    row = read_run(put_result(tmp_path, result))
    store = result.stores["load"]
    latency = store.where("http_req_duration", expected_response="true")
    failed = store.select("http_req_failed")
    assert row == Entry(
        folder=tmp_path / "one",
        run_id="one",
        started_at=datetime(2026, 4, 12, 6, 9, 10, 500_000, UTC),
        spec=result.spec_name,
        verdict="FAIL",
        exit_code=99,
        sentence=result.sentence,
        duration=result.duration,
        requests=int(store.total("http_reqs")),
        rate=store.total("http_reqs") / result.duration,
        failed=failed.rate,  # type: ignore[union-attr]
        **dict(zip(("p50", "p95", "p99"), latency.percentiles((50, 95, 99)), strict=True)),  # type: ignore[union-attr]
        git="0123456789ab+",
    )


def test_the_oldest_comes_first_and_links_are_no_runs(tmp_path: Path) -> None:
    put(tmp_path, "b", started_at="2026-04-12T08:00:00Z")
    put(tmp_path, "a", started_at="2026-04-13T08:00:00Z")
    (tmp_path / "latest").symlink_to("a", target_is_directory=True)
    assert [row.run_id for row in read_runs(tmp_path)] == ["b", "a"]


def test_a_journal_without_results_is_a_run_that_was_cut_off(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "journal").write_text(
        '{"loadspec":"journal","version":1,"started_at":"2026-04-12T08:00:00.000+00:00"}\n{"is":'
    )
    (row,) = read_runs(tmp_path)
    assert (row.run_id, row.verdict, row.started_at.hour, row.requests) == ("run", CUT_OFF, 8, None)
    assert row.written_at is not None


def test_a_run_that_goes_on_is_told_and_stays_however_long_nothing_could_be_written(tmp_path: Path) -> None:
    journal = written(tmp_path / "run", [*records(3)])
    for name in ("journal", "journal.tail"):
        os.utime(tmp_path / "run" / name, (0, 0))
    assert [row.verdict for row in read_runs(tmp_path)] == [RUNNING]
    assert to_prune(read_runs(tmp_path), 0, None, NOW) == []
    journal.close()
    for name in ("journal", "journal.tail"):  # closing writes by the real clock, which is not the test's
        if (tmp_path / "run" / name).exists():
            os.utime(tmp_path / "run" / name, (0, 0))
    (row,) = to_prune(read_runs(tmp_path), 0, None, NOW)
    assert row.verdict == CUT_OFF


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"loadspec": "plan"}', '{"loadspec": "results"}', "\xff"])
@pytest.mark.parametrize("name", ["results.json", "journal"])
def test_what_is_no_run_is_left_out(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / name).write_text(text, encoding="latin-1")
    (tmp_path / "file").touch()
    assert read_runs(tmp_path) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadspecError, match="cannot read") as caught:
        read_runs(tmp_path / "missing")
    assert caught.value.exit_code == ExitCode.INVALID_SPEC


def entry(name: str, days: float = 0, spec: str = "s", written: float | None = None) -> Entry:
    at = None if written is None else NOW - timedelta(seconds=written)
    return Entry(Path(name), name, NOW - timedelta(days=days), spec, written_at=at)


RUNS = [entry("a", 40), entry("b", 31, "other"), entry("c", 30), entry("d", 2), entry("e", 1)]


@pytest.mark.parametrize(
    ("keep", "days", "goes"),
    [
        (None, None, ""),
        (2, None, "ac"),
        (0, None, "abcde"),
        (9, None, ""),
        (None, 30, "abc"),
        (None, 30.5, "ab"),
        (3, 30, "a"),
        (0, 2, "abcd"),
    ],
)
def test_by_count_and_by_age(keep: int | None, days: float | None, goes: str) -> None:
    gone = to_prune(RUNS, keep, None if days is None else days * 86400, NOW)
    assert "".join(one.run_id for one in gone) == goes


@pytest.mark.parametrize(("written", "goes"), [(10, 0), (400, 1)])
def test_a_run_that_may_go_on_stays(written: float, goes: int) -> None:
    assert len(to_prune([entry("a", 90, written=written)], 0, None, NOW)) == goes


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 50))), st.integers(0, 5))
def test_each_spec_keeps_its_newest(runs: list[tuple[str, int]], keep: int) -> None:
    entries = sorted((entry(str(i), days, spec) for i, (spec, days) in enumerate(runs)), key=lambda e: e.started_at)
    gone = to_prune(entries, keep, None, NOW)
    for of_spec in by_spec(entries).values():
        left = [one for one in of_spec if one not in gone]
        assert left == of_spec[len(of_spec) - min(keep, len(of_spec)) :]


def test_removing_ends_with_the_first_that_cannot_be(tmp_path: Path) -> None:
    first = read_run(put(tmp_path, "one"))
    assert first is not None
    missing = replace(first, folder=tmp_path / "missing")
    gone = []
    with pytest.raises(OutputError, match="missing"):
        gone.extend(one.run_id for one in remove([first, missing]))
    assert os.listdir(tmp_path) == []
