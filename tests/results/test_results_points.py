"""The course of a load, coarser as it grows: what is left is what the raw seconds merge to, and nothing is lost."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import Rate, Store, Trend, tags_of
from loadspec.results import points as points_module
from loadspec.results.points import BY_ENDPOINT, POINTS, Course

ENDPOINTS = ("login", "generate", "status")


class Answer(NamedTuple):
    """A request: status 0 is one that had no answer."""

    endpoint: str
    status: int
    ms: float
    poll: str


ANSWERS = st.builds(
    Answer,
    endpoint=st.sampled_from(ENDPOINTS),
    status=st.sampled_from([200, 200, 404, 503, 0]),
    ms=st.floats(0.01, 1e5),
    poll=st.sampled_from(["false", "true"]),
)
SECONDS = st.lists(st.lists(ANSWERS, max_size=4), max_size=40)


def store_of(answers: list[Answer]) -> Store:
    store = Store()
    for answer in answers:
        tags = {"scenario": "default", "endpoint": answer.endpoint, "poll": answer.poll}
        good = answer.status == 200
        own = {**tags, "expected_response": "true" if good else "false"}
        error = {} if answer.status else {"error": "timeout"}
        store.counter("http_reqs", tags_of(**own, status=str(answer.status), **error)).add()
        store.rate("http_req_failed", tags_of(**tags)).add(not good)
        if answer.status:
            store.trend("http_req_duration", tags_of(**own)).add(answer.ms)
    return store


def told(endpoint: str, answers: list[Answer]) -> tuple[Any, ...]:
    """The slow reference of a point by endpoint."""
    own = [answer for answer in answers if answer.endpoint == endpoint]
    latency = Trend()
    for answer in own:
        if answer.status:
            latency.add(answer.ms)
    figures = latency.percentiles((50, 95, 99)) if latency.count else [None] * 3
    return len(own), sum(answer.status != 200 for answer in own), *figures


def class_of(answer: Answer) -> str:
    return f"status {answer.status}" if answer.status else "timeout"


def check_point(point: Any, part: list[tuple[int, list[Answer]]]) -> None:
    """A point against all that happened in it; `part` has the users and the answers of each second."""
    answers = [answer for _, second in part for answer in second]
    latency = Trend()
    for answer in answers:
        if answer.status == 200 and answer.poll == "false":
            latency.add(answer.ms)
    assert point.requests == len(answers)
    assert point.errors == Counter(class_of(answer) for answer in answers if answer.status != 200)
    assert point.failed == sum(point.errors.values())
    assert point.users == max(users for users, _ in part)
    assert point.seconds == pytest.approx(len(part))
    expected = latency.percentiles((50, 90, 95, 99)) if latency.count else [None] * 4
    assert [point.p50, point.p90, point.p95, point.p99] == expected
    assert point.max == (latency.max if latency.count else None)


@given(SECONDS, st.sampled_from([(4, 2), (8, 4), (64, 64)]))
def test_coarse_points_are_what_the_raw_seconds_merge_to(seconds: list[list[Answer]], limits: tuple[int, int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points_module, "POINTS", limits[0])
        patch.setattr(points_module, "BY_ENDPOINT", limits[1])
        course = Course()
    raw = [(number % 7, answers) for number, answers in enumerate(seconds)]
    for number, (users, answers) in enumerate(raw):
        course.add(number + 1.0, users, 2, store_of(answers))
        check_point(course.newest, [raw[number]])
    found = course.points()
    assert len(found) <= limits[0]
    for at, point in enumerate(found):
        part = raw[at * course.step : (at + 1) * course.step]
        check_point(point, part)
        assert point.iterations == 2 * len(part)
        assert point.t == min(len(raw), (at + 1) * course.step)
    by = course.by_endpoint(ENDPOINTS)
    assert len(by.t) <= limits[1]
    for row in by.endpoints:
        for at, cells in enumerate(zip(row.requests, row.failed, row.p50, row.p95, row.p99, strict=True)):
            answers = [answer for _, second in raw[at * by.step : (at + 1) * by.step] for answer in second]
            assert cells == told(row.endpoint, answers)
    had = {answer.endpoint for _, answers in raw for answer in answers}
    assert [row.endpoint for row in by.endpoints] == [name for name in ENDPOINTS if name in had]


@given(SECONDS, st.sampled_from([(64, 8, 4, 2), (8, 6, 2, 1), (4, 4, 4, 4)]))
def test_points_made_fewer_are_what_their_raw_seconds_merge_to(
    seconds: list[list[Answer]], limits: tuple[int, int, int, int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points_module, "POINTS", limits[0])
        patch.setattr(points_module, "VIEWS", limits[1:])
        course = Course()
    raw = [(number % 7, answers) for number, answers in enumerate(seconds)]
    for number, (users, answers) in enumerate(raw):
        course.add(number + 1.0, users, 2, store_of(answers))
        course.overview()  # what is remembered of a shorter load must not stay
    for view, most in zip(course.overview(), limits[1:], strict=True):
        assert len(view) <= most
        begin = 0
        for point in view:
            check_point(point, raw[begin : round(point.t)])
            begin = round(point.t)
        assert begin == len(raw)


def test_an_hour_is_drawn_in_percentiles_of_the_seconds_that_a_point_covers() -> None:
    """Of equal seconds each point is equal, however many it covers: the greatest of many would lie higher."""
    course, rng = Course(), random.Random(3)
    whole = Trend()
    for second in range(3600):
        answers = [Answer("login", 200, rng.lognormvariate(4.6, 0.8), "false") for _ in range(5)]
        for answer in answers:
            whole.add(answer.ms)
        course.add(second + 1.0, 1, 0, store_of(answers))
    median = whole.percentiles((50,))[0]
    for view in course.overview():
        assert statistics.fmean(point.p50 or 0 for point in view) == pytest.approx(median, rel=0.03)


@given(SECONDS, st.lists(st.sampled_from([1.0, 0.98, 1.02, 0.3, 0.001, 2.5]), min_size=40, max_size=40))
def test_counts_and_time_are_conserved_whatever_the_lengths(seconds: list[list[Answer]], lengths: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points_module, "POINTS", 4)
        patch.setattr(points_module, "BY_ENDPOINT", 2)
        course = Course()
    t = 0.0
    for answers, length in zip(seconds, lengths, strict=False):
        t += length
        course.add(t, 1, 1, store_of(answers))
    found, by = course.points(), course.by_endpoint(ENDPOINTS)
    every = [answer for answers in seconds for answer in answers]
    assert sum(point.requests for point in found) == len(every) == sum(sum(row.requests) for row in by.endpoints)
    assert sum(point.failed for point in found) == sum(sum(row.failed) for row in by.endpoints)
    assert sum(point.iterations for point in found) == len(seconds)
    assert sum(point.seconds for point in found) == pytest.approx(t) == pytest.approx(sum(by.seconds))
    assert course.elapsed == t
    if found:
        assert found[-1].t == by.t[-1] == t


def test_an_endpoint_that_comes_late_has_its_place_on_the_axis() -> None:
    course = Course()
    for second, answers in enumerate([[], [Answer("login", 200, 5.0, "false")], []], 1):
        course.add(float(second), 1, 0, store_of(answers))
    (row,) = course.by_endpoint(ENDPOINTS).endpoints
    assert (row.endpoint, row.requests, row.failed) == ("login", [0, 1, 0], [0, 0, 0])
    assert row.p95 == [None, 5.0, None]


def test_what_belongs_to_no_endpoint_is_no_series() -> None:
    store = Store()
    store.counter("http_reqs", tags_of(scenario="x", expected_response="true", status="200")).add()
    store.rate("http_req_failed").merge(Rate(0, 1))
    assert points_module.shares_of(store) == {}


def test_a_day_is_no_longer_than_the_limits() -> None:
    course = Course()
    store = store_of([Answer("login", 200, 5.0, "false")])
    for second in range(5000):
        course.add(second + 1.0, 1, 0, store)
    assert course.step == 8
    assert len(course.points()) == 625 <= POINTS
    assert len(course.by_endpoint(ENDPOINTS).t) <= BY_ENDPOINT


@given(st.lists(st.sampled_from([1, 1, 2, 3, 7, 10, 20]), max_size=60), st.sampled_from([(4, 2), (8, 4), (64, 16)]))
def test_a_step_is_no_shorter_than_what_was_taken_together(sizes: list[int], limits: tuple[int, int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points_module, "POINTS", limits[0])
        patch.setattr(points_module, "BY_ENDPOINT", limits[1])
        course = Course()
    t = 0.0
    for size in sizes:
        t += size
        course.add(t, 1, size, store_of([Answer("login", 200, 5.0, "false")] * size), size)
    found, by = course.points(), course.by_endpoint(ENDPOINTS)
    assert sum(point.requests for point in found) == sum(sizes) == sum(point.iterations for point in found)
    assert course.step >= max(sizes, default=1)
    assert all(point.seconds < 2 * course.step for point in found)
    assert all(seconds < 2 * by.step for seconds in by.seconds)
    for point in found[:-1]:  # each begins in a step of its own
        assert (point.t - point.seconds) // course.step < point.t // course.step
    assert (len(found) <= limits[0], len(by.t) <= limits[1]) == (True, True)


def test_the_last_part_of_a_second_makes_no_two_of_it() -> None:
    course = Course()
    store = store_of([Answer("login", 200, 5.0, "false")])
    course.add(1.0, 1, 1, store)
    course.add(2.04, 1, 2, store, 2)
    assert (course.step, [point.t for point in course.points()]) == (1, [1.0, 2.04])
