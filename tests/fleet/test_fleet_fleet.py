"""A fleet against scripted workers: no process, and a clock that moves only while the fleet waits."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from loadspec.clock import FakeClock
from loadspec.fleet.fleet import Fleet, Heard
from loadspec.metrics.tag_values import MAX_VALUES

Message = dict[str, Any]


class Script:
    """A worker that only notes what it is told; and what kill and close did to it."""

    def __init__(self) -> None:
        self.orders: list[tuple[str, Message]] = []
        self.ended: list[str] = []

    def send(self, do: str, **fields: Any) -> None:
        self.orders.append((do, fields))

    def kill(self) -> None:
        self.ended.append("kill")

    def leave(self) -> None:
        self.ended.append("leave")

    def close(self, patience: float) -> None:
        self.ended.append(f"close {patience:g}")

    @property
    def told(self) -> list[str]:
        return [do for do, _ in self.orders]


class Timeline:
    """An inbox with what will be said, by time; to wait moves the clock."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.coming: list[Heard] = []

    def get(self, block: bool = True, timeout: float | None = None) -> Heard:
        until = self.clock.now + ((timeout or 0.0) if block else 0.0)
        if self.coming and self.coming[0][1] <= until:
            heard = self.coming.pop(0)
            self.clock.now = max(self.clock.now, heard[1])
            return heard
        self.clock.now = until
        raise queue.Empty


class Rig:
    """A fleet of `n` that is ready, and whose workers say what the test says they do."""

    def __init__(self, n: int, ready: bool = True) -> None:
        self.clock = FakeClock()
        self.inbox = Timeline(self.clock)
        self.workers = [Script() for _ in range(n)]
        self.fleet = Fleet(self.workers, self.inbox, self.clock)
        if ready:
            for k in range(n):
                self.say(0.0, k, "ready")
            assert self.heard(0.1) == [{"is": "ready"}]

    def say(self, at: float, worker: int, what: str, **fields: Any) -> None:
        self.inbox.coming.append((worker, at, {"is": what, **fields}))
        self.inbox.coming.sort(key=lambda heard: heard[1])

    def beats(self, until: float, *workers: int) -> None:
        for worker in workers:
            for at in range(int(until) + 1):
                self.say(float(at), worker, "beat")

    def tick(self, at: float, worker: int, t: float | None = None, **fields: Any) -> None:
        books = {"started": 3, "completed": 2, "interrupted": 0}
        row = {"name": "main", "began": 0.0, "ended": None, "users": 1, **books}
        self.say(
            at,
            worker,
            "snapshot",
            **{
                "phase": "load",
                "t": at if t is None else t,
                "store": [["n", {}, "counter", [1, 1]]],
                "failures": [],
                "check_samples": [],
                "notes": [],
                "users": 1,
                "iterations": books,
                "scenarios": [row],
                "pools": [],
                "health": {"lag_ms": 0.0, "cpu_s": 0.0, "peak_rss_bytes": 0},
                **fields,
            },
        )

    def end(self, at: float, worker: int, status: str = "done", phase: str = "load", **fields: Any) -> None:
        given = {"reason": "", "captures": {}, "notes": [], "pool_ends": [], **fields}
        self.say(at, worker, "end", phase=phase, status=status, **given)

    def heard(self, until: float) -> list[Message]:
        """All that the fleet says until then."""
        found = []
        while self.clock.now < until:
            message = self.fleet.receive(min(0.25, until - self.clock.now))
            if message is not None:
                found.append(message)
        return found


def counts(messages: list[Message]) -> list[tuple[float, float]]:
    """(t, samples) of each snapshot."""
    return [(m["t"], next(iter(m["store"].series.values())).value) for m in messages if m["is"] == "snapshot"]


def test_it_is_ready_when_all_are() -> None:
    rig = Rig(2, ready=False)
    rig.say(0.5, 1, "ready")
    assert rig.heard(1.0) == []
    rig.say(7.0, 0, "ready")
    rig.beats(7, 1)
    assert rig.heard(8.0) == [{"is": "ready"}], "and nobody is written off while it compiles"


def test_a_refused_spec_is_told() -> None:
    rig = Rig(2, ready=False)
    rig.say(0.5, 1, "invalid", reason="no", hint="yes")
    assert rig.heard(1.0) == [{"is": "invalid", "reason": "no", "hint": "yes"}]


def test_setup_and_teardown_are_for_one_and_the_load_for_all_at_one_time() -> None:
    rig = Rig(3)
    rig.beats(3, 0, 1, 2)
    rig.fleet.send("setup")
    rig.end(0.5, 0, phase="setup", captures={"token": "t"})
    (end,) = rig.heard(1.0)
    assert (end["phase"], end["captures"]) == ("setup", {"token": "t"})
    rig.fleet.send("load", setup=end["captures"])
    for k in range(3):
        rig.end(2.0, k)
    assert [message["is"] for message in rig.heard(2.5)] == ["end"]
    rig.fleet.send("teardown", setup={})
    assert [worker.told for worker in rig.workers] == [["setup", "load", "teardown"], ["load"], ["load"]]
    loads = [dict(worker.orders)["load"] for worker in rig.workers]
    assert loads[0] == loads[1] == loads[2]
    assert loads[0]["setup"] == {"token": "t"}
    assert loads[0]["epoch"] > 1.0, "in the future: none of them is late"


def test_a_worker_alone_begins_at_once() -> None:
    rig = Rig(1)
    rig.fleet.send("load", setup={})
    assert rig.workers[0].orders == [("load", {"setup": {}, "epoch": None})]


def test_a_second_is_told_once_all_have_told_theirs() -> None:
    rig = Rig(3)
    rig.fleet.send("load", setup={})
    for second in (1, 2):
        for k in range(3):
            rig.tick(second + 0.3 * k, k, t=second)
    rig.end(2.7, 0)
    messages = rig.heard(2.65)
    assert counts(messages) == [(1.0, 3), (2.0, 3)]
    assert messages[0]["users"] == 3


def test_who_has_ended_is_not_waited_for() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    rig.tick(0.6, 1)
    rig.end(0.6, 1)
    rig.tick(1.0, 0)
    assert counts(rig.heard(1.2)) == [(1.0, 2)]
    rig.tick(1.4, 0)
    rig.end(1.4, 0)
    assert [message["is"] for message in rig.heard(1.5)] == ["snapshot", "end"]


def test_one_that_is_late_is_counted_in_the_next_second() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    for second in (1, 2, 3):
        rig.tick(second, 0)
    rig.tick(3.2, 1, t=1.0)
    rig.beats(3, 1)
    assert counts(rig.heard(4.0)) == [(2.0, 2), (3.0, 2)], "1.5 s after the first: without it"


@pytest.mark.parametrize("status", ["failed", "crashed"])
def test_what_ends_the_load_on_one_ends_it_on_all(status: str) -> None:
    rig = Rig(3)
    rig.fleet.send("load", setup={})
    rig.end(0.5, 1, status, reason="login failed")
    assert rig.heard(0.6) == []
    assert [worker.told for worker in rig.workers] == [["load", "stop"], ["load"], ["load", "stop"]]
    assert rig.workers[0].orders[-1] == ("stop", {"grace": 0, "phase": "load"})
    rig.end(0.7, 0, "stopped")
    rig.end(0.8, 2, "stopped")
    (end,) = rig.heard(1.0)
    assert (end["status"], end["reason"]) == (status, "login failed")


@pytest.mark.parametrize("status", ["failed", "crashed"])
def test_what_ended_the_load_is_told_although_its_worker_died_after_it(status: str) -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    rig.end(0.5, 1, status, reason="login failed")
    rig.say(0.6, 1, "lost", code=-9)
    rig.end(0.7, 0, "stopped")
    (end,) = rig.heard(1.0)
    assert (end["is"], end["status"], end["reason"]) == ("end", status, "login failed")


def test_a_load_that_has_ended_is_told_before_its_only_worker_is_lost() -> None:
    rig = Rig(1)
    rig.fleet.send("load", setup={})
    rig.tick(0.5, 0)
    rig.end(0.5, 0)
    rig.say(0.5, 0, "lost", code=-9)
    assert [message["is"] for message in rig.heard(1.0)] == ["snapshot", "end", "lost"]


def test_a_setup_that_has_ended_is_told_before_its_worker_is_lost_and_the_load_lacks_it() -> None:
    rig = Rig(2)
    rig.fleet.send("setup")
    rig.end(0.5, 0, phase="setup", captures={"token": "t"})
    rig.say(0.5, 0, "lost", code=3)
    end, degraded = rig.heard(1.0)
    assert (end["is"], end["captures"]) == ("end", {"token": "t"})
    assert degraded == {"is": "degraded", "worker": 1, "of": 2, "at": 0.0, "why": "ended with code 3"}
    rig.fleet.send("load", setup={})
    assert [worker.told for worker in rig.workers] == [["setup"], ["load"]]


def test_a_used_up_pool_winds_down_the_others() -> None:
    rig = Rig(3)
    rig.fleet.send("load", setup={})
    rig.end(0.4, 2)
    rig.say(0.5, 1, "used_up")
    rig.heard(0.6)
    assert [worker.told for worker in rig.workers] == [["load", "wind_down"], ["load"], ["load"]]


def test_tags_that_have_too_many_values_on_all_workers_together_end_the_load() -> None:
    rig = Rig(3)
    rig.fleet.send("load", setup={})
    rig.end(0.1, 2)
    for number in range(MAX_VALUES + 1):
        for worker in (0, 1) if number == 0 else (number % 2,):
            rig.say(0.2 + number / 1000, worker, "tagged", endpoint="search", tags={"term": f"t{number}"})
    rig.heard(0.4)
    assert [worker.told for worker in rig.workers] == [["load", "abort"], ["load", "abort"], ["load"]]


def test_too_many_values_are_wrong_also_where_all_had_ended_before_they_heard_of_it() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    for number in range(MAX_VALUES + 1):
        rig.say(0.2, number % 2, "tagged", endpoint="search", tags={"term": f"t{number}"})
    rig.end(0.2, 0)
    rig.end(0.2, 1)
    (end,) = (message for message in rig.heard(0.4) if message["is"] == "end")
    assert end["status"] == "failed"
    assert "more than 100 values" in end["reason"]


def test_a_crew_goes_once_the_one_before_it_has_ended_everywhere() -> None:
    rig = Rig(3)
    rig.fleet.send("load", setup={})
    rig.say(0.5, 0, "crew_over", crew="first")
    rig.end(0.6, 2)
    rig.heard(0.7)
    assert "crew_go" not in rig.workers[0].told
    rig.say(0.8, 1, "crew_over", crew="first")
    rig.heard(1.0)
    go = [worker.orders[1:] for worker in rig.workers]
    assert go[0] == go[1]
    assert [(do, fields["crew"]) for do, fields in go[0]] == [("crew_go", "first")]
    assert go[0][0][1]["at"] > 0.8
    assert go[2] == []


def test_a_crew_does_not_wait_for_a_worker_that_is_lost() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    rig.say(0.5, 0, "crew_over", crew="first")
    rig.say(0.6, 1, "lost", code=-9)
    rig.heard(0.7)
    assert rig.workers[0].told == ["load", "crew_go"]


def test_a_stop_is_for_those_that_are_still_at_it() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    rig.end(0.5, 0)
    rig.heard(0.6)
    rig.fleet.send("stop", grace=5.0)
    assert rig.workers[0].told == ["load"]
    assert rig.workers[1].orders[-1] == ("stop", {"grace": 5.0, "phase": "load"})


def test_a_worker_that_ends_leaves_the_others_a_degraded_load() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    for second in (1, 2):
        rig.tick(second, 0)
    rig.tick(1.01, 1, t=1.0)
    rig.say(1.5, 1, "lost", code=-9)
    rig.end(2.5, 0)
    messages = rig.heard(3.0)
    assert [message["is"] for message in messages] == ["snapshot", "degraded", "snapshot", "end"]
    assert messages[1] == {"is": "degraded", "worker": 2, "of": 2, "at": 1.0, "why": "ended with code -9"}
    assert messages[2]["users"] == 1
    assert messages[2]["iterations"] == {"started": 6, "completed": 4, "interrupted": 1}


def test_one_that_is_lost_last_is_told_before_the_end() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    rig.end(0.5, 0)
    rig.tick(1.0, 1)
    rig.say(1.2, 1, "lost", code=1)
    assert [message["is"] for message in rig.heard(1.5)] == ["snapshot", "degraded", "end"]


@pytest.mark.parametrize(("n", "patience"), [(2, 3.0), (1, 10.0)])
def test_a_silent_worker_is_written_off_in_time(n: int, patience: float) -> None:
    rig = Rig(n)
    rig.fleet.send("load", setup={})
    rig.beats(20, *range(1, n))
    rig.say(1.0, 0, "beat")
    assert rig.heard(1.0 + patience - 0.1) == []
    message = rig.heard(1.0 + patience)[0]
    assert rig.workers[0].ended == ["kill"], "it must not go on when it wakes"
    assert message["why"].endswith(f"said nothing for {patience:g} s")
    assert message["is"] == ("degraded" if n > 1 else "lost")
    rig.tick(15.0, 0)
    assert rig.heard(16.0) == [], "what it may still say is not heard"


def test_a_parent_that_was_asleep_does_not_take_the_workers_for_silent() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    rig.clock.now = 25.0
    rig.say(25.4, 0, "beat")
    assert rig.heard(27.9) == []
    assert [message["worker"] for message in rig.heard(28.3)] == [2], "one has not woken with it"


@pytest.mark.parametrize("phase", ["start", "setup"])
def test_without_a_worker_that_has_set_up_there_is_no_load(phase: str) -> None:
    rig = Rig(2, ready=phase != "start")
    if phase == "setup":
        rig.fleet.send("setup")
    rig.say(0.5, 0, "lost", code=3)
    assert rig.heard(1.0) == [{"is": "lost", "why": "the worker process ended with code 3"}]


def test_a_worker_lost_before_the_load_is_missing_from_its_begin() -> None:
    rig = Rig(2)
    rig.fleet.send("setup")
    rig.say(0.5, 1, "lost", code=3)
    assert rig.heard(1.0) == [{"is": "degraded", "worker": 2, "of": 2, "at": 0.0, "why": "ended with code 3"}]
    rig.end(1.5, 0, phase="setup")
    assert [message["is"] for message in rig.heard(2.0)] == ["end"]
    rig.fleet.send("load", setup={})
    assert rig.workers[1].told == []


def test_a_worker_lost_after_its_load_is_no_loss_and_another_tears_down() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    for k in range(2):
        rig.end(0.5, k)
    rig.heard(1.0)
    rig.say(1.2, 0, "lost", code=3)
    assert rig.heard(1.5) == []
    rig.fleet.send("teardown", setup={})
    assert [worker.told[-1] for worker in rig.workers] == ["load", "teardown"]


def test_without_a_worker_the_run_is_lost_and_what_was_said_is_kept() -> None:
    rig = Rig(2)
    rig.fleet.send("load", setup={})
    rig.tick(1.0, 0)
    rig.say(1.1, 1, "lost", code=-9)
    rig.say(1.2, 0, "lost", code=-9)
    messages = rig.heard(1.5)
    assert [message["is"] for message in messages] == ["snapshot", "degraded", "lost"]
    assert messages[-1]["why"] == "all 2 workers were lost, the last one ended with code -9"


def test_all_are_asked_to_leave_before_any_is_waited_for() -> None:
    rig = Rig(2)
    rig.fleet.close(2.0)
    assert [worker.ended for worker in rig.workers] == [["leave", "close 2"], ["leave", "close 2"]]
