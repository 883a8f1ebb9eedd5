"""The conductor against a scripted worker, without processes and without waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support_cli import REFERENCE

from loadspec.clock import FakeClock
from loadspec.errors import LoadspecError
from loadspec.metrics import Store, tags_of
from loadspec.run.conductor import Conductor, Crash
from loadspec.spec import load
from loadspec.ui.live import Quiet

Message = dict[str, Any]
READY = {"is": "ready"}


def end(phase: str, status: str = "done", reason: str = "", **captures: Any) -> Message:
    return {"is": "end", "phase": phase, "status": status, "reason": reason, "captures": captures}


def tick(t: float, failed: int = 0, total: int = 10) -> Message:
    store = Store()
    tags = tags_of(scenario="default", endpoint="generate")
    store.rate("errors", tags).passes = failed
    store.rate("errors", tags).total = total
    return {
        "is": "snapshot",
        "phase": "load",
        "t": t,
        "store": store,
        "failures": [],
        "users": 1,
        "iterations": {"started": 1, "completed": 1, "interrupted": 0},
        "health": {"lag_ms": 0.0, "cpu_s": 0.0, "peak_rss_bytes": 0},
    }


class ScriptedWorker:
    """Answers each order with its script; `stop` is noted and ends the phase if the script says so."""

    def __init__(self, **scripts: list[Message | None]) -> None:
        self.scripts = scripts
        self.queue: list[Message | None] = list(scripts.get("ready", [READY]))
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.on_receive: Callable[[], None] = lambda: None

    def send(self, do: str, **fields: Any) -> None:
        self.orders.append((do, fields))
        self.queue += self.scripts.get(do, [end(do)] if do != "stop" else [])

    def receive(self, timeout: float) -> Message | None:
        self.on_receive()
        if not self.queue:
            raise AssertionError(f"the conductor waits in vain after {self.orders}")
        return self.queue.pop(0)


def conductor(worker: ScriptedWorker, signals: Callable[[], int] = lambda: 0, text: str = "") -> Conductor:
    spec = load(REFERENCE).spec
    if text:
        from loadspec.spec import load_bytes

        spec = load_bytes(text.encode(), "spec.yaml").spec
    return Conductor(spec, worker, Quiet(), signals, clock=FakeClock())


def names(worker: ScriptedWorker) -> list[str]:
    return [name for name, _ in worker.orders]


def test_setup_then_load_with_what_setup_captured() -> None:
    worker = ScriptedWorker(setup=[end("setup", token="t")], load=[tick(1.0), None, end("load")])
    run = conductor(worker)
    run.run()
    assert worker.orders == [("setup", {}), ("load", {"setup": {"token": "t"}})]
    assert run.ledger.collector.elapsed == 1.0


@pytest.mark.parametrize(("status", "timed_out"), [("failed", False), ("timeout", True)])
def test_a_failed_setup_starts_no_load(status: str, timed_out: bool) -> None:
    worker = ScriptedWorker(setup=[end("setup", status, "login failed")])
    run = conductor(worker)
    run.run()
    assert names(worker) == ["setup"]
    assert run.ledger.outcome.setup_failed == "login failed"
    assert run.ledger.outcome.setup_timed_out is timed_out


def test_a_refused_spec_is_the_users_error() -> None:
    worker = ScriptedWorker(ready=[{"is": "invalid", "reason": "no host", "hint": "name one"}])
    with pytest.raises(LoadspecError) as caught:
        conductor(worker).run()
    assert (caught.value.message, caught.value.hint, caught.value.exit_code) == ("no host", "name one", 104)


def test_a_crash_is_a_bug_and_raises() -> None:
    worker = ScriptedWorker(load=[end("load", "crashed", "Traceback ...")])
    with pytest.raises(Crash, match="Traceback"):
        conductor(worker).run()


def test_a_lost_worker_keeps_what_was_measured() -> None:
    worker = ScriptedWorker(load=[tick(1.0), {"is": "lost", "why": "the worker process ended with code -9"}])
    run = conductor(worker)
    run.run()
    assert "code -9" in run.ledger.outcome.worker_lost
    assert run.ledger.collector.elapsed == 1.0


def test_the_first_signal_gives_grace_the_second_none() -> None:
    worker = ScriptedWorker(load=[tick(1.0), None, None, end("load", "stopped")])
    count = 0

    def signals() -> int:
        return count

    def advance() -> None:
        nonlocal count
        if names(worker)[-1:] in (["load"], ["stop"]):
            count = min(count + 1, 2)

    worker.on_receive = advance
    run = conductor(worker, signals)
    run.run()
    assert [order for order in worker.orders if order[0] == "stop"] == [
        ("stop", {"grace": 5.0}),
        ("stop", {"grace": 0.0}),
    ]
    assert run.interrupted


def test_an_aborting_threshold_stops_the_load_once() -> None:
    text = REFERENCE.read_text().replace("  errors: rate < 10%", "  errors: {that: rate < 10%, abort: true, after: 2s}")
    worker = ScriptedWorker(load=[tick(1.0, 5), tick(3.0, 5), tick(4.0, 5), end("load", "stopped")])
    run = conductor(worker, text=text)
    run.run()
    assert names(worker).count("stop") == 1
    assert ("stop", {"grace": 0}) in worker.orders
    assert [r.aborted for r in run.ledger.watch.results() if r.threshold.metric == "errors"] == [True]
    assert run.ledger.outcome.aborted == ""


def test_on_fail_abort_keeps_the_reason() -> None:
    worker = ScriptedWorker(load=[tick(1.0), end("load", "failed", "generate failed: status 500")])
    run = conductor(worker)
    run.run()
    assert run.ledger.outcome.aborted == "generate failed: status 500"


@pytest.mark.parametrize(("count", "teardown"), [(1, True), (2, False)])
def test_teardown_runs_after_one_signal_but_not_after_two(count: int, teardown: bool) -> None:
    text = REFERENCE.read_text().replace("\nflow:", "\nteardown:\n  - call: login\nflow:")
    worker = ScriptedWorker(load=[None, end("load", "stopped")])
    run = conductor(worker, lambda: count if "load" in names(worker) else 0, text)
    run.run()
    assert ("teardown" in names(worker)) is teardown


@pytest.mark.parametrize("status", ["done", "stopped"])
def test_a_signal_during_setup_skips_the_load_not_the_teardown(status: str) -> None:
    text = REFERENCE.read_text().replace("\nflow:", "\nteardown:\n  - call: login\nflow:")
    worker = ScriptedWorker(setup=[end("setup", status)])
    run = conductor(worker, lambda: int("setup" in names(worker)), text)
    run.run()
    assert [name for name in names(worker) if name != "stop"] == ["setup", "teardown"]


def test_events_say_when_a_threshold_is_crossed() -> None:
    worker = ScriptedWorker(load=[tick(1.0, 0), tick(2.0, 9), tick(3.0, 0), end("load")])
    run = conductor(worker)
    run.run()
    crossed = [event for event in run.ledger.events.events() if "crossed" in event.text]
    assert [event.t for event in crossed][:1] == [2.0]


TEARDOWN = REFERENCE.read_text().replace("\nflow:", "\nteardown:\n  - call: login\nflow:")
ABORTING = REFERENCE.read_text().replace("  errors: rate < 10%", "  errors: {that: rate < 10%, abort: true}")


@pytest.mark.parametrize(("count", "grace"), [(1, 7.5), (2, 0.0)])
def test_a_first_signal_in_teardown_gives_it_some_time(count: int, grace: float) -> None:
    worker = ScriptedWorker(teardown=[None, end("teardown")])
    run = conductor(worker, lambda: count if "teardown" in names(worker) else 0, TEARDOWN)
    run.run()
    assert [order for order in worker.orders if order[0] == "stop"] == [("stop", {"grace": grace})]
    assert run.interrupted


def test_teardown_after_a_signal_has_what_is_left_of_its_time() -> None:
    worker = ScriptedWorker(
        load=[tick(1.0), *[None] * 8, end("load", "stopped")], teardown=[end("teardown", "stopped")]
    )
    run = conductor(worker, lambda: int("load" in names(worker)), TEARDOWN)
    clock = run._clock = FakeClock()
    worker.on_receive = lambda: clock.advance(0.25)
    run.run()
    assert worker.orders[-1] == ("stop", {"grace": 5.0}), "2.5 s have gone by"
    assert run.ledger.outcome.teardown_failed == "it was not done in time after the signal"
    assert not run.ledger.outcome.teardown_timed_out


@pytest.mark.parametrize("ready", [[READY], [None, READY]])
def test_a_signal_before_the_run_has_begun_sends_nothing(ready: list[Message | None]) -> None:
    worker = ScriptedWorker(ready=ready)
    run = conductor(worker, lambda: 1, TEARDOWN)
    run.run()
    assert worker.orders == []
    run.close({})
    assert run.ledger.outcome.signals == 1
    assert run.ledger.outcome.worker_lost == ""


def test_a_signal_after_the_run_was_over_is_none_of_it() -> None:
    count = 0
    run = conductor(ScriptedWorker(load=[tick(1.0), end("load")]), lambda: count)
    run.run()
    count = 1
    run.close({})
    assert run.ledger.outcome.signals == 0


def test_a_worker_lost_in_teardown_has_lost_no_load() -> None:
    lost = {"is": "lost", "why": "the worker process ended with code -9"}
    worker = ScriptedWorker(load=[tick(1.0), end("load")], teardown=[lost])
    run = conductor(worker, text=TEARDOWN)
    run.run()
    assert run.ledger.outcome.worker_lost == ""
    assert run.ledger.outcome.teardown_failed == "the worker process ended with code -9"


def test_a_worker_that_does_not_end_is_given_up_and_nothing_is_lost() -> None:
    worker = ScriptedWorker(load=[tick(1.0), *[None] * 50])
    clock = FakeClock()
    run = conductor(worker, lambda: 2 if "load" in names(worker) and len(worker.queue) < 45 else 0)
    run._clock = clock
    worker.on_receive = lambda: clock.advance(0.25)
    run.run()
    assert "did not end" in run.ledger.outcome.worker_lost
    assert run.ledger.collector.elapsed == 1.0
    assert clock.now < 5.0


def test_an_abort_of_the_spec_goes_before_an_aborting_threshold() -> None:
    worker = ScriptedWorker(load=[tick(1.0, 9), end("load", "failed", "generate failed: status 500")])
    run = conductor(worker, text=ABORTING)
    run.run()
    assert run.ledger.outcome.aborted == "generate failed: status 500"
    assert not any(result.aborted for result in run.ledger.watch.results())


def test_a_threshold_did_not_end_a_load_that_was_over() -> None:
    worker = ScriptedWorker(load=[tick(0.5, 9), end("load")])
    run = conductor(worker, text=ABORTING)
    run.run()
    assert not any(result.aborted for result in run.ledger.watch.results())
    assert [r.status for r in run.ledger.watch.results() if r.threshold.metric == "errors"] == ["fail"]


def test_a_worker_that_is_lost_while_others_go_on_is_an_event_and_a_loss() -> None:
    lost = {"is": "degraded", "worker": 2, "of": 3, "at": 1.0, "why": "said nothing for 3 s"}
    worker = ScriptedWorker(load=[tick(1.0), lost, tick(2.0), end("load")])
    run = conductor(worker)
    run.run()
    (loss,) = run.ledger.outcome.losses
    assert (loss.worker, loss.of, loss.at) == (2, 3, 1.0)
    assert run.ledger.outcome.worker_lost == ""
    assert [event.text for event in run.ledger.events.events() if "lost" in event.text] == [
        "worker 2 of 3 was lost at 1s (it said nothing for 3 s): 1/3 of the load is missing since"
    ]
    assert run.ledger.collector.elapsed == 2.0


def test_the_grace_of_a_threshold_reaches_the_worker() -> None:
    text = ABORTING.replace("abort: true}", "abort: true, grace: 3s}")
    worker = ScriptedWorker(load=[tick(1.0, 9), end("load", "stopped")])
    conductor(worker, text=text).run()
    assert [order for order in worker.orders if order[0] == "stop"] == [("stop", {"grace": 3.0})]
