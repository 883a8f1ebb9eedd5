"""A step of which it is not known what it does hides what it may have brought, and nothing else."""

from __future__ import annotations

import pytest

from loadspec.spec import SpecError, load_bytes

LOGIN = "login: {method: POST, path: /login, capture: {token: $.token}}"
ITEM = 'item: {path: "/i/{{ token }}"}'


def told(steps: str, endpoints: tuple[str, ...] = (LOGIN, ITEM), more: str = "vus: 1\nduration: 5s\n") -> list[str]:
    lines = "\n".join(f"  {each}" for each in endpoints)
    text = f"loadspec: 1\ntarget: {{base_url: http://127.0.0.1:9}}\nendpoints:\n{lines}\n{steps}\n{more}"
    with pytest.raises(SpecError) as refused:
        load_bytes(text.encode(), "s.yaml")
    return [each.code for each in refused.value.diagnostics]


@pytest.mark.parametrize(
    "steps",
    [
        "flow: [{call: item}, {call: login}, {call: nope}]",
        "flow: [{call: item}, {call: login}]\nteardown: [{call: nope}]",
        "flow: [{call: item}, {call: login}]\nsetup: [{call: nope}]",
        "flow: [{call: item}, {call: nope}, {call: item}, {call: login}]",
        "flow: [{choose: [{weight: 1, steps: [{call: nope}]}, {weight: 1, steps: [{call: item}]}]}, {call: login}]",
        "flow: [{if: vu > 1, then: [{call: nope}], else: [{call: item}]}, {call: login}]",
        "flow: [{parallel: [{call: nope}, {call: item}]}, {call: login}]",
        "scenarios: {a: {flow: [{call: nope}]}, b: {flow: [{call: item}, {call: login}]}}",
    ],
)
def test_what_a_lost_step_cannot_have_brought_is_told(steps: str) -> None:
    assert sorted(told(steps)) == ["LS020", "LS039"]


@pytest.mark.parametrize(
    "steps",
    [
        "flow: [{call: nope}, {call: item}, {call: login}]",
        "flow: [{group: g, steps: [{call: nope}]}, {if: vu > 1, then: [{call: item}]}, {call: login}]",
        "scenarios: {a: {flow: [{call: login}, {call: item}]}, b: {flow: [{call: nope}, {call: item}]}}",
        "setup: [{call: nope}]\nflow: [{call: login, checks: {t: setup.token == token}}, {call: item}]",
        "flow: [{call: nope}, {call: login, when: steps.item.ok}, {call: item}]",
        "flow: [{call: nope, name: first}, {call: login}, {call: item, when: steps.first.ok}]",
    ],
)
def test_what_a_lost_step_may_have_brought_is_not_told(steps: str) -> None:
    assert told(steps) == ["LS020"]


def test_a_step_that_does_nothing_is_lost_and_one_of_a_mended_key_is_not() -> None:
    assert told("flow: [{name: x}, {call: item}, {call: login}]") == ["LS014"]
    assert told("flow: [{cal: login}, {call: item}]") == ["LS014"]
    assert sorted(told("flow: [{cal: item}, {call: login}]")) == ["LS014", "LS039"]


def test_what_an_endpoint_says_of_a_step_is_used_where_it_is_called() -> None:
    item = 'item: {path: "/i/{{ steps.login.status }}"}'
    assert told("flow: [{call: logn}, {call: item}]", (LOGIN, item)) == ["LS020"]
    assert sorted(told("flow: [{call: item}, {call: logn}]", (LOGIN, item))) == ["LS020", "LS025"]


def test_a_header_that_is_called_as_an_action_is_no_step() -> None:
    item = 'item: {path: "/i/{{ token }}", headers: {poll: [1]}}'
    assert sorted(told("flow: [{call: item}, {call: login}]", (LOGIN, item))) == ["LS013", "LS039"]


@pytest.mark.parametrize(
    ("steps", "threshold", "codes"),
    [
        ("flow: [{call: a}]\nteardown: [{call: nope}]", "checks: rate > 99%", ["LS020", "LS045"]),
        ("flow: [{call: a}, {call: nope}]", "checks: rate > 99%", ["LS020"]),
        ("flow: [{call: a}, {call: nope}]", "group_duration: p(95) < 1s", ["LS020", "LS045"]),
        ("flow: [{call: a}, {name: x}]", "group_duration: p(95) < 1s", ["LS014"]),
        ("flow: [{call: a}, {call: nope}]", "'http_reqs{status:700}': count > 1", ["LS020", "LS045"]),
        ("flow: [{cal: a}]", "checks: rate > 99%", ["LS014", "LS045"]),
    ],
)
def test_a_lost_step_of_the_load_may_have_a_sample(steps: str, threshold: str, codes: list[str]) -> None:
    more = f"vus: 1\nduration: 5s\nthresholds:\n  {threshold}\n"
    assert sorted(told(steps, ("a: {path: /a}",), more)) == codes
