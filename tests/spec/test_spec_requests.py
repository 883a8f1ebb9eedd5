"""Steps over endpoints: what a step's request becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.spec import load_bytes
from loadspec.spec.building.request import build_request
from loadspec.spec.grammar.request import REQUEST
from loadspec.spec.merge import BODIES, DOCUMENTS, MAPS, SCALARS, merge_request, patch, request_texts
from loadspec.spec.model import UNSET, Auth, CallStep, Capture, PollStep, Request, Target, Timeouts


def steps(endpoint: str, *flow: str, target: str = "") -> list[Any]:
    lines = "\n".join(f"  - {step}" for step in flow)
    text = (
        "loadspec: 1\nenv: {U: u}\n"
        f'target: {{base_url: "http://127.0.0.1:1"{target}}}\n'
        f"endpoints:\n  e: {endpoint}\nflow:\n{lines}\n"
    )
    return list(load_bytes(text.encode(), "s.yaml").spec.scenarios[0].flow)


def request(endpoint: str, step: str, target: str = "") -> Request:
    (found,) = steps(endpoint, step, target=target)
    return found.request


def test_every_key_of_a_request_is_merged() -> None:
    assert {*SCALARS, *MAPS, *DOCUMENTS, *BODIES, "timeout"} == {*REQUEST, "path", "method", "timeout"}


def test_what_a_step_says_goes_over_what_its_endpoint_says() -> None:
    endpoint = "{path: /e, method: POST, json: 1, max_redirects: 0, compression: gzip, discard_response_body: true}"
    found = request(endpoint, "{call: e}")
    assert (found.max_redirects, found.compression, found.discard_response_body) == (0, "gzip", True)
    found = request(endpoint, "{call: e, max_redirects: 5, compression: deflate, discard_response_body: false}")
    assert (found.max_redirects, found.compression, found.discard_response_body) == (5, "deflate", False)


def test_headers_merge_without_case_and_null_removes() -> None:
    found = request(
        "{path: /e, headers: {Accept: a, X: null, Y: 1.10}}",
        "{call: e, headers: {ACCEPT: b, y: null, Z: true}}",
        ", headers: {accept: c, X: d, W: e}",
    )
    assert found.headers == {"ACCEPT": "b", "W": "e", "Z": "true"}


@pytest.mark.parametrize(
    ("endpoint", "step", "json", "form", "body"),
    [
        ("json: {a: 1, b: {c: 2, d: 3}}", "json: {b: {c: null, e: 4}}", {"a": 1, "b": {"d": 3, "e": 4}}, None, None),
        ("json: {a: 1}", "json: [1]", [1], None, None),
        ("json: {a: 1}", "json: null", UNSET, None, None),
        ("json: null", "name: x", None, None, None),
        ("method: POST", "name: x", UNSET, None, None),
        ("json: {a: 1}", "form: {x: 010}", UNSET, {"x": "010"}, None),
        ("form: {a: 1, b: 2}", "form: {a: null, c: 3}", UNSET, {"b": "2", "c": "3"}, None),
        ("form: {a: 1}", "form: null", UNSET, None, None),
        ("json: {a: 1}", "body: 1.0", UNSET, None, "1.0"),
        ("body: x", "body: null", UNSET, None, None),
    ],
)
def test_bodies(endpoint: str, step: str, json: Any, form: Any, body: Any) -> None:
    found = request(f"{{path: /e, {endpoint}}}", f"{{call: e, {step}}}")
    assert (found.json, found.form, found.body) == (json, form, body)


def test_maps_by_key() -> None:
    found = request(
        "{path: /e, query: {a: 1, b: [x, y]}, checks: {one: status == 200, two: status < 300},"
        " capture: {x: $.x, y: {header: Y}}, auth: {bearer: b}, timeout: 5s, expected_statuses: [200, 300-302]}",
        "{call: e, query: {a: null}, checks: {two: null, three: size > 2}, capture: {x: null, y: {regex: 'a(b)',"
        " optional: true}}, auth: {basic: {username: '{{ env.U }}', password: 007}},"
        " timeout: {connect: 1s}}",
    )
    assert found.query == {"b": ["x", "y"]}
    assert found.checks == {"one": "status == 200", "three": "size > 2"}
    assert found.captures == (Capture("y", "regex", "a(b)", optional=True),)
    assert found.auth == Auth("basic", {"username": "{{ env.U }}", "password": "007"})
    assert found.timeout == Timeouts(5.0, connect=1.0)
    assert found.expected_statuses == {200, 300, 301, 302}


def test_timeouts_go_over_each_other_by_key() -> None:
    target = Target("http://h", Timeouts(20.0, first_byte=8.0, idle=4.0))
    built = build_request(merge_request({}, {"path": "/", "timeout": {"first_byte": "2s"}}, {"timeout": "9s"}), target)
    assert built.timeout == Timeouts(9.0, first_byte=2.0, idle=4.0)
    assert build_request(merge_request({}, {"path": "/"}, {}), target).timeout is None


def test_removed_auth_and_default_poll() -> None:
    call, poll = steps(
        "{path: /e, auth: {bearer: b}, timeout: 3s}", "{call: e, auth: null, name: first}", "{poll: e, until: true}"
    )
    assert isinstance(call, CallStep)
    assert call.name == "first"
    assert call.request.auth is None
    assert isinstance(poll, PollStep)
    assert (poll.every, poll.timeout, poll.until, poll.fail_when) == (1.0, 60.0, "true", None)
    assert poll.request.timeout == Timeouts(3.0)


names = st.sampled_from(["a", "b", "C", "c"])
values = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["x", "{{ y }}"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
requests = st.fixed_dictionaries(
    {"path": st.just("/p")},
    optional={
        "json": values,
        "graphql": st.none() | st.dictionaries(names, values, max_size=3),
        "form": st.none() | st.dictionaries(names, values, max_size=3),
        "multipart": st.none() | st.dictionaries(names, values, max_size=3),
        "cookies": st.dictionaries(names, st.none() | st.sampled_from(["x", "y"]), max_size=3),
        "headers": st.dictionaries(
            st.sampled_from(["a", "B", "c"]), st.none() | st.sampled_from(["x", "y"]), max_size=3
        ),
        "checks": st.dictionaries(names, st.none() | st.sampled_from(["x", "y"]), max_size=3),
    },
)


def scalars(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [scalar for below in value.values() for scalar in scalars(below)]
    if isinstance(value, list):
        return [scalar for below in value for scalar in scalars(below)]
    return [value]


@given(requests, requests)
def test_texts_are_those_of_the_merged_request(endpoint: dict[str, Any], step: dict[str, Any]) -> None:
    """The checker's view of a step's texts (with places) and the builder's (merged) agree."""
    del step["path"]
    merged = merge_request({}, endpoint, step)
    seen = [value for _, _, value in request_texts(endpoint, ("endpoints", "e"), step, ("flow", 0))]
    for text in ("x", "y", "{{ y }}"):
        built = sum(scalars(part).count(text) for part in merged.values())
        assert sum(scalars(value).count(text) for value in seen) == built


@given(values, values)
def test_patch_is_rfc_7386(value: Any, over: Any) -> None:
    merged = patch(value, over)
    if not isinstance(over, dict):
        assert merged == over
        return
    for key, new in over.items():
        assert (key in merged) == (new is not None)
    if isinstance(value, dict):
        assert {key: merged[key] for key in value if key not in over} == {
            key: below for key, below in value.items() if key not in over
        }
