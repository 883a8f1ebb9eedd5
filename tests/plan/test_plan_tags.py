"""Tags of endpoints, steps and groups: who carries them, and what happens to values that only a run knows."""

from __future__ import annotations

from typing import Any

import pytest
from support_plan import call, group, metrics, poll, pool, repeat

from loadspec.expr import ExprError
from loadspec.metrics.tag_values import MAX_VALUES
from loadspec.protocols.user import AbortRun

MODELS = pool("models", {"name": "flux"}, {"name": "sd3"}, {"name": "flux"})
MODEL = {"model": "{{ pool.models.name }}"}


def series(lab: Any, metric: str, tag: str) -> dict[str, int]:
    """Value of the tag → samples; "" where a series has none."""
    found: dict[str, int] = {}
    for tags, value in lab.store.items(metric):
        found[tags.get(tag, "")] = found.get(tags.get(tag, ""), 0) + value.samples
    return found


def test_fixed_tags_are_on_all_that_the_step_measures(lab: Any) -> None:
    step = call(tags={"kind": "read", "host": "{{ env.HOST }}"}, checks={"c": "true"}, record={"size_of": "size"})
    one = lab(step, call("two"), metrics=metrics(size_of="trend"), env={"HOST": "a"})
    one.run()
    for metric in ("http_reqs", "http_req_duration", "http_req_failed", "data_sent"):
        assert series(one, metric, "kind") == {"read": 1, "": 1}
        assert series(one, metric, "host") == {"a": 1, "": 1}
    assert series(one, "checks", "kind") == {"read": 1} == series(one, "size_of", "kind")


def test_nearer_tags_go_over_those_around(lab: Any) -> None:
    outer = {"part": "order", "kind": "any"}
    inner = group("inner", call(tags={"kind": "read"}), call("two"), tags={"part": "pay"})
    one = lab(group("outer", inner, call("three"), tags=outer))
    one.run()
    found = {(tags["endpoint"], tags["part"], tags["kind"]) for tags, _ in one.store.items("http_reqs")}
    assert found == {("one", "pay", "read"), ("two", "pay", "any"), ("three", "order", "any")}
    times = {(tags["group"], tags["part"]) for tags, _ in one.store.items("group_duration")}
    assert times == {("::outer", "order"), ("::outer::inner", "pay")}


@pytest.mark.parametrize("make", [call, lambda **fields: poll(until="true", **fields)])
def test_each_value_of_a_template_has_meters_of_its_own(make: Any, lab: Any) -> None:
    step = make(
        tags=MODEL,
        checks={"c": "status == 200"},
        record={"seen": "1"},
        classify=[(None, "bad")],
        captures={"x": "$.x"},
    )
    one = lab(step, pools=MODELS, metrics=metrics(seen="trend", bad="counter"), answers=[(200, {"x": 1}), 404, 200])
    for _ in range(3):
        one.run()
    assert series(one, "http_reqs", "model") == {"flux": 2, "sd3": 1}
    assert series(one, "checks", "model") == {"flux": 2, "sd3": 1}
    assert series(one, "seen", "model") == {"flux": 2, "sd3": 1}
    assert series(one, "bad", "model") == {"sd3": 1, "flux": 1}
    assert one.store.total("http_reqs", model="sd3", status="404") == 1


def test_values_are_texts_whatever_they_were(lab: Any) -> None:
    step = call(tags={"size": "{{ x }}"})
    one = lab(repeat(step, over="[1, true, [1, 2], 'text', '']", item="x"))
    assert one.run() is None
    assert series(one, "http_reqs", "size") == {"1": 1, "true": 1, "[1,2]": 1, "text": 1, "": 1}


def test_a_step_whose_tag_lacks_a_value_is_not_sent(lab: Any) -> None:
    one = lab(
        call("first", captures={"model": "$.model"}),
        call(tags={"model": "{{ model }}"}, record={"n": "1"}),
        metrics=metrics(n="trend"),
    )
    one.run()
    assert len(one.requests) == 1
    assert one.user.answer.error == "missing_value"
    assert series(one, "n", "model") == {"": 1}


def test_a_step_that_is_left_out_asks_for_no_value(lab: Any) -> None:
    one = lab(call("first", captures={"model": "$.model"}), call(tags={"model": "{{ model }}"}, when="defined(model)"))
    one.run()
    assert one.user.answer.status == 200


def test_a_step_after_it_knows_how_it_ended(lab: Any) -> None:
    one = lab(call("a", tags=MODEL), call("b", when="steps.a.status == 404"), pools=MODELS, answers=[404, 200, 200])
    one.run()
    assert len(one.requests) == 2
    one.run()
    assert len(one.requests) == 3


def test_secrets_are_masked_and_long_values_cut(lab: Any) -> None:
    step = call(tags={"who": "{{ x }}"})
    texts = "['s3cr3t-token', '" + "x" * 150 + "']"
    one = lab(repeat(step, over=texts, item="x"), env={"KEY": "s3cr3t-token"}, secrets=("KEY",))
    one.run()
    assert series(one, "http_reqs", "who") == {"***": 1, "x" * 100: 1}


def test_too_many_values_end_the_run_and_lose_nothing(lab: Any) -> None:
    one = lab(call("search", tags={"term": "{{ iteration }}"}))
    for _ in range(MAX_VALUES):
        assert one.run() is None
    stop = one.run()
    assert isinstance(stop, AbortRun)
    for part in ("search", "term", f"more than {MAX_VALUES} values", f"`{MAX_VALUES}`", "leave it out"):
        assert part in str(stop)
    assert one.store.total("http_reqs") == MAX_VALUES


def test_what_is_wrong_with_a_tagged_step_is_known_before_the_run(lab: Any) -> None:
    with pytest.raises(ExprError):
        lab(call(tags={"model": "{{ nothing }}"}))
    with pytest.raises(ExprError):
        lab(call(tags=MODEL, path="/{{ nothing }}"), pools=MODELS)
