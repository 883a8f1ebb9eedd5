"""The journal: what was written is there at once, and a result comes out of it again, however the run ended."""

from __future__ import annotations

import bz2
import json
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_journal import books, head, records, written
from support_results import make_result

from loadspec.errors import LoadspecError
from loadspec.metrics import Rate, Store, Trend, tags_of
from loadspec.outputs import render
from loadspec.results.assemble import assemble
from loadspec.results.journal import Journal, rebuild
from loadspec.results.journal.thin import Thinner, fold, packed, packed_record, unpacked
from loadspec.results.journal.wire import from_wire, to_wire
from loadspec.results.ledger import Ledger, Record
from loadspec.results.model import RunResult
from loadspec.thresholds import values_in

HEAD = head()
ROWS = list(records(70))
CUT = "the run was cut off"


def close(journal: Journal, rows: list[Record] = ROWS) -> RunResult:
    """Write the rest of a run and its result."""
    for row in rows:
        journal.write(row)
    result = assemble(HEAD, books(HEAD, ROWS))
    journal.close(result)
    return result


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in bz2.decompress((folder / "journal").read_bytes()).splitlines()]


def times(folder: Path) -> list[float]:
    """Until when each snapshot goes."""
    return [row["t"] for row in lines(folder) if row.get("is") == "snapshot"]


def figures(result: RunResult) -> dict[str, Any]:
    """What a journal keeps whole, however it was cut."""
    document = json.loads(render("json", result))
    return {
        name: document[name]
        for name in (
            "times",
            "requests",
            "iterations",
            "endpoints",
            "points",
            "errors",
            "checks",
            "pools",
            "slowest_requests",
        )
    }


@pytest.mark.parametrize("name", ["json", "junit", "html"])
def test_a_finished_run_is_rebuilt_byte_by_byte(tmp_path: Path, name: str) -> None:
    result = close(written(tmp_path, []))
    assert render(name, rebuild(tmp_path)) == render(name, result)
    assert [path.name for path in tmp_path.iterdir()] == ["journal"], "the tail has gone"


def test_any_result_survives_as_json() -> None:
    result = make_result()
    again = from_wire(orjson.loads(orjson.dumps(to_wire(result))))
    for name in ("json", "junit", "html"):
        assert render(name, again) == render(name, result)


def test_numbers_that_json_lacks_survive() -> None:
    result = make_result(generator={"workers": 1}, duration=float("inf"))
    again = from_wire(orjson.loads(orjson.dumps(to_wire(result))))
    assert again.duration == float("inf")
    assert render("json", again) == render("json", result)


def test_its_lines_can_be_read_with_bzcat(tmp_path: Path) -> None:
    close(written(tmp_path, []))
    first, *rest = lines(tmp_path)
    assert (first["loadspec"], first["version"], first["head"]["run_id"]) == ("journal", 2, "r")
    assert [row["is"] for row in rest].count("snapshot") == 70
    assert [row["to"] for row in rest if row["is"] == "segment"] == [60, len(ROWS)]
    assert rest[-1]["is"] == "result"


@pytest.mark.parametrize("taken", [0, 1, 2, 30, 59, 60, 61, 62, 71, 72])
def test_a_killed_run_has_every_record_that_was_written(tmp_path: Path, taken: int) -> None:
    journal = written(tmp_path, ROWS[:taken])
    shutil.copytree(tmp_path, tmp_path / "copy")
    found = rebuild(tmp_path / "copy")
    expected = books(HEAD, [*ROWS[:taken]])
    assert figures(found) == figures(assemble(HEAD, expected))
    assert (found.exit_code, found.verdict) == (95, "INVALID")
    assert found.sentence.startswith(CUT)
    assert found.failure == found.sentence
    assert {result.status for result in found.thresholds} == {"inconclusive"}
    assert found.warnings == ["that was all"] * (taken > 71)
    journal.close()


def test_a_run_that_was_killed_while_its_files_were_written_was_not_cut_off(tmp_path: Path) -> None:
    written(tmp_path, ROWS).close()
    again, whole = rebuild(tmp_path), assemble(HEAD, books(HEAD, ROWS))
    assert figures(again) == figures(whole)
    assert (again.verdict, again.sentence, again.generator) == (whole.verdict, whole.sentence, whole.generator)


def test_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    journal = written(tmp_path, ROWS[:3])
    with pytest.raises(LoadspecError, match="still goes on") as caught:
        rebuild(tmp_path)
    assert caught.value.hint == "wait until it has ended"
    journal.close()
    assert rebuild(tmp_path).sentence.startswith(CUT)


def torn(folder: Path, name: str, size: int) -> Path:
    (folder / name).write_bytes((folder / name).read_bytes()[:size])
    return folder


@given(st.integers(0, 10**6))
def test_a_torn_tail_costs_its_last_record_only_and_is_told(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("torn")
    written(folder, ROWS[:5])
    ends = [0]
    for line in (folder / "journal.tail").read_bytes().splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    size = cut % ends[-1]
    shutil.copytree(folder, folder / "copy")
    found = rebuild(torn(folder / "copy", "journal.tail", size))
    whole = max(0, sum(end <= size for end in ends[1:]) - 1)
    assert figures(found) == figures(assemble(HEAD, books(HEAD, ROWS[:whole])))
    assert len(found.warnings) == (size not in ends or not size)
    assert all(("in the middle of a line" if size else "is empty") in warning for warning in found.warnings)


@pytest.mark.parametrize("content", [None, b""])
@pytest.mark.parametrize(("taken", "when"), [(41, ""), (64, ", after 59s of load or later")])
def test_a_tail_that_is_gone_is_told(tmp_path: Path, content: bytes | None, taken: int, when: str) -> None:
    written(tmp_path, ROWS[:taken])
    shutil.copytree(tmp_path, tmp_path / "copy")
    tail = tmp_path / "copy" / "journal.tail"
    tail.unlink()
    if content is not None:
        tail.write_bytes(content)
    found = rebuild(tmp_path / "copy")
    state = "missing" if content is None else "empty"
    assert found.warnings == [f"{tail} is {state}: the newest records, up to a minute of them, are lost with it"]
    assert found.sentence == f"{CUT}{when}: the end of its journal is lost"


def test_who_has_the_end_of_a_run_misses_no_tail(tmp_path: Path) -> None:
    written(tmp_path, ROWS).close()
    (tmp_path / "journal.tail").unlink()
    found, live = rebuild(tmp_path), assemble(HEAD, books(HEAD, ROWS))
    assert (found.sentence, found.warnings) == (live.sentence, live.warnings)


def test_a_torn_stream_costs_nothing_where_the_tail_has_its_records(tmp_path: Path) -> None:
    written(tmp_path, ROWS[:60])
    before = (tmp_path / "journal").stat().st_size
    tail = (tmp_path / "journal.tail").read_bytes()
    other = tmp_path / "later"
    written(other, ROWS[:61])
    (other / "journal.tail").write_bytes(tail)
    found = rebuild(torn(other, "journal", before + 100))
    assert figures(found) == figures(assemble(HEAD, books(HEAD, ROWS[:60])))
    assert ["in the middle of a stream" in warning for warning in found.warnings] == [True]


def test_a_damaged_stream_ends_what_can_be_read(tmp_path: Path) -> None:
    written(tmp_path, ROWS[:-3])
    data = bytearray((tmp_path / "journal").read_bytes())
    data[-200] ^= 255
    (tmp_path / "journal").write_bytes(data)
    shutil.copytree(tmp_path, tmp_path / "copy")
    found = rebuild(tmp_path / "copy")
    assert any("is damaged" in warning for warning in found.warnings)
    assert any("records before the last ones are lost" in warning for warning in found.warnings)


def test_a_run_that_ended_but_lacks_a_part_of_its_load_is_not_judged(tmp_path: Path) -> None:
    written(tmp_path, ROWS).close()
    torn(tmp_path, "journal", len(stream_of_head(tmp_path)))
    tail = [{"loadspec": "journal.tail", "from": 60}, *ROWS[60:]]
    (tmp_path / "journal.tail").write_bytes(b"".join(orjson.dumps(thinned(row)) + b"\n" for row in tail))
    found = rebuild(tmp_path)
    assert (found.verdict, found.exit_code) == ("INVALID", 95)
    assert found.sentence == "a part of the load is unknown: the journal lacks 60 records"
    assert {result.status for result in found.thresholds} == {"inconclusive"}


def stream_of_head(folder: Path) -> bytes:
    data = (folder / "journal").read_bytes()
    return data[: data.index(b"BZh", 1)]


def thinned(row: dict[str, Any] | Record) -> Record:
    return packed_record(Thinner(HEAD.thresholds)(row)) if "is" in row else row


def places_in(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each member of a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*at, name)
        yield from places_in(member, (*at, name))


def without(line: bytes, draw: Any) -> bytes:
    """The line, and one thing in it is missing, however deep."""
    record = json.loads(line)
    *way, name = draw(st.sampled_from(sorted(places_in(record), key=str)))
    within = record
    for step in way:
        within = within[step]
    del within[name]
    return orjson.dumps(record)


def with_another_byte(line: bytes, draw: Any) -> bytes:
    at, byte = draw(st.integers(0, len(line) - 1)), draw(st.integers(0, 255))
    return line[:at] + bytes([byte]) + line[at + 1 :]


def another(_line: bytes, draw: Any) -> bytes:
    return draw(st.sampled_from([b"[]", b"{}", b"null", b"7", b'"x"', b'{"is": "rumour"}', b'{"is": []}', b""]))


@settings(max_examples=60)
@given(st.sampled_from([without, with_another_byte, another]), st.data())
def test_a_line_of_the_tail_that_is_no_record_costs_itself_and_what_is_behind_it(
    tmp_path_factory: pytest.TempPathFactory, change: Any, data: st.DataObject
) -> None:
    """What has become of it is anything; where it makes sense it is taken, or else told."""
    folder = tmp_path_factory.mktemp("changed")
    rows = [*ROWS[:4], *ROWS[-3:]]
    written(folder, rows, HEAD).close()
    torn(folder, "journal", len(stream_of_head(folder)))
    whole = [orjson.dumps(thinned(row)) for row in [{"loadspec": "journal.tail", "from": 0}, *rows]]
    number = data.draw(st.integers(0, len(whole) - 1))
    changed = change(whole[number], data.draw)
    (folder / "journal.tail").write_bytes(b"\n".join([*whole[:number], changed, *whole[number + 1 :], b""]))
    found = rebuild(folder)
    damaged = [warning for warning in found.warnings if "is damaged" in warning]
    assert render("json", found)
    if changed == whole[number]:
        assert not damaged
    if damaged:
        assert damaged == [f"{folder / 'journal.tail'} is damaged: what stood there and behind it is lost"]
        assert figures(found) == figures(assemble(HEAD, books(HEAD, rows[: max(0, number - 1)])))
        assert (found.exit_code == 95) is (number < len(rows)), "the last one says only what the run has cost"


@pytest.mark.parametrize("key", ["is", "phase", "t", "store", "failures", "users", "iterations", "health"])
def test_what_every_snapshot_has_it_must_have(tmp_path: Path, key: str) -> None:
    written(tmp_path, ROWS[:5])
    lines = (tmp_path / "journal.tail").read_bytes().splitlines()
    lines[3] = orjson.dumps({name: value for name, value in orjson.loads(lines[3]).items() if name != key})
    shutil.copytree(tmp_path, tmp_path / "copy")
    (tmp_path / "copy" / "journal.tail").write_bytes(b"\n".join([*lines, b""]))
    found = rebuild(tmp_path / "copy")
    assert figures(found) == figures(assemble(HEAD, books(HEAD, ROWS[:2])))
    assert ["is damaged" in warning for warning in found.warnings] == [True]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("journal", b"", "is empty"),
        ("journal", b"\x89PNG\r\n", "is no journal"),
        ("journal", b"[1]", "is no journal"),
        ("journal", bz2.compress(b"hello\n"), "is no journal"),
        ("journal", bz2.compress(b'{"loadspec": "results"}\n'), "is no journal"),
        (
            "journal",
            bz2.compress(b'{"loadspec": "journal", "version": 3}\n'),
            "version 3, and this loadspec reads version 2",
        ),
        ("journal", b'{"loadspec":"journal","version":1,"run_id":"x"}\n{"is":"snap', "of version 1"),
        ("journal", bz2.compress(b'{"loadspec": "journal", "version": 2, "head": {}}\n'), "not what this version"),
        ("results.json", b"{}", "holds no journal"),
        ("", b"", "is no folder"),
    ],
)
def test_what_is_no_journal_is_the_users_error(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    folder = tmp_path / "run"
    if name:
        folder.mkdir()
        (folder / name).write_bytes(content)
    with pytest.raises(LoadspecError, match=says) as caught:
        rebuild(folder)
    assert (caught.value.exit_code, bool(caught.value.hint)) == (2, True)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """What a full disk does, for this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [4_000, 60_000, 150_000])
def test_a_full_disk_ends_only_the_journal_and_leaves_it_readable(tmp_path: Path, size: int) -> None:
    with files_no_larger_than(size):
        journal = Journal(tmp_path, HEAD)
        kept = len([row for row in ROWS if not journal.write(row)])
        assert not journal.close()
    assert f"the journal {tmp_path / 'journal'} ends early: File too large" in journal.failure
    assert kept < len(ROWS)
    if size > 4_000:
        found = rebuild(tmp_path)
        assert figures(found) == figures(assemble(HEAD, books(HEAD, ROWS[:kept])))


@pytest.mark.parametrize(("size", "segment"), [(4_000, 60), (12_000, 60), (12_000, 2)])
def test_where_there_is_room_again_at_the_end_the_result_is_kept(
    tmp_path: Path, size: int, segment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadspec.results.journal.writer._SEGMENT", segment)
    with files_no_larger_than(size):
        journal = Journal(tmp_path, HEAD)
        for row in ROWS:
            journal.write(row)
    assert journal.failure
    result = assemble(HEAD, books(HEAD, ROWS))
    assert journal.close(result)
    assert render("json", rebuild(tmp_path)) == render("json", result)
    assert bz2.decompress((tmp_path / "journal").read_bytes()), "no hole and no half of a stream"


def test_two_runs_have_no_folder_in_common(tmp_path: Path) -> None:
    first = written(tmp_path, ROWS[:3])
    with pytest.raises(LoadspecError, match="holds a run already"):
        Journal(tmp_path, HEAD)
    assert first.write(ROWS[3]) == ""
    first.close()
    assert rebuild(tmp_path).duration == 3


def test_no_place_for_it_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "missing", HEAD)
    assert "No such file" in journal.write(ROWS[0])
    journal.close()


def test_what_is_kept_grows_coarser_before_the_budget_is_used_up(tmp_path: Path) -> None:
    rows = list(records(1500))
    for budget in (10**9, 200_000):
        written(tmp_path / str(budget), rows, budget=budget).close()
    free, bound = ((tmp_path / str(budget) / "journal").stat().st_size for budget in (10**9, 200_000))
    assert bound < 200_000 < free
    spans = times(tmp_path / "200000")
    assert (spans[1] - spans[0], spans[-1] - spans[-2] >= 4) == (1, True)
    assert rebuild(tmp_path / "200000").iterations.completed == 30_000


def test_after_the_first_hour_ten_seconds_are_one(tmp_path: Path) -> None:
    late = [{**row, "t": row["t"] + 3590.5} if row["is"] == "snapshot" else row for row in ROWS]
    written(tmp_path, late).close()
    assert times(tmp_path)[:12] == [3591.5 + i for i in range(9)] + [3609.5, 3619.5, 3629.5]
    again, live = rebuild(tmp_path), assemble(HEAD, books(HEAD, late))
    assert again.iterations == live.iterations


def test_points_of_a_killed_run_are_as_long_as_its_step_says(tmp_path: Path) -> None:
    """From the second hour on, a record is ten seconds."""
    late = [{**row, "t": row["t"] + 3590.5} if row["is"] == "snapshot" else row for row in ROWS]
    written(tmp_path, late[:-3])
    shutil.copytree(tmp_path, tmp_path / "copy")
    found = rebuild(tmp_path / "copy")
    assert found.step == 16
    assert sum(point.requests for point in found.points) == 70 * 40
    assert max(point.seconds for point in found.points[1:]) <= 2 * found.step
    assert len(found.points) == len(found.points[:-1]) + 1 <= 70 // 16 + 1


WINDOWS = """\
loadspec: 1
target: {base_url: "http://127.0.0.1:1"}
endpoints: {login: {path: /}, generate: {path: /}}
flow: [{call: login}, {call: generate}]
vus: 1
duration: 2h
"""


def second_hour(bad: range) -> list[Record]:
    """From 3600 s on, without a failure but for these seconds, in which nothing is answered well."""
    rows = list(records(100, requests=20))
    for row in rows[1:101]:
        t = row["t"] + 3599
        store = Store()
        answered = tags_of(scenario="default", endpoint="generate", expected_response="true", status="200")
        store.counter("http_reqs", answered).add(20)
        store.rate("http_req_failed", tags_of(endpoint="generate")).merge(Rate(20 * (t in bad), 20))
        row.update(t=t, store=store, failures=[])  # type: ignore[attr-defined]
    return rows


@pytest.mark.parametrize("window", ["5s", "10s", "60s"])
@pytest.mark.parametrize("kind", ["threshold", "burn"])
def test_windows_finer_than_what_is_kept_decide_nothing(tmp_path: Path, kind: str, window: str) -> None:
    """Ten seconds are one by then: half of a burst, or of two, is averaged away."""
    gate = {
        "threshold": f"thresholds: {{http_req_failed: {{that: rate < 16%, window: {window}}}}}",
        "burn": f"slos: {{gen: {{endpoint: generate, availability: 80%, burn: {{window: {window}, below: 0.8}}}}}}",
    }[kind]
    (tmp_path / "spec.yaml").write_text(WINDOWS + gate)
    own, rows = head(tmp_path / "spec.yaml"), second_hour(range(3646, 3656))
    written(tmp_path / "run", rows, own).close()
    live, again = assemble(own, books(own, rows)), rebuild(tmp_path / "run")
    assert (live.verdict, live.thresholds[-1].status) == ("FAIL", "fail")
    assert (again.verdict, again.exit_code, again.thresholds[-1].status) == ("INCONCLUSIVE", 95, "inconclusive")
    assert [row.status for row in again.thresholds[:-1]] == [row.status for row in live.thresholds[:-1]]
    assert [warning for warning in again.warnings if "too coarse" in warning] == [again.sentence]
    assert again.sentence == (
        "the journal keeps up to 10s of load as one, too coarse for their windows: "
        f"1 of {len(again.thresholds)} thresholds is inconclusive"
    )
    assert not [warning for warning in live.warnings if "too coarse" in warning]


# What is kept of a snapshot


def test_the_main_latency_is_kept_by_endpoint_and_other_phases_in_total() -> None:
    thin = Thinner(())(ROWS[5])
    store = thin["store"]
    whole = ROWS[5]["store"]
    for endpoint in ("login", "generate"):
        kept, all_ = (of.where("http_req_duration", endpoint=endpoint) for of in (store, whole))
        assert (kept.counts, kept.sum, kept.max) == (all_.counts, all_.sum, all_.max)  # type: ignore[union-attr]
    assert [tags for tags, _ in store.items("http_req_waiting")] == [{}]
    assert store.select("http_req_waiting").count == whole.select("http_req_waiting").count  # type: ignore[union-attr]
    assert len([*store.items("http_reqs")]) == len([*whole.items("http_reqs")]) > 1


def test_what_a_threshold_selects_by_is_kept(tmp_path: Path) -> None:
    from loadspec.metrics import BUILTIN
    from loadspec.thresholds import parse_thresholds

    (gate,) = parse_thresholds("http_req_waiting{endpoint:login}", "p(95) < 1s", BUILTIN)
    store = Thinner([gate])(ROWS[5])["store"]
    tags = [tags for tags, _ in store.items("http_req_waiting")]
    assert {row["endpoint"] for row in tags} == {"login", "generate"}
    assert all(row.keys() == {"endpoint", "expected_response"} for row in tags)


def test_what_a_sub_metric_selects_by_is_kept() -> None:
    from loadspec.metrics import BUILTIN
    from loadspec.thresholds.submetric import parse_submetric

    part = parse_submetric("http_req_waiting{endpoint:login}", BUILTIN, {})
    thin, whole = (part.value(row["store"]) for row in (Thinner((), [part])(ROWS[5]), ROWS[5]))
    assert isinstance(thin, Trend)
    assert isinstance(whole, Trend)
    assert (thin.counts, thin.max) == (whole.counts, whole.max)


def test_what_an_expression_is_made_of_is_kept() -> None:
    from loadspec.metrics import BUILTIN
    from loadspec.thresholds.expressions import parse_expression

    text = "p(95)(http_req_waiting{endpoint:login}) < 3 * p(95)(http_req_waiting{endpoint:generate})"
    gate = parse_expression(text, BUILTIN, {})
    thin, whole = (values_in(row["store"], gate) for row in (Thinner([gate])(ROWS[5]), ROWS[5]))
    assert [value.counts for value in thin] == [value.counts for value in whole]


values = st.lists(st.floats(0, 1e6), max_size=20)


@given(st.lists(values, min_size=1, max_size=4))
def test_packing_loses_nothing(series: list[list[float]]) -> None:
    store = Store()
    for number, samples in enumerate(series):
        store.trend("x", tags_of(n=str(number))).add_many(samples)
        store.counter("y", tags_of(n=str(number))).add(len(samples))
    again = unpacked(orjson.loads(orjson.dumps(packed(store))))
    assert packed(again) == packed(store)
    assert [again.trend("x", tags_of(n=str(n))).counts for n in range(len(series))] == [
        store.trend("x", tags_of(n=str(n))).counts for n in range(len(series))
    ]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 5))
def test_folded_seconds_give_the_same_books(sizes: list[int], seed: int) -> None:
    thinner = Thinner(HEAD.thresholds)
    rows = [thinner(row) for row in islice(records(sum(sizes), seed, 4), 1 + sum(sizes))]
    begin, snapshots = rows[0], iter(rows[1:])
    folded = [begin, *(fold([*islice(snapshots, size)]) for size in sizes)]
    one, other = (books(HEAD, side) for side in (rows, folded))
    assert same(one, other)
    assert one.collector.iterations == other.collector.iterations
    assert one.collector.errors() == other.collector.errors()
    assert one.collector.error_totals == other.collector.error_totals
    assert one.collector.stamped == other.collector.stamped


def same(one: Ledger, other: Ledger) -> bool:
    """The same counts in the same buckets; sums may differ in their last digit."""
    sides = [side.collector.stores["load"].series for side in (one, other)]
    if sides[0].keys() != sides[1].keys():
        return False
    return all(getattr(sides[0][key], "counts", None) == getattr(sides[1][key], "counts", None) for key in sides[0])


def test_no_stall_of_one_second_stands_for_ten() -> None:
    rows = [
        {**row, "workers": [{**row["workers"][0], "lag_p99_ms": 900.0 if row["t"] == 5 else 1.0}]} for row in ROWS[1:11]
    ]
    thinner = Thinner(())
    (worker,) = fold([thinner(row) for row in rows])["workers"]
    assert (worker["lag_p99_ms"], worker["t"]) == (1.0, 10.0)


def test_later_samples_of_a_failure_are_kept() -> None:
    def row(t: float, **more: Any) -> Record:
        failure = {"key": ["generate", "status", "status", 503], "count": 1, "first": t, "last": t, **more}
        return {**ROWS[int(t)], "failures": [failure]}

    rows = [row(1.0, message="m", sample={"request": "1"}), row(2.0, sample={"request": "2"})]
    rows.append(row(3.0, later_samples=[{"request": "3"}, {"request": "4"}]))
    thinned = [Thinner(())(row) for row in rows]
    one, other = (books(HEAD, [ROWS[0], *side]) for side in (thinned, [fold(thinned)]))
    assert [found.later_samples for found in one.collector.errors()] == [[{"request": "2"}, {"request": "3"}]]
    assert one.collector.errors() == other.collector.errors()


def test_pools_and_what_was_held_back_add_up() -> None:
    from loadspec.pools.usage import pack

    def row(t: float, drawn: int, seen: list[int]) -> Record:
        pool = {"name": "users", "rows": 4, "drawn": drawn, "seen": pack(bytearray(seen))}
        return {**ROWS[1], "t": t, "pools": [pool], "held_back": {"requests": 1, "seconds": 0.5}}

    thinner = Thinner(())
    folded = fold([thinner(row(1, 2, [1, 1, 0, 0])), thinner(row(2, 3, [1, 1, 1, 0]))])
    ledger = books(HEAD, [{"is": "begin", "phase": "load"}, folded])
    used = ledger.collector.pools["users"]
    assert (used.drawn, used.distinct, used.repeated) == (5, 3, 2)
    assert ledger.collector.held_back == (2, 1.0)


EXPRESSIONS = """\
loadspec: 1
target: {base_url: "http://127.0.0.1:1"}
endpoints: {login: {path: /}, generate: {path: /}}
flow: [{call: login}, {call: generate}]
vus: 1
duration: 1m
thresholds:
  http_req_duration: {that: p(99.9) < 2s, failures: infinite}
  expressions: [{that: "count(http_reqs{status~5..}) < 1% of count(http_reqs)", level: warn}]
  http_req_failed: {that: rate < 1%, window: 3s}
"""


@pytest.mark.parametrize("ended", [True, False])
def test_an_expression_a_window_and_what_is_infinite_survive(tmp_path: Path, ended: bool) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(EXPRESSIONS)
    own = head(spec)
    rows = list(ROWS if ended else ROWS[:20])
    journal = written(tmp_path / "run", rows, own)
    live = assemble(own, books(own, rows))
    if ended:
        journal.close(live)
    else:
        shutil.copytree(tmp_path / "run", tmp_path / "copy")
    found = rebuild(tmp_path / ("run" if ended else "copy"))
    kept, said = (
        [(r.threshold, r.actual, r.limit, r.margin, r.worst_margin, r.worst_window) for r in of.thresholds]
        for of in (found, live)
    )
    assert repr(kept) == repr(said), "NaN, the limit of what is computed, equals nothing"
    assert found.thresholds[0].actual == float("inf")
    assert found.thresholds[1].limit > 0
    assert found.thresholds[2].worst_window is not None
    assert found.sentence == live.sentence or not ended
