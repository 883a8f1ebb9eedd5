from __future__ import annotations

from fractions import Fraction

from support_plan import call, poll, spec, think

from loadspec.load import ConstantArrivalRate, ConstantVus, SharedIterations, parse_arrivals
from loadspec.plan.forecast import forecast
from loadspec.spec.model import Scenario
from loadspec.ui.planned import planned
from loadspec.ui.text import Style


def shown(of, hosts, latency: float = 0.2) -> str:
    text = planned(forecast(of), hosts, latency, Style(False), ascii_only=True)
    return text.split("totals\n")[1]


def test_a_load_that_time_ends() -> None:
    of = spec((call(), poll(every=1.0, poll_timeout=5.0), think(1, 3)), ConstantVus(10, 120.0))
    assert shown(of, {"http://h": ["one", "poll"], "{{ url }}": ["two"]}) == (
        "  users       10 at most\n"
        "  duration    2m, and 30s more for what is in flight\n"
        "  iterations  about 500, if an answer takes 200ms (--latency)\n"
        "  requests    2 to 7 an iteration\n"
        "              about 1 000 in total, or more\n"
        "  hosts       http://h (one, poll)\n"
        "              {{ url }}, known at run time (two)\n"
    )


def test_a_load_that_is_counted() -> None:
    assert shown(spec((call(),), SharedIterations(4, 100)), {}) == (
        "  users       4 at most\n"
        "  duration    at most 10m, and 30s more for what is in flight\n"
        "  iterations  100\n"
        "  requests    1 an iteration\n"
        "              about 100 in total\n"
    )


def test_nothing_that_takes_time() -> None:
    text = shown(spec((call(when="x"),), ConstantVus(1, 60.0)), {})
    assert "  iterations  as many as the target answers, if" in text
    assert "  requests    0 to 1 an iteration\n" in text
    assert "              how many in total, the steps' conditions and `run` decide\n" in text


def test_crews_and_hostile_names() -> None:
    mix, own = ConstantVus(2, 10.0), ConstantVus(3, 5.0)
    of = spec(
        (),
        mix,
        scenarios=(
            Scenario("a\x1b[2J", (call(),), mix, weight=3),
            Scenario("b", (call(),), mix, weight=1),
            Scenario("c", (call(),), own, start_at=20.0),
            Scenario("d", (call(),), own, after="c"),
        ),
    )
    text = planned(forecast(of), {}, 0.2, Style(False))
    assert "\x1b" not in text
    assert "  a 75 %, b 25 %: constant-vus, 2 looping VUs for 10s (gracefulStop: 30s)\n" in text
    assert "  c: constant-vus, 3 looping VUs for 5s (gracefulStop: 30s), from 20s\n" in text
    assert "  d: constant-vus, 3 looping VUs for 5s (gracefulStop: 30s), after c\n" in text
    assert "  requests of mix  1 an iteration\n" in text
    assert "  requests of c    1 an iteration\n" in text


def test_an_open_model() -> None:
    load = ConstantArrivalRate(Fraction(20), 60.0, max_vus=300)
    text = planned(forecast(spec((call(), think(1, 3)), load)), {}, 0.2, Style(False), ascii_only=True)
    assert text.startswith("load\n  iterations started a second\n   20 +####")
    assert "  users       300 at most, about 44 busy, if an answer takes 200ms (--latency)\n" in text
    assert "  duration    1m, and 30s more for what is in flight\n" in text
    assert "  iterations  1 200\n" in text
    by_chance = ConstantArrivalRate(Fraction(20), 60.0, arrivals=parse_arrivals("gamma(2)"))
    assert "  iterations  about 1 200, by chance\n" in shown(spec((call(),), by_chance), {})


def test_users_and_rates_have_a_picture_each() -> None:
    own, rate = ConstantVus(3, 5.0), ConstantArrivalRate(Fraction(1, 2), 5.0)
    of = spec((), own, scenarios=(Scenario("a", (call(),), own), Scenario("b", (call(),), rate)))
    text = planned(forecast(of), {}, 0.2, Style(False), ascii_only=True)
    assert text.index("    3 +") < text.index("iterations started a second") < text.index("  0.5 +")
    assert "busy" not in text
