"""What iterations note of the items of small pools that they draw, and what is shown of those items."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_plan import call, pace, parallel, pool, think

from loadspec.metrics import Store, Trend
from loadspec.metrics.items import SMALL, unite_items
from loadspec.plan.items import ItemMeter, shown_items
from loadspec.pools import Pool
from loadspec.spec.model import PoolDef
from loadspec.spec.model.pools import Bust


def noted(lab: Any) -> dict[Any, Any]:
    """What the newest iteration noted, beside the items themselves."""
    return {key: value for key, value in lab.user.draws.items() if not (isinstance(key, int) and key >= 0)}


def test_an_iteration_notes_the_first_row_that_it_draws_of_each_small_pool(lab: Any) -> None:
    pools = {**pool("few", *"abc"), **pool("many", *range(SMALL + 1)), **pool("unused", 1)}
    one = lab(call(path="/{{ pool.few }}{{ pool.many }}{{ draw('few') }}{{ pool.few }}"), pools=pools)
    one.run()
    assert noted(one) == {~0: 0}
    one.run()
    assert noted(one) == {~0: 2}
    assert one.paths() == ["/a0ba", "/c1ac"]


def test_twenty_rows_are_few_and_twenty_one_are_not(lab: Any) -> None:
    for rows, is_noted in ((SMALL, True), (SMALL + 1, False)):
        one = lab(call(path="/{{ pool.p }}"), pools=pool("p", *range(rows)))
        (scenario,) = one.plan.scenarios
        assert [scenario.items is not None, one.plan.items is not None, scenario.flow.noted] == [is_noted] * 3
    one = lab(call(), pools=pool("p", 1))
    assert one.plan.scenarios[0].items is None, "its flow draws from none"


def test_thinking_and_pacing_are_told_apart_but_for_branches(lab: Any) -> None:
    flow = (call(path="/{{ pool.p }}"), think(2.0, 2.0), pace(5.0), parallel(think(50.0, 50.0), call("b")))
    one = lab(*flow, pools=pool("p", "a"), takes=1.0)
    one.run()
    assert noted(one) == {~0: 0, "rested": 2.0}
    one.run()
    assert one.slept == [2.0, 50.0, 2.0, 50.0], "the period was over long ago"
    assert noted(one) == {~0: 0, "rested": 2.0}


def test_what_a_pace_waits_is_rest(lab: Any) -> None:
    one = lab(call(path="/{{ pool.p }}"), pace(5.0), pools=pool("p", "a"), takes=1.0)
    for expected in ({~0: 0}, {~0: 0, "rested": 4.0}, {~0: 0, "rested": 4.0}):
        one.run()
        assert noted(one) == expected


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        (call(path="/{{ pool.p }}"), [500]),
        (call(path="/{{ pool.p }}"), [("refused", "connect")]),
        (call(path="/{{ pool.p }}{{ json.nothing }}"), []),
    ],
)
def test_a_step_that_fails_is_noted(lab: Any, step: Any, answers: list[Any]) -> None:
    one = lab(step, pools=pool("p", "a"), answers=answers)
    one.run()
    assert noted(one).get("failed") is True
    assert noted(one)[~0] == 0


def test_nothing_is_noted_where_no_pool_is_small(lab: Any) -> None:
    one = lab(call(path="/{{ pool.p }}"), think(1.0, 1.0), pools=pool("p", *range(30)), answers=[500])
    one.run()
    assert noted(one) == {}
    assert one.plan.items is None


ITERATION = st.tuples(
    st.integers(0, 2) | st.none(), st.integers(0, 1) | st.none(), st.floats(0, 50), st.floats(0, 60), st.booleans()
)
"""(row of the first pool, of the second, seconds, of them rested, whether a step failed)."""


@given(st.lists(st.lists(ITERATION, max_size=8), max_size=4))
def test_items_cost_what_a_list_of_all_iterations_says(parts: list[list[Any]]) -> None:
    meter = ItemMeter({0: "p", 1: "q"}, {0: ["a", "b", "c"], 1: ["d", "e"]})
    times: dict[Any, list[float]] = {}
    failures: dict[Any, int] = {}
    told: list[Any] = []
    for number, part in enumerate(parts):
        for first, second, seconds, rested, failed in part:
            own = {key: row for key, row in ((~0, first), (~1, second)) if row is not None}
            meter.add({**own, 0: "an item", "rested": rested, **({"failed": True} if failed else {})}, seconds)
            for key, row in own.items():
                place = "pq"[~key], row
                times.setdefault(place, [])
                if failed:
                    failures[place] = failures.get(place, 0) + 1
                else:
                    times[place].append(max(0.0, seconds - rested) * 1000)
        assert meter.waiting() == sum(
            (first is not None) + (second is not None) for first, second, *_, failed in part if not failed
        )
        meter.drain(Store())
        told += meter.take(number * 4.0)
    told += meter.take(99.0, ended=True)
    found = {(row["pool"], row["row"]): row for row in unite_items(told)}
    assert found.keys() == times.keys()
    for place, row in found.items():
        trend = Trend()
        trend.add_many(times[place])
        kept = Trend.from_wire(row["times"])
        assert (kept.count, kept.percentiles((50, 95))) == (trend.count, trend.percentiles((50, 95)))
        assert row["failed"] == failures.get(place, 0)
        assert row["text"] == {"p": "abc", "q": "de"}[place[0]][place[1]]


def test_a_worker_tells_of_items_every_ten_seconds_and_at_the_end() -> None:
    meter = ItemMeter({0: "p"}, {0: ["a"]})
    told = []
    for t in range(1, 25):
        meter.add({~0: 0}, 1.0)
        meter.drain(Store())
        told += [(t, sum(row["times"][1])) for row in meter.take(float(t))]
    assert told == [(1, 1), (11, 10), (21, 10)]
    assert [sum(row["times"][1]) for row in meter.take(24.5, ended=True)] == [3]
    assert meter.take(24.6, ended=True) == []


def test_no_item_is_held_until_it_is_counted() -> None:
    """An item may be a picture of megabytes that was read for this draw alone."""

    class Picture:
        pass

    meter, picture = ItemMeter({0: "p"}, {0: ["a"]}), Picture()
    gone = weakref.ref(picture)
    meter.add({0: picture, ~0: 0}, 1.0)
    del picture
    assert gone() is None
    assert meter.waiting() == 1


LONG = "a fox in snow, " * 20
ITEMS: list[tuple[Any, str]] = [
    ("a fox", "a fox"),
    (7, "7"),
    (None, "null"),
    ({"prompt": "cat", "steps": 4}, '{"prompt": "cat", "steps": 4}'),
    ({"user": "ada", "password": "hunter22"}, '{"user": "ada", "password": "***"}'),
    ({"login": {"api_key": "k3y-0123"}, "say": "k3y-0123"}, '{"login": {"api_key": "***"}, "say": "***"}'),
    ({"user": "ada", "pwd": "hunter22", "passes": ["a", "b"]}, '{"user": "ada", "pwd": "***", "passes": "***"}'),
    ([{"token": "t0ken-1"}, "x"], '[{"token": "***"}, "x"]'),
    ("see S3CRET-9 there", "see *** there"),
    ({"name": "a.png", "content": b"\x00" * 99}, '{"name": "a.png", "content": "(99 bytes)"}'),
    (LONG, f"{LONG[:80]}..."),
    ("<b>\u202e", "<b>\u202e"),
    ("\ud800", "?"),
]


@pytest.mark.parametrize(("item", "shown"), ITEMS, ids=[str(number) for number in range(len(ITEMS))])
def test_an_item_is_shown_in_short_and_without_secrets(item: Any, shown: str) -> None:
    assert shown_items(Pool("p", [item], "random", 1, 1), ["S3CRET-9"]) == [shown]


def test_half_a_secret_at_the_end_of_what_is_shown_is_no_leak() -> None:
    secret = "0123456789abcdef"
    for before in range(60, 90):
        (shown,) = shown_items(Pool("p", ["x" * before + secret + "y" * 900], "random", 1, 1), [secret])
        assert "0123" not in shown


@pytest.mark.parametrize("name", ["password", "api_keys", "tokens", "pwd"])
def test_a_pool_of_secrets_shows_none(name: str) -> None:
    assert shown_items(Pool(name, ["hunter22", "letmein!"], "random", 1, 1), []) == ["***", "***"]


def test_an_item_is_shown_without_its_mark(lab: Any) -> None:
    pools = {"p": PoolDef("p", "sequential", ("a fox",), bust=Bust())}
    one = lab(call(path="/{{ pool.p }}"), pools=pools)
    one.run()
    one.plan.scenarios[0].items.add(one.user.draws, 2.0)
    one.store  # noqa: B018 - which drains the meters
    (row,) = one.plan.items.take(1.0)
    assert (row["pool"], row["row"], row["text"]) == ("p", 0, "a fox")
