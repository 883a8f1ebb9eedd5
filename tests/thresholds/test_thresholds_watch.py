"""A run's thresholds from second to second."""

from __future__ import annotations

from support_results import store_of

from loadspec.metrics import Counter, MetricInfo, Rate, Store
from loadspec.thresholds import Watch, parse_thresholds

KINDS = {"errors": MetricInfo("rate"), "hits": MetricInfo("counter")}


def watch(*items, metric="errors"):
    return Watch(parse_thresholds(metric, list(items), KINDS))


def feed(watched, *values, start=1, metric="errors"):
    """What the whole run so far came to, second by second; returns the seconds at which a threshold ended the run."""
    return [
        second
        for second, value in enumerate(values, start)
        if watched.feed(float(second), Store(), store_of(**{metric: value}))
    ]


GOOD, BAD, WORSE = Rate(0, 10), Rate(2, 10), Rate(5, 10)


def test_before_any_sample_a_threshold_is_pending_and_in_the_end_failed():
    watched = watch("rate < 10%", {"that": "rate < 10%", "empty": "pass"})
    assert [result.status for result in watched.current()] == ["pending", "pending"]
    feed(watched, None, Rate())
    assert [result.status for result in watched.current()] == ["pending", "pending"]
    strict, lax = watched.results()
    assert (strict.status, strict.passed, strict.first_crossed, strict.worst_margin) == ("fail", False, None, None)
    assert (lax.status, lax.passed) == ("pass", True)


def test_since_when_it_fails():
    watched = watch("rate < 10%")
    feed(watched, None, GOOD, BAD, WORSE, GOOD)
    (result,) = watched.current()
    assert (result.status, result.first_crossed, result.failing_since) == ("pass", 3.0, None)
    feed(watched, BAD, BAD, start=6)
    (result,) = watched.results()
    assert (result.status, result.first_crossed, result.failing_since) == ("fail", 3.0, 6.0)
    assert (result.actual, result.samples, result.margin, result.worst_margin) == (0.2, 10, -1.0, -4.0)
    assert not result.aborted


def test_a_threshold_that_never_failed_was_never_crossed():
    watched = watch("rate < 10%")
    feed(watched, GOOD, Rate(1, 20))
    (result,) = watched.results()
    assert (result.status, result.first_crossed, result.failing_since, result.worst_margin) == ("pass", None, None, 0.5)


def test_an_aborting_threshold_fires_once_and_only_after_its_delay():
    watched = watch({"that": "rate < 10%", "abort": True, "after": "3s"}, "rate < 1%")
    assert feed(watched, BAD, BAD, BAD, BAD, BAD) == [4]
    first, second = watched.results()
    assert (first.aborted, first.first_crossed) == (True, 1.0)
    assert (second.aborted, second.status) == (False, "fail")


def test_the_threshold_that_fires_is_named():
    watched = watch("rate < 1%", {"that": "rate < 10%", "abort": True})
    assert [t.source for t in watched.feed(1.0, Store(), store_of(errors=BAD))] == ["rate < 10%"]


def test_without_samples_nothing_aborts():
    watched = watch({"that": "rate < 10%", "abort": True})
    assert feed(watched, None, Rate(), Rate()) == []
    counted = watch({"that": "count > 5", "abort": True}, metric="hits")
    assert feed(counted, None, Counter(), metric="hits") == []
    (result,) = counted.results()
    assert (result.status, result.actual, result.first_crossed) == ("fail", 0.0, None)


def test_each_threshold_is_looked_up_for_itself():
    watched = Watch([*parse_thresholds("errors", "rate < 10%", KINDS), *parse_thresholds("hits", "rate >= 2/s", KINDS)])
    watched.feed(10.0, Store(), store_of(errors=BAD, hits=Counter(20, 20)))
    assert [(r.actual, r.status) for r in watched.results()] == [(0.2, "fail"), (2.0, "pass")]
