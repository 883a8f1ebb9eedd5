"""Who takes which start and which are dropped, to the last one: on a clock that the test turns, beside a slow model."""

from __future__ import annotations

from heapq import heappop, heappush
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from greenlet import getcurrent, greenlet
from hypothesis import given
from hypothesis import strategies as st
from support_open import Starts, with_steps
from support_plan import call, spec

from loadspec.clock import FakeClock
from loadspec.engine.agenda import NEVER, Agenda
from loadspec.engine.crew import Site
from loadspec.engine.open import OpenCrew
from loadspec.load import WHOLE, Share, crews_of
from loadspec.plan import compile_plan

Taken = list[tuple[int, int]]
"""(start, user), in the order in which they were taken."""


class World:
    """One crew with an agenda for a loop. An iteration of start i takes `services[i]` seconds."""

    def __init__(self, load: Starts, services: list[float], share: Share = WHOLE) -> None:
        self.clock = FakeClock()
        self.agenda = Agenda()
        self.taken: Taken = []
        self.began: list[float] = []
        self.turns = 0
        self._callbacks: list[Any] = []
        self._services = services
        self._here = getcurrent()
        loop = SimpleNamespace(run_callback=lambda *what: self._callbacks.append(what))
        self.network: Any = SimpleNamespace(switch=self._here.switch, loop=loop)
        self.parked: dict[Any, Any] = {}
        self.plan = with_steps(compile_plan(spec((call(),), load=load), 1), self._step)
        host: Any = self
        site = Site(self.plan, host, {}, share, bool, print, print, print, print)  # type: ignore[arg-type]
        (crew,) = crews_of(self.plan.scenarios)
        self.crew = OpenCrew(crew, site, load.starts(0))

    # What an OpenCrew asks of its host

    def fiber(self, user: Any, run: Any) -> greenlet:
        fiber = greenlet(run, parent=self._here)
        user.resume = fiber.switch
        return fiber

    def turn(self) -> int:
        self.turns += 1
        return self.turns

    def interrupt(self, _fiber: greenlet) -> None:
        raise AssertionError("all have the time that they need")

    def _step(self, user: Any) -> None:
        self.taken.append((user.seat, user.index))
        self.began.append(self.clock())
        done = self.clock() + self._services[user.seat]
        self.agenda.add(done, iter([(0.0, user)]), lambda user, _due: user.resume())
        self._here.switch()

    def run(self, stalls: list[float] = []) -> World:  # noqa: B006 - never changed
        """All of it; the loop comes late by a stall, one after the other."""
        left = iter(stalls)
        with patch("loadspec.engine.open.monotonic", self.clock), patch("loadspec.engine.crew.monotonic", self.clock):
            self.agenda.add(0.0, self.crew.events(), self.crew.obey)
            while self.agenda.due < NEVER:
                self.clock.now = max(self.clock.now, self.agenda.due) + next(left, 0.0)
                self.agenda.advance(self.clock.now)
                while self._callbacks:
                    act, *args = self._callbacks.pop(0)
                    act(*args)
        assert self.crew.over()
        return self

    def total(self, metric: str) -> Any:
        return self.store.select(metric)

    @property
    def books(self) -> tuple[int, int, int]:
        (book,) = self.crew.books
        return book.started, book.completed, book.interrupted


def model(times: tuple[float, ...], services: list[float], max_vus: int, made: int) -> tuple[Taken, int]:
    """(who takes what, how many are dropped): a stack of free users, and who is done when."""
    free = list(range(made))
    busy: list[tuple[float, int]] = []
    taken: Taken = []
    for start, at in enumerate(times):
        while busy and busy[0][0] < at:
            free.append(heappop(busy)[1])
        if not free and made < max_vus:
            free.append(made)
            made += 1
        if free:
            taken.append((start, free.pop()))
            heappush(busy, (at + services[start], taken[-1][1]))
    return taken, len(times) - len(taken)


TIMES = st.lists(st.integers(0, 40), max_size=60).map(lambda found: tuple(2.0 * t for t in sorted(found)))
# Iterations last for odd times and a bit of their own: nobody is free at the very moment of a start, and no two at one


@given(TIMES, st.integers(1, 6), st.integers(0, 8), st.lists(st.integers(0, 12), min_size=60, max_size=60))
def test_starts_are_taken_and_dropped_as_the_model_says(
    times: tuple[float, ...], max_vus: int, before: int, lengths: list[int]
) -> None:
    services = [2.0 * length + 1 + number / 1024 for number, length in enumerate(lengths)]
    before = min(before, max_vus)
    load = Starts(times, duration=100.0, max_vus=max_vus, pre_allocated_vus=before, graceful_stop=1000.0)
    world = World(load, services).run()
    taken, dropped = model(times, services, max_vus, before)
    assert world.taken == taken
    assert world.books == (len(taken), len(taken), 0)
    assert world.began == [times[start] for start, _ in taken]
    store = world.plan.phases["load"].meters.drain()
    assert store.total("dropped_iterations") == dropped
    delays = store.select("dispatch_delay")
    assert delays is None if not taken else (delays.count, delays.max) == (len(taken), 0.0)


@given(TIMES, st.lists(st.integers(0, 30), max_size=40), st.integers(1, 3), st.integers(1, 60))
def test_a_loop_that_comes_late_loses_no_start(
    times: tuple[float, ...], stalls: list[float], workers: int, max_vus: int
) -> None:
    """Whatever it does meanwhile, each start is made or dropped once, in order, and is as late as the clock says."""
    load = Starts(times, duration=100.0, max_vus=max_vus, graceful_stop=10_000.0)
    seen: list[int] = []
    dropped = 0.0
    for k in range(workers):
        world = World(load, [3.0] * 60, Share(k, workers)).run(stalls)
        starts = [start for start, _ in world.taken]
        assert starts == sorted(starts)
        store = world.plan.phases["load"].meters.drain()
        late = [1000 * (began - times[start]) for began, start in zip(world.began, starts, strict=True)]
        assert all(each >= 0 for each in late)
        delays = store.select("dispatch_delay")
        assert (delays.sum if delays else 0) == sum(late)
        dropped += store.total("dropped_iterations")
        seen += starts
        assert world.books == (len(starts), len(starts), 0)
    assert len(set(seen)) == len(seen)
    assert len(seen) + dropped == len(times)
    if max_vus == 60:
        assert not dropped
