"""Scenarios of a file → the model, through profiles and overrides."""

from __future__ import annotations

from typing import Any

import pytest

from loadspec.load import ConstantVus, PerVuIterations, RampingVus, SharedIterations, Stage
from loadspec.spec import Overrides, Spec, SpecError, load_bytes

HEAD = """loadspec: 1
target: {base_url: "http://127.0.0.1:8089"}
endpoints: {home: {path: /}}
"""
FLOW = "flow: [{call: home}]"


def spec(text: str, environ: dict[str, str] | None = None, **overrides: Any) -> Spec:
    return load_bytes(f"{HEAD}{text}".encode(), "s.yaml", Overrides(**overrides), environ).spec


def codes(text: str, environ: dict[str, str] | None = None, **overrides: Any) -> list[str]:
    with pytest.raises(SpecError) as refused:
        spec(text, environ, **overrides)
    return [found.code for found in refused.value.diagnostics]


MIX = f"""
scenarios:
  a: {{weight: 3, {FLOW}, tags: {{client: phone}}}}
  b: {{weight: 0.5, {FLOW}}}
  c: {{{FLOW}}}
vus: 4
duration: 10s
graceful_stop: 2s
"""


def test_a_mix_shares_the_files_load() -> None:
    found = spec(MIX)
    assert [(s.name, s.weight, s.load) for s in found.scenarios] == [
        (name, weight, ConstantVus(4, 10.0, 2.0)) for name, weight in (("a", 3.0), ("b", 0.5), ("c", 1.0))
    ]
    assert found.scenarios[0].tags == {"client": "phone"}


OWN = f"""
graceful_stop: 2s
scenarios:
  a: {{{FLOW}, stages: 10s:5, start_vus: 0, graceful_ramp_down: 1s}}
  b: {{{FLOW}, vus: 2, duration: 1m, graceful_stop: 9s, start_at: 5s}}
  c: {{{FLOW}, iterations: 9, after: b}}
  d: {{{FLOW}, vus: 3}}
  e: {{{FLOW}, iterations_per_vu: 7, max_duration: 5s}}
"""


def test_loads_of_their_own_with_all_that_a_load_has() -> None:
    a, b, c, d, e = spec(OWN).scenarios
    assert a.load == RampingVus((Stage(10.0, 5),), 0, 1.0, 2.0)
    assert (b.load, b.start_at, b.after) == (ConstantVus(2, 60.0, 9.0), 5.0, None)
    assert (c.load, c.start_at, c.after) == (SharedIterations(1, 9, 600.0, 2.0), 0.0, "b")
    assert d.load == SharedIterations(3, 3, 600.0, 2.0)
    assert e.load == PerVuIterations(1, 7, 5.0, 2.0)
    assert {s.weight for s in (a, b, c, d, e)} == {None}


def test_what_changes_the_files_load_changes_the_mixs() -> None:
    for given in ({"vus": 9}, {"duration": "3s"}, {"stages": "1s:2"}, {"iterations": 50}):
        assert spec(MIX, **given).scenarios[0].load != spec(MIX).scenarios[0].load
    assert spec(MIX, {"LOADSPEC_VUS": "7"}).scenarios[2].load == ConstantVus(7, 10.0, 2.0)


@pytest.mark.parametrize("given", [{"vus": 9}, {"duration": "3s"}, {"stages": "1s:2"}, {"iterations": 50}])
def test_and_where_nobody_follows_it_that_is_an_error(given: dict[str, Any]) -> None:
    assert set(codes(OWN, **given)) == {"LS087"}
    assert set(codes(OWN, {f"LOADSPEC_{key.upper()}": str(value) for key, value in given.items()})) == {"LS087"}


PROFILES = (
    OWN
    + f"""
profiles:
  calm:
    scenarios:
      a: {{iterations: 3}}
      b: {{vus: 1, tags: {{x: y}}}}
      c: null
      new: {{{FLOW}, vus: 1, duration: 1s, after: a}}
  mixed:
    scenarios: {{auth: {{weight: 2, {FLOW}}}, other: {{{FLOW}}}}}
    vus: 3
    duration: 5s
  heavier:
    scenarios: {{auth: {{weight: 2, {FLOW}}}}}
    vus: 1
    iterations: 5
"""
)


def test_a_profile_changes_scenarios_by_key() -> None:
    a, b, *others = spec(PROFILES, profile="calm").scenarios
    assert a.load == SharedIterations(1, 3, 600.0, 2.0)  # a shape replaces the shape, and its companions
    assert b.load == ConstantVus(1, 60.0, 9.0)  # vus is no shape
    assert b.tags == {"x": "y"}
    assert [(s.name, s.after) for s in others] == [("d", None), ("e", None), ("new", "a")]


def test_a_profile_may_bring_a_mix_and_its_load() -> None:
    found = spec(PROFILES, profile="mixed").scenarios[5:]
    assert [(s.name, s.weight, s.load) for s in found] == [
        ("auth", 2.0, ConstantVus(3, 5.0, 2.0)),
        ("other", 1.0, ConstantVus(3, 5.0, 2.0)),
    ]


def test_a_file_may_leave_the_load_of_its_mix_to_its_profiles() -> None:
    text = f"scenarios: {{a: {{{FLOW}}}}}\nprofiles: {{x: {{vus: 2, duration: 1s}}, y: {{iterations: 3}}}}\n"
    assert spec(text, profile="x").scenarios[0].load == ConstantVus(2, 1.0, 30.0)
    assert codes(text) == ["LS086"]
    assert spec(text, iterations=4).scenarios[0].load == SharedIterations(1, 4, 600.0, 30.0)


def test_selectors_know_scenarios_and_their_tags() -> None:
    thresholds = """
thresholds:
  http_reqs{scenario:a, client:phone}: count > 0
  iterations{client!:phone}: {that: count > 0, empty: pass}
  dropped_iterations{scenario:mix}: count == 0
  dispatch_delay{scenario:mix}: p(95) < 1s
"""
    found = spec(MIX + thresholds).thresholds
    assert len(found) == 4
    assert found[0].terms[0].matches({"scenario": "a", "client": "phone"})
    assert not found[0].terms[0].matches({"scenario": "a"})
    assert codes(MIX + "thresholds: {'dropped_iterations{scenario:a}': count == 0}\n") == ["LS028"]
    assert codes(OWN + "thresholds: {'dropped_iterations{scenario:mix}': count == 0}\n") == ["LS028"]
    assert spec(OWN + "thresholds: {'dropped_iterations{scenario:a}': count == 0}\n").thresholds


@pytest.mark.parametrize(
    "value", ["null", "3", "[]", "{}", "x", "{a: null}", "{a: [1]}", "{a: {flow: {}}}", "{a: {after: [1]}}",
              "{a: {after: {x: 1}, vus: 1}}", "{a: {tags: [1]}}", "{a: {tags: {b: [1]}}}", "{1: {flow: []}}",
              "{a: {weight: [], flow: [1]}}", "{a: {vus: x, stages: 3, start_at: []}}"],
)  # fmt: skip
def test_whatever_stands_there_is_told_and_no_traceback(value: str) -> None:
    assert codes(f"scenarios: {value}\nprofiles: {{x: {{scenarios: {value}}}}}\n")


def test_an_endpoint_called_like_a_key_of_a_request_is_changed_by_key() -> None:
    for name in ("auth", "capture", "query", "form"):
        text = f"""loadspec: 1
target: {{base_url: "http://127.0.0.1:8089"}}
endpoints: {{{name}: {{path: /a, headers: {{X: 1}}, expected_statuses: [202]}}}}
flow: [{{call: {name}}}]
profiles: {{p: {{endpoints: {{{name}: {{path: /b}}}}}}}}
"""
        request = load_bytes(text.encode(), "s.yaml", Overrides(profile="p")).spec.endpoints[name]
        assert (request.path, request.headers, request.expected_statuses) == ("/b", {"X": "1"}, frozenset({202}))
