"""One crew while it runs: what those of closed and of open loads have in common. started = completed + interrupted."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from greenlet import greenlet
from msgspec import Struct

from loadspec.clock import monotonic
from loadspec.engine.agenda import NEVER
from loadspec.engine.host import EngineHost
from loadspec.load import Crew, Share
from loadspec.plan import Plan, ScenarioPlan
from loadspec.plan.mix import Choose, weighted
from loadspec.protocols.user import AbortRun, EndIteration, PoolEnd, StopUser, User
from loadspec.transports.base import Interrupted


class Books:
    """Iterations of one scenario. No Struct, into which a store takes longer: each iteration makes two."""

    __slots__ = ("completed", "interrupted", "started")

    def __init__(self) -> None:
        self.started = self.completed = self.interrupted = 0


class Starts(Struct):
    """Of users in a closed load, of iterations in an open one: due = made + dropped, but for those that are late."""

    due: int = 0
    made: int = 0
    dropped: int = 0


class Site(Struct, frozen=True):
    """What all crews of a load work with.

    `on_change` is called when a user ends, `on_abort` when a step asks for the end, `on_crash` with the trace of a bug;
    `wind_down` is asked for where a crew is to end before its time.
    """

    plan: Plan
    host: EngineHost
    setup: Mapping[str, Any]
    share: Share
    on_change: Callable[[], None]
    on_abort: Callable[[str], None]
    on_crash: Callable[[str], None]
    on_pool_end: Callable[[PoolEnd], None]
    wind_down: Callable[[CrewRun], None]


class CrewRun:
    """A worker's share of a crew. What it plans is `events()`, which come back to `obey` when they are due.

    Users are numbered through all crews, so that no two of a run are the same to pools and expressions. `alive` are
    those that are in an iteration. `began` and `ended` are seconds of the load, None as long as they have not come; a
    crew that was stopped while it waited has ended, and never began.
    """

    def __init__(self, crew: Crew[ScenarioPlan], site: Site) -> None:
        load, plan = crew.load, site.plan
        self.crew = crew
        self.books = [Books() for _ in crew.members]
        self.started = 0
        self.began: float | None = None
        self.ended: float | None = None
        self.alive: dict[int, tuple[User, greenlet]] = {}
        self.stopped = False
        self._end_by = NEVER
        """When its last iteration is interrupted, by the monotonic clock."""
        self.max_vus = site.share.count(load.max_vus)
        self._site = site
        self._host = site.host
        self._numbers = site.share.among(load.max_vus)
        self._users: dict[int, User] = {}
        self._padding: set[int] = set()
        self._resigned: set[int] = set()
        self._made_starts = 0
        self._afresh = plan.settings.http.no_vu_connection_reuse
        self._choose = _choice(crew, plan.seed)
        meters = plan.phases["load"].meters
        self._delay = meters.value("trend", "dispatch_delay", **crew_tags(crew))
        self._dropped = meters.value("counter", "dropped_iterations", **crew_tags(crew))

    # What a kind of crew says for itself

    def events(self) -> Iterator[tuple[float, Any]]:
        """(seconds after the crew's begin, what), sorted."""
        raise NotImplementedError

    def obey(self, what: Any, due: float) -> None:
        """Do what the schedule says; `due` is when, by the monotonic clock."""
        raise NotImplementedError

    def over(self) -> bool:
        """Whether nothing runs and nothing will start again."""
        raise NotImplementedError

    def _work(self, user: User, *start: Any) -> None:
        """All that a user does; `start` is what its greenlet was first switched to with."""
        raise NotImplementedError

    def _somebody_comes(self) -> bool:
        """Whether an iteration may still begin while those that run go on waiting."""
        raise NotImplementedError

    @property
    def vus_max(self) -> int:
        """k6's `vus_max` now."""
        return self.max_vus

    def take_starts(self, now: float) -> Starts:
        """What was due since the last call, `now` in seconds of the load. A user that is to start always can."""
        made, self._made_starts = self._made_starts, 0
        return Starts(made, made)

    def close_books(self) -> None:
        """The load is over: what was never started is dropped."""

    # What they have in common

    def begin(self, at: float, epoch: float) -> None:
        """The crew's time begins, `at` seconds of the load, which began at `epoch` by the monotonic clock."""
        self._end_by = epoch + at + self.crew.load.end
        if not self.stopped:
            self.began = at

    def retire(self, index: int) -> None:
        """Let a user finish its iteration and stop."""
        if index in self.alive:
            self.alive[index][0].retiring = True
            if index in self._padding:
                self.kill(index)  # its iteration is complete; it only waits for the next one
            elif self._host.parked:  # it, or a branch of it, may wait for nobody
                self._site.on_change()

    def kill(self, index: int) -> None:
        """Interrupt a user's iteration."""
        if index in self.alive:
            user, fiber = self.alive[index]
            user.retiring = True
            self._host.interrupt(fiber)

    def stop(self) -> None:
        """No new user and no new iteration from now on."""
        self.stopped = True
        for index in list(self.alive):
            self.retire(index)

    def kill_all(self) -> None:
        """Interrupt everyone."""
        self.stop()
        for index in list(self.alive):
            self.kill(index)

    def release(self) -> None:
        """Where all who are left wait for others and nobody can come any more, they wait no longer.

        Whom the load's end has told to go is interrupted, as its time is over; the others go on alone.
        """
        if not self.alive or len(self._host.parked) < len(self.alive) or self._somebody_comes():
            return
        left = [user for user, _ in self.alive.values()]
        if not all(map(self._host.waits, left)):
            return
        for user in left:
            if user.retiring:
                self.kill(user.index)
            else:
                self._host.release(user)

    def drawn(self) -> Iterable[Sequence[int]]:
        """Rows drawn by pool, so far: what they add up to."""
        return [user.drawn for user in self._users.values()]

    def _new_user(self, number: int) -> User:
        """User `number` of the crew."""
        site, index = self._site, self.crew.first_user + number
        user = self._users[index] = User(index, site.host, site.plan.pools, len(site.plan.origins.known), site.setup)
        user.seat = self.crew.first_seat + number
        return user

    def _live(self, user: User, *start: Any) -> None:
        """A user's life. Runs in its own greenlet; nothing but a bug of ours leaves it as an exception."""
        try:
            self._work(user, *start)
        except Interrupted:
            pass
        except AbortRun as abort:
            self._site.on_abort(self._masked(user, str(abort)))
        except Exception:
            trace = traceback.format_exc()
            with suppress(Exception):  # whatever is wrong, the load must hear of it
                trace = self._masked(user, trace)
            self._site.on_crash(trace)
        finally:
            user.close()
            user.channels = [None] * len(self._site.plan.origins.known)
            self.alive.pop(user.index, None)
            self._left(user)
            self._site.on_change()

    def _left(self, user: User) -> None:
        """A user's greenlet ends."""

    def _masked(self, user: User, text: str) -> str:
        """Without what only this user knows."""
        return self._site.plan.phases["load"].failures.masker(user)(text)

    def _iterate(self, user: User, number: int = 0) -> None:
        """One iteration of the crew's scenario `number`."""
        scenario, books = self.crew.members[number], self.books[number]
        flow = scenario.flow
        self.started += 1
        books.started += 1
        user.begin(flow.slots)
        if self._afresh:
            user.disconnect()
        turn, begin = self._host.turn(), monotonic()
        try:
            for step in flow.steps:
                step(user)
        except EndIteration:
            pass
        except PoolEnd as end:
            self._run_out(user, books, end, begin)
            return
        except StopUser:
            self._resign(user)
        except BaseException:
            books.interrupted += 1
            raise
        books.completed += 1
        took = monotonic() - begin
        scenario.iterations.add(took * 1000)
        if scenario.items is not None:
            scenario.items.add(user.draws, took)
        if took < scenario.min_iteration_duration and not user.retiring:
            self._pad(user, scenario.min_iteration_duration - took)
        elif self._host.turn() == turn:  # nothing in this iteration waited: let the others have the loop
            self._host.sleep(user, 0)

    def _pad(self, user: User, seconds: float) -> None:
        """Wait out the shortest time of an iteration: it is complete, and a user that is to retire stops here."""
        self._padding.add(user.index)
        try:
            self._host.sleep(user, seconds)
        finally:
            self._padding.discard(user.index)

    def _resign(self, user: User) -> None:
        """A user starts no further iteration."""
        user.retiring = True
        self._resigned.add(user.index)

    def _run_out(self, user: User, books: Books, end: PoolEnd, begin: float) -> None:
        """No row is left for a user. An iteration in which nothing was sent yet never began."""
        if user.has_sent(begin):
            books.interrupted += 1
        else:
            books.started -= 1
            self.started -= 1
            self._never_began()
        self._no_row(user, end)

    def _never_began(self) -> None:
        """An iteration that was counted was none. A budget's is dropped at the end, with all that is left of it."""

    def _no_row(self, user: User, end: PoolEnd) -> None:
        """What follows where a pool has no row for a user."""
        if end.whole or user.index not in self._resigned:
            self._site.on_pool_end(end)
        self._resign(user)


def crew_tags(crew: Crew[ScenarioPlan]) -> dict[str, str]:
    """The tags of what belongs to no scenario of a mix alone; else the scenario's."""
    return {"scenario": crew.name, **({} if crew.is_mix else crew.members[0].tags)}


def _choice(crew: Crew[ScenarioPlan], seed: int) -> Choose | None:
    """What a mix's users draw; nothing where there is one scenario only."""
    if len(crew.members) < 2:
        return None
    return weighted([member.weight or 0.0 for member in crew.members], seed)
