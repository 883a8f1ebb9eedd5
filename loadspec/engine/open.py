"""A crew of an open load: iterations start when they are due, whether or not others have ended.

Start i takes a free user, the one that was busy last, so that few connections are kept warm rather than many lukewarm;
where there is none it makes one; where all `max_vus` are busy the start is dropped, and not made up for. A user that
has stopped leaves its place to a fresh one. A start that comes late, because the loop was busy, counts from when it was
due. Whatever a start draws depends on its number alone,
not on who takes it: pools, `choose`, random values and the scenario of a mix are the same on any number of workers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from greenlet import greenlet

from loadspec.clock import monotonic
from loadspec.engine.agenda import NEVER
from loadspec.engine.crew import CrewRun, Site, Starts
from loadspec.load import Crew
from loadspec.plan import ScenarioPlan
from loadspec.protocols.user import PoolEnd, User

_CLOSE, _KILL = -1, -2
"""Events that are no start."""

_LATE = 0.005
"""Seconds after which a start that is due at the very end comes too late."""
_INSUFFICIENT = (
    "insufficient VUs: none of {part}the {most} users of {name} was free when an iteration was due; it was dropped, as "
    "is each that finds none: raise max_vus, or see why iterations take so long"
)
_TOO_LATE = (
    "this machine was so far behind that iterations of {name} had not begun when the last ones are interrupted: they "
    "were dropped; lower the rate, or use more --workers"
)


class OpenCrew(CrewRun):
    """Makes this worker's share of the starts, with its share of the users."""

    def __init__(self, crew: Crew[ScenarioPlan], site: Site, starts: Iterator[float]) -> None:
        super().__init__(crew, site)
        k, n = self._numbers
        self._schedule = islice(enumerate(starts), k, None, n) if k < n else iter(())
        self._ahead: deque[tuple[float, int]] = deque()
        self._read_to, self._read_starts = -1.0, 0
        self._told, self._told_before = Starts(), Starts()
        """Starts so far, and what `take_starts` said of them."""
        self._free: list[tuple[User, greenlet]] = []
        self._gone: list[User] = []
        """Those who have stopped, and were not replaced yet."""
        self._made = 0
        self._fibers = 0
        """Users whose greenlet lives, busy or not."""
        pools = site.plan.pools
        self._by_start = [index for index, pool in enumerate(pools) if not pool.by_user]
        self._total = [0] * len(pools)
        """What starts have drawn that are over."""
        self._switch = site.host.network.switch
        for _ in range(site.share.count(crew.load.pre_allocated_vus)):
            self._free.append(self._make())

    @property
    def vus_max(self) -> int:
        """See CrewRun: k6 counts those that were made."""
        return self._made

    def events(self) -> Iterator[tuple[float, int]]:
        """See CrewRun: numbers of starts, lazily, then two that are no start."""
        while (start := self._next_start()) is not None:
            yield start
        yield self.crew.load.duration, _CLOSE
        yield self.crew.load.end, _KILL

    def _next_start(self) -> tuple[float, int] | None:
        """(when, number) of the next start, which others may have looked at before."""
        return self._ahead.popleft() if self._ahead else self._read()

    def _read(self) -> tuple[float, int] | None:
        number, at = next(self._schedule, (-1, NEVER))
        self._read_to = at
        if number < 0:
            return None
        self._read_starts += 1
        return at, number

    def take_starts(self, now: float) -> Starts:
        """See CrewRun. The schedule is read up to now, so that starts which are late are seen, too."""
        if self.stopped or self.began is None:
            due = self._told.made + self._told.dropped
        else:
            while self._read_to <= now - self.began and (start := self._read()) is not None:
                self._ahead.append(start)
            due = self._read_starts - (self.began + self._read_to > now and self._read_to < NEVER)
        made, dropped = self._told.made, self._told.dropped
        before, self._told_before = self._told_before, Starts(due, made, dropped)
        return Starts(max(0, due - before.due), made - before.made, dropped - before.dropped)

    def obey(self, number: int, due: float) -> None:
        """See CrewRun."""
        if number >= 0:
            now = monotonic()
            if now >= self._end_by and now - due > _LATE:
                self._drop(_TOO_LATE)
            elif not self.stopped:
                self._start(number, due)
        elif number == _CLOSE:
            self.stop()
        else:
            self.kill_all()

    def over(self) -> bool:
        """See CrewRun: not before its time, although the last start may lie before it."""
        return self.stopped and not self._fibers

    def stop(self) -> None:
        """See CrewRun. Who is free may go."""
        super().stop()
        for _, fiber in self._free:
            if fiber:  # else it was never started
                self._host.network.loop.run_callback(fiber.switch, _CLOSE, 0.0)
        self._free.clear()
        self._site.on_change()

    def drawn(self) -> Iterable[Sequence[int]]:
        """See CrewRun."""
        return [self._total, *super().drawn()]

    def _start(self, number: int, due: float) -> None:
        """Runs in the hub: the user goes on from here, until it waits for the first time."""
        if self._free:
            user, fiber = self._free.pop()
        elif self._gone:
            user, fiber = self._replace(self._gone.pop())
        elif self._made < self.max_vus:
            user, fiber = self._make()
        else:
            self._drop(_INSUFFICIENT)
            return
        self._told.made += 1
        self.alive[user.index] = (user, fiber)
        fiber.switch(number, due)

    def _make(self) -> tuple[User, greenlet]:
        user = self._new_user(self._site.share.number(self._made))
        self._made += 1
        return user, self._host.fiber(user, partial(self._live, user))

    def _replace(self, gone: User) -> tuple[User, greenlet]:
        """A fresh user of the same number, and so with the same rows of pools by user.

        Its iterations are counted on: no two of a number are the same to expressions.
        """
        user = self._new_user(gone.index - self.crew.first_user)
        user.iteration, user.drawn = gone.iteration, gone.drawn
        return user, self._host.fiber(user, partial(self._live, user))

    def _drop(self, why: str) -> None:
        self._dropped.add(1)
        if why is _INSUFFICIENT:  # what this machine was too late for is no start that found nobody free
            self._told.dropped += 1
        part = "a worker's share of " if self._site.share.n > 1 else ""  # the same words on each of them
        self._remark(why.format(part=part, most=self.crew.load.max_vus, name=self.crew.name))

    def _remark(self, text: str) -> None:
        self._site.plan.phases["load"].failures.remark(text)

    def _work(self, user: User, number: int, due: float) -> None:
        self._fibers += 1
        first_seat = self.crew.first_seat
        while number != _CLOSE:
            self._reseat(user, first_seat + number)
            late = monotonic() - due
            user.late = late
            self._delay.add(late * 1000)
            self._iterate(user, 0 if self._choose is None else self._choose(0, number))
            if user.retiring:
                return
            self._free.append((user, self.alive.pop(user.index)[1]))
            number, due = self._switch()

    def _reseat(self, user: User, seat: int) -> None:
        """Each start is somebody else to what it draws from."""
        drawn, total = user.drawn, self._total
        for pool in self._by_start:
            total[pool] += drawn[pool]
            drawn[pool] = 0
        user.reseat(seat)

    def _left(self, user: User) -> None:
        self._fibers -= 1
        self._gone.append(user)

    def _somebody_comes(self) -> bool:
        return not self.stopped

    def _never_began(self) -> None:
        self._dropped.add(1)  # to `take_starts` it was made: this machine was in time

    def _no_row(self, user: User, end: PoolEnd) -> None:
        """Rows are the starts', not the users': where one start finds none, those after it will not either."""
        if end.whole or end.by_user:
            super()._no_row(user, end)
        else:
            self._remark(f"{end}; with that {self.crew.name} starts no further iteration")
            self._site.wind_down(self)
