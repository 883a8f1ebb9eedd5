"""Service level objectives as thresholds: what they judge, their budgets, burn rates and Apdex."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import Rate, Store, tags_of
from loadspec.thresholds import ThresholdError, Watch, format_actual, format_margin, read_slo, read_slos

VALUES = {"endpoint": ["generate", "login"], "scenario": ["buyers"]}


def traffic(good: int, failed: int = 0, ms: float = 100.0, endpoint: str = "generate") -> Store:
    """A store with so many requests: `failed` of them got no expected answer, and at once."""
    store = Store()
    tags = {"endpoint": endpoint, "poll": "false"}
    store.rate("http_req_failed", tags_of(**tags)).merge(Rate(failed, good + failed))
    for expected, count, took in (("true", good, ms), ("false", failed, 1.0)):
        if count:
            store.trend("http_req_duration", tags_of(**tags, expected_response=expected)).add(took, count)
            store.counter("http_reqs", tags_of(**tags, expected_response=expected)).add(count)
    return store


def judged(raw: dict[str, Any], *seconds: Store) -> dict[str, Any]:
    """Source → result after these seconds of load."""
    watch, total = Watch(read_slo("images", raw, VALUES)), Store()
    for second, delta in enumerate(seconds, 1):
        total.merge(delta)
        watch.feed(float(second), delta, total)
    watch.feed(float(len(seconds)), Store(), total, ended=True)
    return {result.threshold.source: result for result in watch.results()}


def test_what_stands_for_one_slo():
    parts = read_slo("images", {"endpoint": "generate", "availability": "99.9%", "latency": "95% within 2s"}, VALUES)
    assert [(part.title, part.judged, part.measure, part.window) for part in parts] == [
        ("slo images: availability >= 99.9%", True, "ratio", 0.0),
        ("slo images: burn rate of availability 99.9% < 1, every 1m", False, "score", 60.0),
        ("slo images: within 2s >= 95%", True, "ratio", 0.0),
        ("slo images: burn rate of 95% within 2s < 1, every 1m", False, "score", 60.0),
        ("slo images: apdex(2s) >= 0", False, "score", 0.0),
    ]
    assert {part.slo.scope for part in parts if part.slo} == {"endpoint:generate"}
    assert not any(part.plain for part in parts)
    assert [part.path for part in parts if part.judged] == [
        ("slos", "images", "availability"),
        ("slos", "images", "latency"),
    ]


def test_availability_and_how_much_of_its_budget_is_used():
    found = judged({"availability": "99%"}, traffic(996, 4))["availability >= 99%"]
    assert (found.status, found.samples) == ("pass", 1000)
    assert found.actual == pytest.approx(0.996)
    assert found.margin == pytest.approx(0.6)  # 0.4 % bad of 1 % allowed
    assert format_actual(found.threshold, found.actual) == "99.60%"
    assert format_margin(found.threshold, found.margin) == "40 % of the error budget used"
    none = judged({"availability": "97.7%"}, traffic(997))["availability >= 97.7%"]
    assert format_margin(none.threshold, none.margin) == "0 % of the error budget used"
    over = judged({"availability": "99%"}, traffic(800, 200))["availability >= 99%"]
    assert (over.status, over.first_crossed) == ("fail", 1.0)
    assert format_margin(over.threshold, over.margin) == "20 times the error budget"


def test_a_failed_request_is_never_in_time():
    text = "within 2s >= 95%"
    assert judged({"latency": "95% within 2s"}, traffic(95, 5))[text].status == "pass"
    found = judged({"latency": "95% within 2s"}, traffic(94, 6))[text]
    assert (found.status, found.actual) == ("fail", pytest.approx(0.94))
    assert judged({"latency": "95% within 2s"}, traffic(100, ms=2500.0))[text].actual == 0.0


def test_several_latencies_and_an_apdex_of_the_first():
    found = judged({"latency": ["50% within 500ms", "99% within 5s"], "apdex": {"at_least": 0.9}}, traffic(90, 10))
    assert [found[text].status for text in ("within 500ms >= 50%", "within 5s >= 99%", "apdex(500ms) >= 0.9")] == [
        "pass",
        "fail",
        "pass",
    ]
    assert found["apdex(500ms) >= 0.9"].actual == pytest.approx(0.9)
    slow = judged({"apdex": {"t": "60ms", "at_least": 0.6}}, traffic(100, ms=100.0))["apdex(60ms) >= 0.6"]
    assert (slow.status, slow.actual) == ("fail", pytest.approx(0.5))


def test_the_burn_rate_is_that_of_the_worst_window():
    """Two bad seconds in ten: the budget of the run is hardly touched, and its worst two seconds burn at 50."""
    seconds = [traffic(100)] * 4 + [traffic(50, 50)] * 2 + [traffic(100)] * 14
    raw = {"availability": "90%", "burn": {"window": "2s", "below": 4}}
    found = judged(raw, *seconds)
    assert found["availability >= 90%"].status == "pass"
    burn = found["burn rate of availability 90% < 4"]
    assert (burn.status, burn.actual, burn.first_crossed) == ("fail", pytest.approx(5.0), 6.0)
    quiet = judged({**raw, "burn": {"window": "2s", "below": 6}}, *seconds)["burn rate of availability 90% < 6"]
    assert (quiet.status, quiet.actual) == ("pass", pytest.approx(5.0))


@pytest.mark.parametrize("percent", ["93", "90.58", "97.43", "99", "99.9"])
def test_a_promise_that_is_just_kept_is_kept(percent: str) -> None:
    """1 − 0.07 is less than 0.93 by doubles."""
    failed = round((100 - float(percent)) * 100)
    found = judged({"availability": f"{percent}%"}, traffic(10_000 - failed, failed))
    assert found[f"availability >= {percent}%"].passed


@pytest.mark.parametrize(
    ("target", "failed", "below"), [(99, 1000, 10), (95, 1000, 2), (90, 1000, 1), (99.9, 144, 14.4)]
)
def test_a_burn_rate_that_just_reaches_its_limit_has_reached_it(target: float, failed: int, below: float) -> None:
    raw = {"availability": f"{target}%", "burn": {"window": "1s", "below": below}}
    found = judged(raw, traffic(10_000 - failed, failed))
    assert found[f"burn rate of availability {target}% < {below:g}"].status == "fail"


def test_a_term_is_selected_once_a_second_however_many_judge_it(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {"availability": "99%", "latency": ["50% within 1s", "90% within 2s", "99% within 3s"]}
    watch, asked = Watch(read_slos({"a": raw, "b": raw}, {})), []
    select = Store.select
    monkeypatch.setattr(
        Store, "select", lambda self, metric, *rest: asked.append(metric) or select(self, metric, *rest)
    )
    watch.feed(1.0, traffic(10), traffic(10))
    assert sorted(asked) == [
        "http_req_duration",
        "http_req_duration",
        "http_req_failed",
        "http_req_failed",
        *["http_reqs"] * 2,
    ]


def test_what_is_not_judged_is_measured_and_never_shown_as_a_threshold():
    watch = Watch(read_slo("images", {"availability": "90%"}, VALUES))
    watch.feed(1.0, traffic(1, 9), traffic(1, 9), ended=True)
    assert [result.threshold.source for result in watch.current()] == ["availability >= 90%"]
    burn = watch.results()[1]
    assert (burn.threshold.judged, burn.actual) == (False, pytest.approx(9.0))


def test_a_level_of_warning_is_that_of_all_its_parts():
    raw = {"availability": "90%", "level": "warn", "burn": {"below": 2}, "latency": "90% within 1s"}
    assert {result.status for result in judged(raw, traffic(1, 9)).values() if result.threshold.judged} == {"warn"}


def test_only_its_own_requests_count():
    raw = {"endpoint": ["generate"], "availability": "99%"}
    both = traffic(100)
    both.merge(traffic(0, 100, endpoint="login"))
    assert judged(raw, both)["availability >= 99%"].actual == 1.0
    assert judged({**raw, "endpoint": ["generate", "login"]}, both)["availability >= 99%"].actual == 0.5
    assert judged({"availability": "99%"}, both)["availability >= 99%"].actual == 0.5


def test_without_a_request_a_promise_is_broken():
    found = judged({"availability": "99%", "latency": "90% within 1s"}, Store())
    assert [(found[text].status, found[text].actual) for text in ("availability >= 99%", "within 1s >= 90%")] == [
        ("fail", None),
        ("fail", None),
    ]


@given(st.integers(0, 500), st.integers(0, 500), st.decimals("0.01", "99.99", places=2))
def test_a_budget_is_overspent_exactly_where_the_promise_is_broken(good: int, failed: int, percent: Any) -> None:
    if good + failed == 0:
        return
    (found, *_) = judged({"availability": f"{percent}%"}, traffic(good, failed)).values()
    assert found.margin is not None
    used = failed / (good + failed) / (1 - float(percent) / 100)
    assert 1 - found.margin == pytest.approx(used, abs=1e-6)
    assert found.passed is (found.margin >= 0)


REFUSED = {
    "nothing": ({}, (), "promises nothing"),
    "a bare number": ({"availability": "99.9"}, ("availability",), "no share of requests"),
    "all": ({"availability": "100%"}, ("availability",), "leaves no error budget"),
    "none": ({"availability": "0%"}, ("availability",), "is no promise"),
    "no limit": ({"latency": "p(95) < 2s"}, ("latency",), "promises no time"),
    "no unit": ({"latency": ["90% within 1s", "95% within 2"]}, ("latency", 1), "not a duration"),
    "no time": ({"latency": "95% within 0s"}, ("latency",), "within no time"),
    "no share": ({"latency": "within 2s"}, ("latency",), "no share of requests"),
    "an apdex that is only shown": ({"apdex": {"t": "5ms"}}, (), "promises nothing"),
    "a burn of nothing": ({"apdex": {"t": "5ms", "at_least": 0.5}, "burn": {"below": 1}}, ("burn",), "no error budget"),
    "an apdex of nothing": ({"availability": "99%", "apdex": {"at_least": 0.5}}, ("apdex",), "no T"),
    "a window": ({"availability": "99%", "burn": {"window": "2h"}}, ("burn", "window"), "cannot be judged"),
    "an endpoint": ({"availability": "99%", "endpoint": "genrate"}, ("endpoint",), "no endpoint `genrate`"),
    "one of several": ({"availability": "9%", "endpoint": ["login", "x"]}, ("endpoint", 1), "no endpoint `x`"),
    "no endpoint": ({"availability": "99%", "endpoint": []}, ("endpoint",), "is empty"),
    "a scenario": ({"availability": "99%", "scenario": "sellers"}, ("scenario",), "no scenario `sellers`"),
}


@pytest.mark.parametrize(("raw", "path", "told"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_promised(raw: dict[str, Any], path: tuple[str | int, ...], told: str) -> None:
    with pytest.raises(ThresholdError, match=told) as refused:
        read_slos({"images": raw}, VALUES)
    assert refused.value.path == ("images", *path)
    assert refused.value.hint
