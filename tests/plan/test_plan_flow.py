"""Steps that hold steps: which ones run, how often, and what a value that lacks does."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_plan import Lab, call, choose, group, if_, meet, parallel, repeat, spec, think

from loadspec.protocols.user import AbortRun, EndIteration, StopUser
from loadspec.spec.model import ONCE, Branch, Capture, Target
from loadspec.transports.base import Interrupted


def get(name: str, **fields: Any) -> Any:
    return call(name, path=f"/{name}", **fields)


# repeat


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ({"times": 3}, 3),
        ({"times": 0}, 0),
        ({"times": "1 + 1"}, 2),
        ({"times": "2.0"}, 2),
        ({"times": 5, "at_most": 2}, 2),
        ({"over": "[7, 8, 9]"}, 3),
        ({"over": "[7, 8, 9]", "at_most": 2}, 2),
        ({"over": "[]"}, 0),
        ({"while_": "true", "at_most": 4}, 4),
        ({"while_": "false", "at_most": 4}, 0),
    ],
)
def test_repeat_so_often(fields: dict[str, Any], times: int, lab: Any) -> None:
    one = lab(repeat(get("a"), **fields), get("b"))
    assert one.run() is None
    assert one.paths() == ["/a"] * times + ["/b"]
    assert one.failures() == []


def test_items_and_numbers_have_names(lab: Any) -> None:
    one = lab(repeat(call("a", path="/{{ i }}/{{ size }}"), over="['s', 'm']", item="size", index="i"))
    one.run()
    assert one.paths() == ["/0/s", "/1/m"]


def test_while_looks_at_what_the_pass_before_captured(lab: Any) -> None:
    page = call("page", path="/page/{{ default(more, 'first') }}", captures={"more": "$.more"})
    one = lab(
        repeat(page, while_="default(more, 'x') != ''", at_most=10),
        answers=[(200, {"more": "2"}), (200, {"more": "3"}), (200, {"more": ""})],
    )
    one.run()
    assert one.paths() == ["/page/first", "/page/2", "/page/3"]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"times": "json.no"}, "missing_value"),
        ({"over": "json.no"}, "missing_value"),
        ({"while_": "json.no", "at_most": 2}, "missing_value"),
        ({"times": "'three'"}, "wrong_value"),
        ({"times": "-1"}, "wrong_value"),
        ({"times": "1.5"}, "wrong_value"),
        ({"times": "true"}, "wrong_value"),
        ({"times": "1000001"}, "wrong_value"),
        ({"over": "'text'"}, "wrong_value"),
    ],
)
def test_a_repeat_that_cannot_know_how_often_is_a_failed_step(fields: dict[str, Any], kind: str, lab: Any) -> None:
    one = lab(repeat(get("a"), **fields), get("b"))
    assert one.run() is None
    assert one.paths() == ["/b"]
    assert [entry["key"] for entry in one.failures()] == [["repeat", kind, "flow", 0]]


def test_a_pass_that_waited_for_nothing_gives_way(lab: Any) -> None:
    one = lab(repeat(if_(("false", (get("a"),))), times=3))
    one.run()
    assert one.slept == [0, 0, 0]
    slow = lab(repeat(think(1.0, 1.0), times=3))
    slow.run()
    assert slow.slept == [1.0, 1.0, 1.0]


def test_a_step_of_a_loop_can_end_the_iteration(lab: Any) -> None:
    one = lab(repeat(get("a", on_fail="end_iteration"), times=5), get("b"), answers=[200, 500])
    assert isinstance(one.run(), EndIteration)
    assert one.paths() == ["/a", "/a"]


# if


@pytest.mark.parametrize(("answer", "paths"), [("x", ["/1"]), ("y", ["/2"]), ("z", ["/3"])])
def test_one_branch(answer: str, paths: list[str], lab: Any) -> None:
    one = lab(
        get("0", captures={"v": "$.v"}),
        if_(("v == 'x'", (get("1"),)), ("v == 'y'", (get("2"),)), otherwise=(get("3"),)),
        answers=[(200, {"v": answer})],
    )
    one.run()
    assert one.paths() == ["/0", *paths]


def test_no_branch(lab: Any) -> None:
    one = lab(if_(("iteration > 5", (get("1"),))), get("2"))
    one.run()
    assert one.paths() == ["/2"]


FAILS = [
    ("continue", type(None), ["/2"]),
    ("end_iteration", EndIteration, []),
    ("stop_vu", StopUser, []),
    ("abort", AbortRun, []),
]


@pytest.mark.parametrize(("on_fail", "signal", "paths"), FAILS)
def test_a_condition_that_lacks_a_value_is_a_failed_step(on_fail: Any, signal: Any, paths: Any, lab: Any) -> None:
    one = lab(if_(("json.no", (get("1"),)), otherwise=(get("9"),), on_fail=on_fail), get("2"))
    end = one.run()
    assert isinstance(end, signal)
    assert one.paths() == paths
    assert [entry["key"] for entry in one.failures()] == [["if", "missing_value", "flow", 0]]
    if on_fail == "abort":
        assert str(end).startswith("if failed: ")


KINDS = [
    repeat(get("1"), times=2, when="json.no"),
    if_(("true", (get("1"),)), when="json.no"),
    choose(Branch(1.0, (get("1"),)), when="json.no"),
    group("g", get("1"), when="json.no"),
    parallel(get("1"), when="json.no"),
    meet(5, when="json.no"),
    think(1.0, 1.0, when="json.no"),
]


@pytest.mark.parametrize("step", KINDS, ids=lambda step: step.name)
def test_a_when_that_lacks_a_value_fails_any_kind_of_step(step: Any, lab: Any) -> None:
    one = lab(step, get("2"))
    one.run()
    assert one.paths() == ["/2"]
    assert one.slept == []
    assert [entry["key"] for entry in one.failures()] == [[step.name, "missing_value", "flow", 0]]


# choose


def test_weights_are_shares(lab: Any) -> None:
    one = lab(choose(Branch(3.0, (get("a"),)), Branch(1.0, (get("b"),)), Branch(0.0, (get("never"),))))
    for _ in range(2000):
        one.run()
    counts = Counter(one.paths())
    assert counts.keys() == {"/a", "/b"}
    assert 0.7 < counts["/a"] / 2000 < 0.8


def drawn(seed: int, users: list[int], rounds: int = 20) -> dict[int, list[str]]:
    """What each user draws, in a worker that has these users only."""
    flow = (
        choose(Branch(1.0, (get("a"),)), Branch(1.0, (get("b"),)), Branch(2.0, ())),
        choose(Branch(1.0, (get("c"),)), Branch(1.0, ())),
    )
    one = Lab(spec(flow), [], seed)
    found = {}
    for index in users:
        user = one.new_user(index)
        one.requests.clear()
        for _ in range(rounds):
            one.run(user)
        found[index] = one.paths()
    return found


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_the_same_draws_on_any_number_of_workers(seed: int, workers: int) -> None:
    alone = drawn(seed, list(range(6)))
    shared: dict[int, list[str]] = {}
    for worker in range(workers):
        shared |= drawn(seed, list(range(worker, 6, workers)))
    assert shared == alone


@given(st.lists(st.integers(0, 5), min_size=1, max_size=5).filter(any), st.integers(0, 1000))
def test_shares_of_any_weights(weights: list[int], seed: int) -> None:
    """Against the weights themselves: 600 draws of 20 users stay within 5 standard deviations of each share."""
    one = Lab(spec((choose(*(Branch(float(w), (get(str(i)),)) for i, w in enumerate(weights))),)), [], seed)
    for index in range(20):
        user = one.new_user(index)
        for _ in range(30):
            one.run(user)
    counts = Counter(one.paths())
    for index, weight in enumerate(weights):
        share = weight / sum(weights)
        assert abs(counts[f"/{index}"] - 600 * share) <= 5 * (600 * share * (1 - share)) ** 0.5


def test_a_named_branch_is_measured(lab: Any) -> None:
    one = lab(choose(Branch(1.0, (get("a"),), "buy"), Branch(1.0, (get("b"),), "browse")))
    for _ in range(50):
        one.run()
    buys, browses = (one.store.where("group_duration", group=f"::{name}").count for name in ("buy", "browse"))
    assert buys == one.paths().count("/a")
    assert browses == one.paths().count("/b")


# group


def test_groups_are_measured_with_what_is_in_them(lab: Any) -> None:
    one = lab(group("shop", get("a"), group("pay", get("b"), think(1.0, 1.0))), get("c"), takes=0.25)
    one.run()
    store = one.store
    assert store.where("group_duration", group="::shop").max == pytest.approx(1500)
    assert store.where("group_duration", group="::shop::pay").max == pytest.approx(1250)
    assert store.total("http_reqs", group="::shop") == 1
    assert store.total("http_reqs", group="::shop::pay") == 1
    assert store.total("http_reqs") == 3
    assert all("group" not in tags for tags, _ in store.items("http_reqs") if tags["endpoint"] == "c")


def test_a_group_that_a_step_ended_has_a_sample(lab: Any) -> None:
    one = lab(group("g", get("a", on_fail="end_iteration"), think(9.0, 9.0)), answers=[500], takes=0.5)
    assert isinstance(one.run(), EndIteration)
    assert one.store.where("group_duration", group="::g").max == pytest.approx(500)


# parallel, with branches one after the other


def test_branches_share_captures_and_outcomes_and_have_connections_of_their_own(lab: Any) -> None:
    one = lab(
        parallel(get("a", captures={"x": "$.x"}), get("b", captures={"y": "$.y"})),
        call("c", path="/{{ x }}{{ y }}", when="steps.a.ok and not steps.b.ok"),
        answers=[(200, {"x": 1}), (500, {"y": 2})] * 2,
    )
    one.run()
    assert one.paths() == ["/a", "/b", "/12"]
    channels = [branch.channels[0] for branch in one.user.branches]
    assert len({id(channel) for channel in [*channels, one.user.channels[0]]}) == 3
    one.run()
    assert [branch.channels[0] for branch in one.user.branches] == channels


# run


def test_once_per_user_keeps_captures_and_outcome(lab: Any) -> None:
    one = lab(
        get("login", captures={"token": "$.t"}, run=ONCE),
        call("a", path="/{{ token }}/{{ steps.login.status }}"),
        answers=[(201, {"t": "x"})],
    )
    for _ in range(3):
        one.run()
    assert one.paths() == ["/login", "/x/201", "/x/201", "/x/201"]
    other = one.new_user(1)
    one.answers[:] = [(200, {"t": "y"})]
    one.run(other)
    assert one.paths()[-2:] == ["/login", "/y/200"]


def test_it_is_tried_again_until_it_was_ok(lab: Any) -> None:
    one = lab(get("login", captures={"t": "$.t"}, run=ONCE), answers=[503, 503, (200, {"t": 1})])
    for _ in range(5):
        one.run()
    assert one.paths() == ["/login"] * 3


def test_a_skipped_one_is_not_done(lab: Any) -> None:
    one = lab(get("login", run=ONCE, when="iteration == 1"))
    for _ in range(4):
        one.run()
    assert one.paths() == ["/login"]


def test_every_so_often(lab: Any) -> None:
    one = lab(get("login", captures={"t": "$.t"}, run=10.0), call("a", path="/{{ t }}"), think(4.0, 4.0))
    one.answers += [(200, {"t": 1}), 200, 200, 200, (200, {"t": 2}), 200]
    for _ in range(4):
        one.run()
    assert one.paths() == ["/login", "/1", "/1", "/1", "/login", "/2"]  # at 0 and 12 s


def test_a_refresh_that_failed_leaves_the_old_capture_and_is_tried_again(lab: Any) -> None:
    one = lab(get("login", captures={"t": "$.t"}, run=3.0), call("a", path="/{{ t }}"), think(4.0, 4.0))
    one.answers += [(200, {"t": 1}), 200, 503, 200, (200, {"t": 2}), 200]
    for _ in range(3):
        one.run()
    assert one.paths() == ["/login", "/1", "/login", "/1", "/login", "/2"]


def test_a_group_once_per_user(lab: Any) -> None:
    one = lab(
        group("start", get("a", captures={"x": "$.x"}), get("b", when="false"), run=ONCE, when="iteration < 9"),
        call("c", path="/{{ x }}", when="steps.a.ok and not steps.b.ok"),
        answers=[(200, {"x": 5})],
    )
    one.run()
    one.run()
    assert one.paths() == ["/a", "/5", "/5"]


def test_what_lasts_inside_what_lasts_keeps_cookies_behind_it(lab: Any) -> None:
    steps = [get(name, run=run) for name, run in (("a", 0.0), ("b", 3600.0), ("c", 0.0))]
    answers = [(200, {}, f"Set-Cookie: {name}=1; Path=/") for name in "abc"]
    one = lab(group("login", *steps, run=ONCE), get("d"), answers=answers, target=Target("http://h.example"))
    one.run()
    one.run()
    assert one.paths() == ["/a", "/b", "/c", "/d", "/d"]
    assert b"\r\nCookie: a=1; b=1; c=1\r\n" in one.requests[-1]


def test_a_group_in_which_a_step_failed_is_tried_again(lab: Any) -> None:
    one = lab(group("start", get("a"), get("b"), run=ONCE), answers=[200, 500, 200, 200])
    for _ in range(3):
        one.run()
    assert one.paths() == ["/a", "/b", "/a", "/b"]


@pytest.mark.parametrize(
    "lacking",
    [
        if_(("x == 1", ()), otherwise=()),
        repeat(think(0.0, 0.0), over="x"),
        think(0.0, 0.0, when="x == 1"),
        parallel(if_(("x == 1", ()))),
        group("inner", if_(("x == 1", ())), run=ONCE),
    ],
    ids=["if", "repeat", "when", "in a branch", "in what lasts itself"],
)
def test_a_group_in_which_a_step_lacked_a_value_is_tried_again(lacking: Any, lab: Any) -> None:
    first = get("a", captures={"x": Capture("x", "jsonpath", "$.x", optional=True)})
    one = lab(group("start", first, lacking, run=ONCE), answers=[(200, {}), (200, {"x": [1]}), (200, {"x": [2]})])
    for _ in range(4):
        one.run()
    assert one.paths() == ["/a", "/a"]


def test_an_interrupted_end_is_not_done(lab: Any) -> None:
    one = lab(group("g", get("a", on_fail="end_iteration"), run=ONCE), answers=[500, 200])
    for _ in range(3):
        one.run()
    assert one.paths() == ["/a", "/a"]


# steps share their outcome's place by name, wherever they stand


def test_the_same_endpoint_in_two_branches_is_one_outcome(lab: Any) -> None:
    one = lab(
        if_(("iteration == 0", (get("a"),)), otherwise=(get("a", method="POST"),)),
        call("b", path="/b", when="steps.a.ok"),
    )
    one.run()
    one.run()
    assert one.paths() == ["/a", "/b", "/a", "/b"]


def names(steps: Any) -> list[str]:
    return [step.__qualname__ for step in steps]


def test_a_flow_without_these_steps_runs_nothing_of_them(lab: Any) -> None:
    """What is not used costs nothing: no wrapper around a step, none around its attempt."""
    one = lab(get("a", when="vu == 1"), get("b"), think(1.0, 1.0))
    steps = one.plan.scenarios[0].flow.steps
    assert names(steps) == ["compile_call.<locals>.call", "compile_call.<locals>.call", "compile_think.<locals>.think"]
    for step in steps[:2]:
        cells = dict(zip(step.__code__.co_freevars, (cell.cell_contents for cell in step.__closure__), strict=True))
        assert cells["attempt"].__qualname__.endswith(".<locals>.attempt")


def test_a_list_of_one_is_the_step_itself(lab: Any) -> None:
    one = lab(group("g", get("a")))
    (step,) = one.plan.scenarios[0].flow.steps
    cells = dict(zip(step.__code__.co_freevars, (cell.cell_contents for cell in step.__closure__), strict=True))
    assert names([cells["body"]]) == ["compile_call.<locals>.call"]


def test_a_request_that_was_cut_off_has_its_retries_counted_once(lab: Any) -> None:
    """The branches of `parallel` keep their channels after one that ended the iteration cut the others off."""
    one = lab(parallel(call("a")), answers=[Interrupted(), 200])
    connect = one.connect

    def connect_again(user: Any, origin: int) -> Any:
        channel = connect(user, origin)
        channel.retries = 1
        return channel

    one.connect = connect_again
    with pytest.raises(Interrupted):
        one.run()
    one.run()
    assert one.store.total("http_req_retries") == 1
    assert one.store.total("data_sent") == 3 * len(one.requests[0])
