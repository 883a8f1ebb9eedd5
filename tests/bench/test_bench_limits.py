"""What bench/limits.py makes of the runs that it has seen."""

from __future__ import annotations

from bench.limits import LOADS, SPEC, Seen, agrees, row
from loadspec.spec import Overrides, load

LIMITED = Seen(95, True, ("cpu",), 99.4, 41.0)
FINE = Seen(0, False, (), 9.0, 1.2)


def test_a_row_counts_the_runs_that_called_themselves_limited() -> None:
    assert row("saturated", [LIMITED, LIMITED, FINE]) == (
        "saturated: limited in 2 of 3 runs (cpu), CPU up to 99 %, hub lag p99 up to 41.0 ms"
    )
    assert row("light", [FINE]) == "light: limited in 0 of 1 runs, CPU up to 9 %, hub lag p99 up to 1.2 ms"


def test_every_run_must_say_what_is_true_of_its_load() -> None:
    assert agrees("saturated", [LIMITED] * 3)
    assert not agrees("saturated", [LIMITED, FINE])
    assert not agrees("saturated", [LIMITED._replace(code=99)])
    assert agrees("light", [FINE] * 3)
    assert not agrees("light", [FINE, LIMITED])


def test_what_a_run_said_is_in_its_results() -> None:
    health = [
        {"worst": {"cpu_percent": 5.0, "lag_p99_ms": 2.0}, "causes": []},
        {"worst": {"cpu_percent": 99.0, "lag_p99_ms": 1.0}, "causes": [{"name": "gc"}, {"name": "cpu"}]},
    ]
    seen = Seen.of(95, {"generator_limited": True, "health": health})
    assert seen == Seen(95, True, ("cpu", "gc"), 99.0, 2.0)


def test_its_spec_has_both_loads() -> None:
    rates = {name: load(SPEC, Overrides(profile=(options or [None, None])[1])) for name, (options, _) in LOADS.items()}
    assert {name: not loaded.warnings for name, loaded in rates.items()} == {"saturated": True, "light": True}
