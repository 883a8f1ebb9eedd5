"""The verdict *generator-limited*: made-up seconds at its boundaries, and a slow reference beside the fold."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.results.causes import RULES, causes_of
from loadspec.results.health import COLUMNS, ROWS, HealthLog, is_late, limit_ms, limited_sentence
from loadspec.results.model import Span, WorkerHealth
from loadspec.results.now import generator_now
from loadspec.results.spans import Spans
from loadspec.results.stretch import Figure
from loadspec.units import format_ms

LATE, FINE = {"lag_p99_ms": 5.001}, {"lag_p99_ms": 5.0}


def log_of(*seconds: dict[str, float], worker: int = 0) -> HealthLog:
    """A log of seconds, one after the other; `t` overrules when one ends."""
    log = exact(worker)
    for number, second in enumerate(seconds, 1):
        log.add({"t": float(number), **second})
    return log


def exact(worker: int = 0) -> HealthLog:
    """A log that tells its spans one by one."""
    log = HealthLog(worker)
    log.spans = Spans(1e-6, 10_000)
    return log


def spans(*seconds: dict[str, float]) -> list[tuple[float, float]]:
    return [(span.begin, span.end) for span in log_of(*seconds).spans]


@pytest.mark.parametrize(("median", "limit"), [(0.0, 5.0), (49.9, 5.0), (50.0, 5.0), (51.0, 5.1), (30_000.0, 3000.0)])
def test_lateness_is_held_against_a_tenth_of_the_latency_or_5_ms(median: float, limit: float) -> None:
    assert limit_ms(median) == pytest.approx(limit)


@pytest.mark.parametrize(
    ("second", "median", "late"),
    [
        ({}, 0.0, False),
        (FINE, 0.0, False),
        (LATE, 0.0, True),
        ({"dispatch_p99_ms": 5.0}, 0.0, False),
        ({"dispatch_p99_ms": 5.1}, 0.0, True),
        ({"lag_p99_ms": 20.0}, 200.0, False),
        ({"lag_p99_ms": 20.1}, 200.0, True),
        ({"lag_ms": 900.0}, 0.0, False),  # one pause; 99 % of the moments were served in time
        ({"due": 100, "made": 99, "users_free": 1}, 0.0, False),
        ({"due": 100, "made": 98, "users_free": 1}, 0.0, True),
        ({"due": 100, "made": 98, "users_free": 0}, 0.0, False),
        ({"due": 100, "made": 50, "dropped": 50, "users_free": 3}, 0.0, False),
        ({"due": 100, "made": 48, "dropped": 50, "users_free": 3}, 0.0, True),
        ({"due": 100, "made": 150, "users_free": 3}, 0.0, False),
        ({"cpu_percent": 100.0, "steal_percent": 90.0, "gc_longest_ms": 900.0, "waited_percent": 80.0}, 0.0, False),
        ({"files": 1024, "files_max": 1024, "ports": 28_000, "ports_max": 28_232}, 0.0, False),
        ({"due": 1000, "dropped": 1000, "users_free": 0}, 0.0, False),
    ],
)
def test_what_makes_a_second_late(second: dict[str, float], median: float, late: bool) -> None:
    assert is_late(second, median) is late


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        ([LATE] * 2, []),
        ([LATE] * 3, [(0, 3)]),
        ([LATE, LATE, FINE, LATE, LATE], []),
        ([FINE, LATE, LATE, LATE, FINE, LATE, LATE, LATE, LATE], [(1, 4), (5, 9)]),
        ([LATE, {"dispatch_p99_ms": 6.0}, {"due": 10, "made": 5, "users_free": 1}], [(0, 3)]),
        ([{**LATE, "t": 0.98}, {**LATE, "t": 1.98}, {**LATE, "t": 2.96}], [(0, 2.96)]),  # ticks come a little early
        ([{**LATE, "t": 0.98}, {**LATE, "t": 1.98}, {**LATE, "t": 2.94}], []),
        ([{**FINE, "t": 1.0}, {**LATE, "t": 3.9}], []),  # it stood still for less than 3 s
        ([{**FINE, "t": 1.0}, {**LATE, "t": 4.2}], [(1.0, 4.2)]),  # one record for all that it was away
        ([LATE, LATE, {**FINE, "t": 2.3}, {**LATE, "t": 3.3}, {**LATE, "t": 4.3}], []),
        ([], []),
    ],
)
def test_three_seconds_in_a_row_are_the_verdict(seconds: list[dict[str, float]], found: list[Any]) -> None:
    assert spans(*seconds) == found


def test_a_second_without_answers_is_held_against_the_latency_before_it() -> None:
    slow = {"latency_p50_ms": 1000.0}
    late = {"lag_p99_ms": 60.0}
    assert spans(slow, late, late, late) == []
    assert spans({}, late, late, late) == [(1, 4)]
    assert spans(slow, {**late, "latency_p50_ms": 10.0}, late, late) == [(1, 4)]


def test_becoming_limited_is_told_once_for_each_stretch() -> None:
    log = HealthLog(1)
    told = [log.add({"t": float(t), **second}) for t, second in enumerate([LATE] * 5 + [FINE] + [LATE] * 4, 1)]
    assert told == [False, False, True, False, False, False, False, False, True, False]


def test_what_is_told_of_a_worker() -> None:
    second = {"lag_p99_ms": 40.0, "latency_p50_ms": 100.0, "cpu_percent": 99.0, "gc_longest_ms": 3.0}
    worker = log_of(second, {**second, "lag_p99_ms": 60.0}, second, {"cpu_percent": 10.0}, worker=3).told()
    assert (worker.worker, worker.limited, worker.limited_seconds) == (3, (Span(0.0, 3.0),), 3.0)
    assert worker.signs == ("hub lag p99 60ms, limit 10ms",)
    assert [cause.name for cause in worker.causes] == ["cpu"]
    assert "99 % of a core" in worker.causes[0].what
    assert worker.worst["lag_p99_ms"] == 60.0
    assert "steal_percent" not in worker.worst
    assert list(worker.columns["cpu_percent"]) == [99.0, 99.0, 99.0, 10.0]
    assert set(worker.columns) == {"t", *COLUMNS}


def test_the_last_part_of_a_second_has_no_worst() -> None:
    worker = log_of({"cpu_percent": 20.0}, {"t": 1.4, "cpu_percent": 180.0}, {"t": 2.0, "cpu_percent": 30.0}).told()
    assert worker.worst["cpu_percent"] == 30.0
    late = [{**LATE, "cpu_percent": 88.0}] * 3
    assert [cause.name for cause in log_of(*late, {**LATE, "t": 3.1, "cpu_percent": 1.0}).told().causes] == ["cpu"]


def test_signs_name_each_way_of_being_late() -> None:
    starts = {"due": 10.0, "made": 9.0, "users_free": 1.0}
    told = log_of({**starts, "dispatch_p99_ms": 7.0, "lag_p99_ms": 5.5}, starts, starts).told()
    assert told.signs == (
        "hub lag p99 5.5ms, limit 5ms",
        "dispatch delay p99 7ms, limit 5ms",
        "90.0% of the starts that were due",
    )


@pytest.mark.parametrize(
    ("seconds", "names"),
    [
        ({}, ["unknown"]),
        ({"cpu_percent": [84.0, 85.9]}, ["unknown"]),
        ({"cpu_percent": [85.0, 85.0]}, ["cpu"]),
        ({"steal_percent": [0.0, 12.0]}, ["steal"]),
        ({"waited_percent": [4.0, 4.0]}, ["unknown"]),
        ({"waited_percent": [40.0], "cpu_percent": [60.0]}, ["waiting"]),
        ({"gc_longest_ms": [1.0, 20.0, 1.0]}, ["gc"]),
        ({"files": [973.0], "files_max": [1024.0]}, ["files"]),
        ({"files": [972.0], "files_max": [1024.0]}, ["unknown"]),
        ({"files": [972.0]}, ["unknown"]),
        ({"ports": [25_409.0], "ports_max": [28_232.0]}, ["ports"]),
        ({"cpu_percent": [99.0], "gc_longest_ms": [50.0], "steal_percent": [9.0]}, ["cpu", "steal", "gc"]),
    ],
)
def test_causes(seconds: dict[str, list[float]], names: list[str]) -> None:
    figures = {name: Figure(len(values), sum(values), max(values)) for name, values in seconds.items()}
    found = list(causes_of(figures))
    assert [cause.name for cause in found] == names
    assert all(cause.what and cause.way_out for cause in found)
    assert {name for name in names if name != "unknown"} <= RULES.keys()


def test_each_worker_is_judged_by_itself_and_the_worst_is_named() -> None:
    fine, short, long = log_of(*[FINE] * 5), log_of(*[LATE] * 3, worker=1), log_of(*[LATE] * 5, worker=2)
    assert limited_sentence([fine.told()], 5.0) == ""
    assert limited_sentence([], 0.0) == ""
    assert limited_sentence([long.told()], 5.0).startswith("the generator was at the limit for 5s of 5s: hub lag p99")
    together = limited_sentence([fine.told(), short.told(), long.told()], 5.0)
    assert together.startswith("2 of 3 workers were at the limit for 5s of 5s")
    assert limited_sentence([fine.told(), long.told()], 5.0).startswith("1 of 2 workers was at the limit")
    split = [log_of(LATE, LATE, FINE).told(), log_of(FINE, LATE, LATE).told()]
    assert limited_sentence(split, 3.0) == "", "two workers' seconds do not add up"


SECONDS = st.lists(
    st.fixed_dictionaries(
        {"long": st.sampled_from([0.3, 0.7, 1.0, 1.0, 1.0, 1.3, 4.0])},
        optional={
            "lag_p99_ms": st.sampled_from([0.5, 4.9, 5.0, 5.1, 30.0]),
            "dispatch_p99_ms": st.sampled_from([0.1, 5.0, 5.1, 80.0]),
            "latency_p50_ms": st.sampled_from([1.0, 50.0, 200.0, 1000.0]),
        },
    ),
    max_size=25,
)


def test_short_pauses_are_in_a_span_and_not_in_its_seconds() -> None:
    log = HealthLog(1)
    for t, second in enumerate([LATE] * 3 + [FINE] * 10 + [LATE] * 4 + [FINE] * 11 + [LATE] * 3, 1):
        log.add({"t": float(t), **second})
    told = log.told()
    assert (told.limited, told.limited_seconds) == ((Span(0.0, 17.0), Span(28.0, 31.0)), 10.0)
    assert generator_now([log]).limited_seconds == 10.0


def reference(seconds: list[dict[str, float]]) -> list[Span]:
    """Each longest row of late seconds, looked for by brute force."""
    ends, late, median, t = [0.0], [], 0.0, 0.0
    for second in seconds:
        t += second["long"]
        ends.append(t)
        median = second.get("latency_p50_ms", median)
        late.append(max(second.get("lag_p99_ms", 0), second.get("dispatch_p99_ms", 0)) > max(5.0, median * 0.1))
    found = []
    for first in range(len(late)):
        for last in range(first, len(late)):
            longest = (first == 0 or not late[first - 1]) and (last == len(late) - 1 or not late[last + 1])
            if all(late[first : last + 1]) and longest and ends[last + 1] - ends[first] >= 2.95:
                found.append(Span(ends[first], ends[last + 1]))
    return found


@given(SECONDS)
def test_the_fold_finds_what_a_search_finds(seconds: list[dict[str, float]]) -> None:
    log, t = exact(), 0.0
    for second in seconds:
        t += second["long"]
        log.add({**second, "t": t})
    assert list(log.spans) == reference(seconds)
    assert log.limited_seconds == pytest.approx(sum(span.end - span.begin for span in log.spans))


EVERYTHING = st.lists(
    st.fixed_dictionaries(
        {"long": st.sampled_from([0.3, 1.0, 1.0, 1.3])},
        optional={
            "lag_p99_ms": st.sampled_from([0.5, 5.0, 5.1, 30.0, 31.5]),
            "dispatch_p99_ms": st.sampled_from([0.1, 5.1, 80.0]),
            "latency_p50_ms": st.sampled_from([1.0, 200.0]),
            "due": st.just(100.0),
            "made": st.sampled_from([90.0, 100.0]),
            "users_free": st.just(1.0),
            "cpu_percent": st.sampled_from([70.0, 85.0, 99.0]),
            "gc_longest_ms": st.sampled_from([1.0, 30.0]),
        },
    ),
    max_size=40,
)


def told_by_all(seconds: list[dict[str, float]], spans: list[Span]) -> tuple[list[str], list[str], dict[str, float]]:
    """(signs, causes, worst), read from every second, each kept for good."""
    rows, limits, t, median = [], [], 0.0, 0.0
    for second in seconds:
        t += second["long"]
        median = second.get("latency_p50_ms", median)
        rows.append({**second, "t": t})
        limits.append(limit_ms(median))
    within = [
        (row, limit) for row, limit in zip(rows, limits, strict=True) if any(s.begin < row["t"] <= s.end for s in spans)
    ]
    signs = []
    for name, text in (("lag_p99_ms", "hub lag"), ("dispatch_p99_ms", "dispatch delay")):
        over = [(row[name] / limit, row[name], limit) for row, limit in within if row.get(name, 0.0) > limit]
        if over:
            signs.append(f"{text} p99 {format_ms(max(over)[1])}, limit {format_ms(max(over)[2])}")
    due, made = (sum(row.get(name, 0.0) for row, _ in within) for name in ("due", "made"))
    if made < 0.99 * due:
        signs.append(f"{100 * made / due:.1f}% of the starts that were due")
    whole = [row for row in rows if row["long"] >= 0.5]
    limited = [row for row, _ in within if row["long"] >= 0.5]
    cpu = [row["cpu_percent"] for row in limited if "cpu_percent" in row]
    causes = ["cpu"] if cpu and sum(cpu) / len(cpu) >= 85 else []
    causes += ["gc"] if any(row.get("gc_longest_ms", 0.0) >= 20 for row in limited) else []
    worst = {
        name: max(row[name] for row in whole if name in row) for name in COLUMNS if any(name in row for row in whole)
    }
    return signs, (causes or ["unknown"]) if spans else [], worst


@given(EVERYTHING)
def test_a_fold_tells_what_all_seconds_do(seconds: list[dict[str, float]]) -> None:
    log, t = exact(), 0.0
    for second in seconds:
        t += second["long"]
        log.add({**{name: value for name, value in second.items() if name != "long"}, "t": t})
    told = log.told()
    found = list(told.signs), [cause.name for cause in told.causes], dict(told.worst)
    assert found == told_by_all(seconds, list(log.spans))


@pytest.mark.parametrize("count", [1, ROWS, ROWS + 1, 7 * ROWS + 3])
def test_a_long_run_is_told_in_fewer_rows_that_hide_no_peak(count: int) -> None:
    seconds = [{"lag_ms": float(n % 97), "files": 3.0} if n % 5 else {"gc_count": 1.0} for n in range(count)]
    columns = log_of(*seconds).told().columns
    step = next(2**n for n in range(20) if 2**n * ROWS >= count)
    groups = [seconds[n : n + step] for n in range(0, count, step)]
    assert list(columns["t"]) == [float(min(count, n + step)) for n in range(0, count, step)]
    for name in ("lag_ms", "files", "gc_count", "steal_percent"):
        values = [max((second[name] for second in group if name in second), default=math.nan) for group in groups]
        assert list(columns[name]) == pytest.approx(values, nan_ok=True)


FIGURES = st.floats(0.0, 1e6)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"due": st.integers(0, 500), "dropped": st.integers(0, 500)},
            optional={
                "lag_p99_ms": st.floats(0.0, 5.0),
                "dispatch_p99_ms": st.floats(0.0, 5.0),
                "latency_p50_ms": FIGURES,
                **dict.fromkeys([name for name in COLUMNS if "percent" in name or "gc" in name], FIGURES),
                **dict.fromkeys(["lag_ms", "files", "ports", "users_free", "users_busy"], FIGURES),
            },
        )
    )
)
def test_what_is_in_time_is_never_flagged(seconds: list[dict[str, float]]) -> None:
    worker = log_of(*({**second, "made": second["due"]} for second in seconds)).told()
    assert worker.limited == ()
    assert worker.causes == ()
    assert limited_sentence([worker], float(len(seconds))) == ""


def test_a_result_without_health_says_nothing() -> None:
    assert WorkerHealth(0).limited_seconds == 0
