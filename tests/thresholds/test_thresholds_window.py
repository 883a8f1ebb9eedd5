"""Sliding windows against a slow exact reference: all seconds kept, and added up anew each time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import Counter, Gauge, MetricInfo, Rate, Store, Trend
from loadspec.thresholds import Watch, format_window, parse_thresholds
from loadspec.thresholds.window import SlidingWindow

values = st.none() | st.lists(st.integers(1, 1000), min_size=1, max_size=5)


def filled(kind, samples):
    if samples is None:
        return None
    value = kind()
    for sample in samples:
        value.add(sample % 2 if kind is Rate else float(sample))
    return value


@given(st.sampled_from([Trend, Rate, Counter, Gauge]), st.integers(1, 30), st.lists(values, max_size=60))
def test_a_window_is_the_sum_of_its_newest_seconds(kind, seconds, brought):
    window = SlidingWindow(float(seconds))
    for second, samples in enumerate(brought, 1):
        window.add(float(second), [filled(kind, samples)])
        newest = [part for part in brought[max(0, second - seconds) : second] if part is not None]
        exact = filled(kind, [sample for part in newest for sample in part] if newest else None)
        (found,) = window.total()
        assert (found is None) == (exact is None)
        assert exact is None or found.to_wire()[-1] == exact.to_wire()[-1]
        assert exact is None or found.samples == exact.samples
        assert not isinstance(exact, Trend) or (found.percentile(90), found.sum) == (exact.percentile(90), exact.sum)
        assert not isinstance(exact, Counter | Gauge | Rate) or found.to_wire() == exact.to_wire()
        assert window.covered == min(second, seconds)
        assert window.full == (second >= seconds)


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=50))
def test_ticks_that_come_early_or_late_cover_the_window_all_the_same(jitter):
    window = SlidingWindow(10.0)
    for second, late in enumerate(jitter, 1):
        window.add(second + late, [Counter(1, 1)])
        assert window.full == (second >= 10) or abs(late) > 0
        assert window.covered <= 11.5
        if window.full:
            assert 9 <= window.total()[0].value <= 11


def test_a_long_window_is_kept_in_a_bounded_number_of_parts():
    window = SlidingWindow(3600.0)
    for second in range(1, 10_001):
        window.add(float(second), [Counter(1, 1)])
        assert len(window._newer) + len(window._older) <= 130
        if second > 3600:
            assert 3600 <= window.total()[0].value <= 3630
            assert window.full


def test_what_was_added_is_not_changed():
    first, second = Counter(1, 1), Counter(2, 1)
    window = SlidingWindow(5.0)
    window.add(1.0, [first])
    window.add(2.0, [second])
    assert window.total()[0].value == 3
    assert (first.value, second.value) == (1, 2)


KINDS = {"errors": MetricInfo("rate"), "hits": MetricInfo("counter")}


def run(item, *seconds, metric="errors"):
    """A watch after so many seconds, each with what it brought; and when the threshold ended the run."""
    watch = Watch(parse_thresholds(metric, item, KINDS))
    total, fired = Store(), []
    for second, value in enumerate(seconds, 1):
        delta = Store()
        if value is not None:
            delta.series[(metric, ())] = value
        total.merge(delta)
        fired += [second] * len(watch.feed(float(second), delta, total))
    watch.feed(float(len(seconds)), Store(), total, True)
    return watch.results()[0], fired


GOOD, BAD = Rate(0, 10), Rate(4, 10)


def test_each_full_window_must_hold_and_the_worst_one_is_told():
    item = {"that": "rate < 10%", "window": "3s"}
    calm = [GOOD] * 10
    result, _ = run(item, *calm)
    assert (result.status, result.actual, result.samples) == ("pass", 0.0, 30)
    result, _ = run(item, *calm, BAD, *calm)
    assert (result.status, result.first_crossed, result.failing_since) == ("fail", 11.0, None)
    assert (result.actual, result.samples, round(result.margin, 3)) == (4 / 30, 30, -0.333)
    assert result.worst_margin == result.margin
    assert result.worst_window == (8.0, 11.0)
    whole, _ = run("rate < 10%", *calm, BAD, *calm)
    assert (whole.status, whole.worst_window, format_window(whole)) == ("pass", None, "")


def test_the_worst_window_is_told():
    item = {"that": "rate < 10%", "window": "3s"}
    recovered, _ = run(item, *[GOOD] * 9, *[BAD] * 4, *[GOOD] * 10)
    assert (recovered.first_crossed, recovered.failing_since, recovered.worst_window) == (10.0, None, (9.0, 12.0))
    assert format_window(recovered) == "3s to 00:12"
    short, _ = run(item, BAD, GOOD)
    assert (short.worst_window, format_window(short)) == ((0.0, 2.0), "2s to 00:02")
    none, _ = run(item, None, None, None)
    assert (none.worst_window, format_window(none)) == (None, "")


@given(st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=40), st.integers(1, 8))
def test_the_worst_window_is_the_first_with_the_highest_rate(bad, seconds):
    result, _ = run({"that": "rate < 50%", "window": f"{seconds}s"}, *[b if b is None else Rate(b, 10) for b in bad])
    shares = {}
    for end in range(min(seconds, len(bad)), len(bad) + 1):
        part = [b for b in bad[max(0, end - seconds) : end] if b is not None]
        if part:
            shares[end] = sum(part) / len(part) / 10
    if shares:
        worst = max(shares, key=lambda end: round(shares[end], 9))
        assert result.worst_window == (float(max(0, worst - seconds)), float(worst))
        assert abs(result.actual - shares[worst]) < 1e-9
    else:
        assert result.worst_window is None


def test_a_window_that_is_not_full_is_not_judged_unless_the_run_was_shorter():
    item = {"that": "rate < 10%", "window": "3s", "abort": True}
    assert run(item, BAD, GOOD)[1] == []
    assert run(item, BAD, GOOD)[0].status == "fail"
    assert run(item, BAD, GOOD, GOOD, GOOD)[1] == [3]


def test_a_window_without_samples_says_nothing():
    item = {"that": "rate < 10%", "window": "2s"}
    result, _ = run(item, GOOD, GOOD, None, None, None, GOOD)
    assert result.status == "pass"
    assert run(item, None, None, None)[0].status == "fail"
    assert run({**item, "empty": "pass"}, None, None, None)[0].status == "pass"


def test_a_counters_rate_is_that_of_the_window():
    item = {"that": "rate > 5/s", "window": "2s"}
    result, _ = run(item, *[Counter(10, 10)] * 5, Counter(1, 1), Counter(1, 1), *[Counter(10, 10)] * 3, metric="hits")
    assert (result.status, result.actual) == ("fail", 1.0)


def test_a_warning_fails_nothing():
    result, _ = run({"that": "rate < 10%", "level": "warn"}, BAD)
    assert (result.status, result.passed) == ("warn", False)
