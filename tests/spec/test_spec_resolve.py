"""Precedence: file < profile < LOADSPEC_* < command line; and what overrides can get wrong."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from loadspec.errors import ExitCode
from loadspec.load import (
    Arrivals,
    ConstantArrivalRate,
    ConstantVus,
    LoadConfig,
    PerVuIterations,
    RampingArrivalRate,
    RampingVus,
    RateStage,
    SharedIterations,
    Stage,
    TraceReplay,
)
from loadspec.masking import Secret
from loadspec.spec import Overrides, Spec, SpecError, load_bytes, render

HEAD = """\
loadspec: 1
target: {base_url: "http://127.0.0.1:1"}
env: {A: from-file, B: {required: true}, C: {default: 1.10, secret: true}, D: }
vars: {n: 1, t: x, m: {a: 1}}
endpoints:
  e: {path: /e, headers: {X: 1.10, Y: b}, json: {a: 1}}
flow: [{call: e}]
"""
PROFILES = """\
profiles:
  smoke: {vus: 2, duration: 5s}
  each: {iterations_per_vu: 3}
  slow: {target: {timeout: 5s}, vars: {n: 2}, endpoints: {e: {headers: {Y: c}, form: {a: b}}}}
  one: {vus: 4}
"""


def spec(
    shape: str = "", overrides: Overrides | None = None, environ: Mapping[str, str] | None = None, head: str = HEAD
) -> Spec:
    return load_bytes(f"{head}{shape}\n{PROFILES}".encode(), "s.yaml", overrides, environ).spec


def error(shape: str = "", overrides: Overrides | None = None, environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        spec(shape, overrides, environ)
    assert caught.value.exit_code == ExitCode.INVALID_SPEC
    return render(caught.value.diagnostics)


ENV = {"B": "b", "D": "d"}
STAGED = RampingVus((Stage(10.0, 5),))

SHAPES: list[tuple[str, LoadConfig]] = [
    ("", SharedIterations(1, 1)),
    ("vus: 3", SharedIterations(3, 3)),
    ("iterations: 7", SharedIterations(1, 7)),
    ("{vus: 2, iterations: 7, duration: 1m, graceful_stop: 5s}", SharedIterations(2, 7, 60.0, 5.0)),
    ("{iterations: 7, max_duration: 1m}", SharedIterations(1, 7, 60.0)),
    ("{iterations_per_vu: 7, vus: 2, duration: 1m}", PerVuIterations(2, 7, 60.0)),
    ("duration: 1m30s", ConstantVus(1, 90.0)),
    ("{duration: 1m, vus: 9, graceful_stop: 0s}", ConstantVus(9, 60.0, 0.0)),
    ("stages: 10s:5", STAGED),
    ("{stages: 10s:5, vus: 3}", RampingVus((Stage(10.0, 5),), start_vus=3)),
    ("{stages: 10s:5, vus: 3, start_vus: 0}", RampingVus((Stage(10.0, 5),), start_vus=0)),
    ("{rate: 30/m, duration: 1m}", ConstantArrivalRate(Fraction(1, 2), 60.0, max_vus=30)),
    ("{rate: 500/s, duration: 1m, graceful_stop: 5s}", ConstantArrivalRate(Fraction(500), 60.0, graceful_stop=5.0)),
    (
        "{rate: 1/s, duration: 1m, max_vus: 9, pre_allocated_vus: 4, arrivals: gamma(0.5)}",
        ConstantArrivalRate(Fraction(1), 60.0, max_vus=9, pre_allocated_vus=4, arrivals=Arrivals("gamma", 0.5)),
    ),
    (
        "{rate: 1/s, duration: 1m, pre_allocated_vus: 99}",
        ConstantArrivalRate(Fraction(1), 60.0, max_vus=99, pre_allocated_vus=99),
    ),
    (
        "rate_stages: 1m:2/s, 5s:0",
        RampingArrivalRate((RateStage(60.0, Fraction(2)), RateStage(5.0, Fraction(0))), max_vus=65),
    ),
    (
        "start_rate: 3/s\nrate_stages: [1m:2/s, {duration: 5s, target: 60/m}]",
        RampingArrivalRate((RateStage(60.0, Fraction(2)), RateStage(5.0, Fraction(1))), Fraction(3), max_vus=158),
    ),
    ("{stages: 10s:5, graceful_ramp_down: 1s}", RampingVus((Stage(10.0, 5),), graceful_ramp_down=1.0)),
    ("stages: ['10s:5, 0s:7', {duration: 5s, target: 0}]", RampingVus((Stage(10, 5), Stage(0, 7), Stage(5, 0)))),
]


def keys(shape: str) -> str:
    """`{a: 1, b: 2}` as lines of the top level."""
    return shape if not shape.startswith("{") else shape[1:-1].replace(", ", "\n")


@pytest.mark.parametrize(("shape", "load"), SHAPES)
def test_shapes(shape: str, load: LoadConfig) -> None:
    assert load_bytes(f"{HEAD}{keys(shape)}\n".encode(), "s.yaml").spec.scenarios[0].load == load


RATE = "{rate: 2/s, duration: 1m, arrivals: poisson, max_vus: 9}"
POISSON = Arrivals("poisson")
FIVE = ConstantArrivalRate(Fraction(5), 9.0, max_vus=9, arrivals=POISSON)

LAYERS: list[tuple[str, dict[str, Any], dict[str, str], LoadConfig]] = [
    ("stages: 10s:5", {}, {}, STAGED),
    ("stages: 10s:5", {"profile": "smoke"}, {}, ConstantVus(2, 5.0)),
    ("stages: 10s:5", {}, {"LOADSPEC_PROFILE": "smoke"}, ConstantVus(2, 5.0)),
    ("stages: 10s:5", {"profile": "smoke"}, {"LOADSPEC_PROFILE": "each"}, ConstantVus(2, 5.0)),
    ("stages: 10s:5", {"profile": "smoke"}, {"LOADSPEC_STAGES": "1s:1"}, RampingVus((Stage(1.0, 1),), 2)),
    ("stages: 10s:5", {"stages": "2s:2"}, {"LOADSPEC_STAGES": "1s:1"}, RampingVus((Stage(2.0, 2),))),
    ("stages: 10s:5", {"vus": 3, "duration": "5s"}, {}, ConstantVus(3, 5.0)),
    ("stages: 10s:5", {"vus": 3, "duration": 5.5}, {}, ConstantVus(3, 5.5)),
    ("{stages: 10s:5, vus: 8}", {"duration": 5}, {}, ConstantVus(8, 5.0)),
    ("{duration: 5m, vus: 8}", {"vus": 3}, {}, ConstantVus(3, 300.0)),
    ("{duration: 5m, vus: 8}", {}, {"LOADSPEC_VUS": "4"}, ConstantVus(4, 300.0)),
    ("{duration: 5m, vus: 8}", {"vus": 3}, {"LOADSPEC_VUS": "4"}, ConstantVus(3, 300.0)),
    ("{duration: 5m, vus: 8}", {"iterations": 9}, {"LOADSPEC_DURATION": "9s"}, SharedIterations(8, 9)),
    (
        "{duration: 5m}",
        {"vus": 2},
        {"LOADSPEC_DURATION": "9s", "LOADSPEC_ITERATIONS": "5"},
        SharedIterations(2, 5, 9.0),
    ),
    ("{duration: 5m, vus: 8}", {"profile": "each"}, {}, PerVuIterations(8, 3)),
    ("{duration: 5m, vus: 8}", {"profile": "one"}, {}, ConstantVus(4, 300.0)),
    ("{stages: 1s:1, start_vus: 0, graceful_ramp_down: 1s}", {"profile": "each"}, {}, PerVuIterations(1, 3)),
    ("{iterations: 5, max_duration: 1s, graceful_stop: 2s}", {"duration": 7}, {}, ConstantVus(1, 7.0, 2.0)),
    # a rate and its duration are two halves of one shape
    (RATE, {"rate": "5/s"}, {}, ConstantArrivalRate(Fraction(5), 60.0, max_vus=9, arrivals=POISSON)),
    (RATE, {"duration": "5m"}, {}, ConstantArrivalRate(Fraction(2), 300.0, max_vus=9, arrivals=POISSON)),
    (RATE, {}, {"LOADSPEC_RATE": "5/s", "LOADSPEC_DURATION": "9s"}, FIVE),
    (RATE, {"rate": "5/s"}, {"LOADSPEC_DURATION": "9s"}, FIVE),
    (RATE, {"vus": 3, "duration": "9s"}, {}, ConstantVus(3, 9.0)),
    (RATE, {"iterations": 3}, {}, SharedIterations(1, 3)),
    (RATE, {"rate_stages": "1m:1/s"}, {}, RampingArrivalRate((RateStage(60.0, Fraction(1)),), max_vus=30)),
    (RATE, {}, {"LOADSPEC_RATE_STAGES": "1m:1/s"}, RampingArrivalRate((RateStage(60.0, Fraction(1)),), max_vus=30)),
    ("{duration: 5m, vus: 8}", {"rate": "1/s"}, {}, ConstantArrivalRate(Fraction(1), 300.0, max_vus=60)),
    ("{stages: 10s:5, vus: 8}", {"rate": "1/s", "duration": 5}, {}, ConstantArrivalRate(Fraction(1), 5.0, max_vus=5)),
    ("{start_rate: 1/s, rate_stages: 1m:5/s}", {"vus": 4, "duration": 5}, {}, ConstantVus(4, 5.0)),
]


@pytest.mark.parametrize(("shape", "options", "environ", "load"), LAYERS)
def test_layers(shape: str, options: dict[str, Any], environ: dict[str, str], load: LoadConfig) -> None:
    if "stages" in shape or "rate" in shape:  # the profile `one` alone over them is an error, in any file
        head = HEAD
        text = f"{head}{keys(shape)}\n{PROFILES}".replace("  one: {vus: 4}\n", "")
        found = load_bytes(text.encode(), "s.yaml", Overrides(**options), ENV | environ).spec
    else:
        found = spec(keys(shape), Overrides(**options), ENV | environ)
    assert found.scenarios[0].load == load


def test_validate_reads_no_environment() -> None:
    found = spec("duration: 5s")
    assert found.env_values == {"A": "from-file", "C": Secret("1.10")}


def test_environment_values() -> None:
    environ = {**ENV, "A": "from-os", "OTHER": "x"}
    assert spec("", None, environ).env_values == {"A": "from-os", "B": "b", "C": Secret("1.10"), "D": "d"}
    given = Overrides(env={"A": "from-option", "D": ""})
    assert spec("", given, environ).env_values["A"] == "from-option"
    assert spec("", given, environ).env_values["D"] == ""


def test_maps_merge_and_bodies_replace() -> None:
    found = spec("", Overrides(profile="slow", vars={"t": "5", "m": "no"}))
    assert found.vars == {"n": 2, "t": 5, "m": "no"}
    assert found.target.timeout.total == 5.0
    assert found.target.base_url == "http://127.0.0.1:1"
    request = found.endpoints["e"]
    assert request.headers == {"X": "1.10", "Y": "c"}
    assert request.form == {"a": "b"}
    assert "json" not in found.document["endpoints"]["e"]


WRONG: list[tuple[str, dict[str, Any], dict[str, str], list[str]]] = [
    ("duration: 1s", {"profile": "smok"}, {}, ["LS036", "--profile", "did you mean `smoke`?"]),
    ("duration: 1s", {}, {"LOADSPEC_PROFILE": "x"}, ["LS036", "LOADSPEC_PROFILE", "`smoke`, `each`"]),
    ("duration: 1s", {"vus": 0}, {}, ["LS016", "--vus"]),
    ("duration: 1s", {}, {"LOADSPEC_VUS": "many"}, ["LS016", "LOADSPEC_VUS", "`many`"]),
    ("duration: 1s", {}, {"LOADSPEC_ITERATIONS": "-1"}, ["LS016", "LOADSPEC_ITERATIONS"]),
    ("duration: 1s", {"duration": "5"}, {}, ["LS029", "--duration", "5s"]),
    ("duration: 1s", {"duration": -5.0}, {}, ["LS029", "--duration"]),
    ("duration: 1s", {"stages": "10s:5, 20:x"}, {}, ["LS030", "--stages", "10s:5, 20:x", "^^"]),
    ("duration: 1s", {"stages": "10s:5", "iterations": 5}, {}, ["LS031", "--iterations"]),
    ("duration: 1s", {"rate": "5"}, {}, ["LS058", "--rate", "5/s"]),
    ("duration: 1s", {}, {"LOADSPEC_RATE": "0/s"}, ["LS016", "LOADSPEC_RATE", "rate of 0"]),
    ("duration: 1s", {"rate_stages": "1m:5"}, {}, ["LS030", "--rate-stages", "5/s"]),
    ("iterations: 3", {"rate": "5/s"}, {}, ["LS031", "--rate", "needs `duration`"]),
    ("duration: 1s", {"rate": "5/s", "vus": 5}, {}, ["LS031", "--vus", "`max_vus`"]),
    ("{rate: 5/s, duration: 1s}", {"vus": 5}, {}, ["LS031", "--vus", "`max_vus`"]),
    ("duration: 1s", {"vus": 5, "iterations": 3}, {}, ["LS016", "--iterations"]),
    ("duration: 1s", {"vars": {"x": "1"}}, {}, ["LS042", "--var", "`n`, `t`"]),
    ("duration: 1s", {"env": {"AA": "1"}}, {}, ["LS042", "--env", "`AA`"]),
    ("duration: 1s", {"env": {"B": "1"}}, {"A": "x"}, ["LS041", "`D`", "s.yaml:3:"]),
]


@pytest.mark.parametrize(("shape", "options", "environ", "words"), WRONG)
def test_wrong_overrides(shape: str, options: dict[str, Any], environ: dict[str, str], words: list[str]) -> None:
    complete = environ if "LS041" in words else ENV | environ
    text = error(keys(shape), Overrides(**options), complete)
    assert [word for word in words if word not in text] == []


def test_vus_alone_over_stages() -> None:
    with pytest.raises(SpecError) as caught:
        load_bytes(f"{HEAD}stages: 10s:5\n".encode(), "s.yaml", Overrides(vus=50))
    errors = [each for each in caught.value.diagnostics if each.level == "error"]
    assert render(errors) == (
        "error[LS040]: `vus` alone does not change a load of stages: they say how many users there are\n"
        " --> --vus\n"
        "  = help: give --stages 30s:50, or a duration beside it\n"
    )


def test_a_broken_profile_is_found_whichever_is_chosen() -> None:
    text = error("stages: 10s:5", Overrides(profile="smoke"))
    assert "LS040" in text
    assert "one: {vus: 4}" in text


TRACE = """pools: {log: {items: [{at: 30}, {at: 10}, {at: 11}]}}
trace: {pool: log, field: at, speed: 4}
"""


def replayed(times: list[float], rows: list[int], duration: float) -> TraceReplay:
    return TraceReplay("log", array("d", times), array("I", rows), duration, max_vus=len(times))


@pytest.mark.parametrize(
    ("options", "load"),
    [
        ({}, replayed([0.0, 0.25, 5.0], [1, 2, 0], math.nextafter(5.0, 6.0))),
        ({"duration": "4s"}, replayed([0.0, 0.25], [1, 2], 4.0)),  # a part of it
        ({"duration": "10s"}, replayed([0.0, 0.25, 5.0], [1, 2, 0], 10.0)),
        ({"vus": 2, "duration": "4s"}, ConstantVus(2, 4.0)),
        ({"rate": "1/s", "duration": "4s"}, ConstantArrivalRate(Fraction(1), 4.0, max_vus=4)),
    ],
)
def test_a_trace(options: dict[str, Any], load: LoadConfig) -> None:
    found = load_bytes(f"{HEAD}{TRACE}".encode(), "s.yaml", Overrides(**options), ENV)
    assert found.spec.scenarios[0].load == load
    assert "LS051" not in [each.code for each in found.warnings]  # the file's own load uses the pool
