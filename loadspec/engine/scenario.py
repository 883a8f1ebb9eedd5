"""One crew while it runs: its users, its budget, its scenarios' books. started = completed + interrupted."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gevent.event import Event
from greenlet import greenlet

from loadspec.clock import monotonic
from loadspec.engine.host import EngineHost
from loadspec.load import WHOLE, Budget, Command, Crew, Share
from loadspec.plan import Plan, ScenarioPlan
from loadspec.plan.mix import Choose, weighted
from loadspec.protocols.user import AbortRun, EndIteration, PoolEnd, StopUser, User
from loadspec.transports.base import Interrupted


@dataclass(slots=True)
class Books:
    """Iterations of one scenario."""

    started: int = 0
    completed: int = 0
    interrupted: int = 0


class CrewRun:
    """Obeys the load's commands to this worker's share of the users.

    `on_change` is called when a user ends, `on_abort` when a step asks for the end.

    Users are numbered through all crews, so that no two of a run are the same to pools and expressions.
    `began` and `ended` are seconds of the load, None as long as they have not come; a crew that was stopped while it
    waited has ended, and never began. `is_over` is set at the end.
    """

    def __init__(
        self,
        plan: Plan,
        crew: Crew[ScenarioPlan],
        host: EngineHost,
        setup: Mapping[str, Any],
        on_change: Callable[[], None],
        on_abort: Callable[[str], None],
        on_crash: Callable[[str], None],
        on_pool_end: Callable[[PoolEnd], None],
        share: Share = WHOLE,
    ) -> None:
        self.crew = crew
        self.books = [Books() for _ in crew.members]
        self.started = 0
        self.began: float | None = None
        self.ended: float | None = None
        self.is_over = Event()
        self.alive: dict[int, tuple[User, greenlet]] = {}
        self.stopped = False
        self._plan = plan
        self._host = host
        self._setup = setup
        self._users: dict[int, User] = {}
        self._dying: dict[int, float | None] = {}  # interrupted, not gone yet → lateness of a start that came since
        self._resigned: set[int] = set()
        self._on_change, self._on_abort, self._on_crash = on_change, on_abort, on_crash
        self._on_pool_end = on_pool_end
        self._numbers = share.among(crew.load.max_vus)
        self._budget = _budget(crew.load.budget(), self._numbers)
        self.max_vus = share.count(crew.load.max_vus)
        self._afresh = plan.settings.http.no_vu_connection_reuse
        self._choose = _choice(crew, plan.seed)
        self._delay = plan.phases["load"].meters.value("trend", "dispatch_delay", **crew_tags(crew))
        self.commands = [command for command in crew.load.commands() if share.owns(command.user)]
        self._last_start = max((c.at for c in self.commands if c.action == "start"), default=-1.0)
        self._reached = -1.0

    def obey(self, command: Command, lateness: float) -> None:
        """Do what the schedule says now."""
        self._reached = command.at
        _ACTIONS[command.action](self, self.crew.first_user + command.user, lateness)
        if not self.alive:  # a start that was refused may have been the last thing to wait for
            self._on_change()

    def start(self, index: int, lateness: float) -> None:
        """Start a user, or let one that is finishing go on."""
        if self.stopped or index in self._resigned:
            return
        if index in self._dying:
            self._dying[index] = lateness
            return
        if index in self.alive:
            self.alive[index][0].retiring = False
            return
        user = self._users.get(index)
        if user is None:
            user = self._users[index] = User(
                index, self._host, self._plan.pools, len(self._plan.origins.known), self._setup
            )
        user.retiring = False
        self._delay.add(lateness * 1000)
        self.alive[index] = (user, self._host.start(user, self._live))

    def retire(self, index: int, _lateness: float = 0.0) -> None:
        """Let a user finish its iteration and stop."""
        if index in self._dying:
            self._dying[index] = None
        if index in self.alive:
            user = self.alive[index][0]
            user.retiring = True
            if self._host.parked:  # it, or a branch of it, may wait for nobody
                self._on_change()

    def kill(self, index: int, _lateness: float = 0.0) -> None:
        """Interrupt a user's iteration."""
        if index in self.alive:
            user, fiber = self.alive[index]
            user.retiring = True
            self._dying[index] = None
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
        nobody_comes = self.stopped or self._reached >= self._last_start
        if not self.alive or len(self._host.parked) < len(self.alive) or not nobody_comes:
            return
        left = [user for user, _ in self.alive.values()]
        if any(not self._host.waits(user) or self._may_start(user) for user in left) or self._dying:
            return
        for user in left:
            if user.retiring:
                self.kill(user.index)
            else:
                self._host.release(user)

    def over(self) -> bool:
        """Whether nothing runs and nothing will start again."""
        return not self.alive and (self.stopped or self._reached >= self._last_start)

    def dropped(self) -> int:
        """Iterations of a budget that were never started."""
        if self._budget is None:
            return 0
        users = self.max_vus if self._budget.per_user else 1
        return self._budget.total * users - self.started

    def _may_start(self, user: User) -> bool:
        if user.retiring:
            return False
        if self._budget is None:
            return True
        used = user.iteration + 1 if self._budget.per_user else self.started
        return used < self._budget.total

    def _live(self, user: User) -> None:
        """A user's life. Runs in its own greenlet; nothing but a bug of ours leaves it as an exception."""
        try:
            while self._may_start(user):
                self._iterate(user)
        except Interrupted:
            pass
        except AbortRun as abort:
            self._on_abort(str(abort))
        except Exception:
            self._on_crash(traceback.format_exc())
        finally:
            user.close()
            user.channels = [None] * len(self._plan.origins.known)
            del self.alive[user.index]
            again = self._dying.pop(user.index, None)
            if again is not None:
                self.start(user.index, again)
            self._on_change()

    def _drawn(self, user: User) -> int:
        """The scenario of the next iteration. Of shared ones the number decides, not who happens to take it."""
        assert self._choose is not None
        if self._budget is not None and not self._budget.per_user:
            return self._choose(0, self._numbers.number(self.started))
        return self._choose(user.index, user.iteration + 1)

    def _iterate(self, user: User) -> None:
        number = self._drawn(user) if self._choose is not None else 0
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
            user.retiring = True
            self._resigned.add(user.index)
        except BaseException:
            books.interrupted += 1
            raise
        books.completed += 1
        scenario.iterations.add(1)
        scenario.durations.add((monotonic() - begin) * 1000)
        if self._host.turn() == turn:  # nothing in this iteration waited: let the others have the loop
            self._host.sleep(user, 0)

    def _run_out(self, user: User, books: Books, end: PoolEnd, begin: float) -> None:
        """No row is left for a user. An iteration in which nothing was sent yet never began."""
        user.retiring = True
        self._resigned.add(user.index)
        if user.has_sent(begin):
            books.interrupted += 1
        else:
            books.started -= 1
            self.started -= 1
        self._on_pool_end(end)

    @property
    def users(self) -> Iterable[User]:
        """Everyone who was ever started."""
        return self._users.values()


_ACTIONS: dict[str, Callable[[CrewRun, int, float], None]] = {
    "start": CrewRun.start,
    "retire": CrewRun.retire,
    "kill": CrewRun.kill,
}


def crew_tags(crew: Crew[ScenarioPlan]) -> dict[str, str]:
    """The tags of what belongs to no scenario of a mix alone; else the scenario's."""
    return {"scenario": crew.name, **({} if crew.is_mix else crew.members[0].tags)}


def _budget(whole: Budget | None, share: Share) -> Budget | None:
    """What a worker may begin of a load's budget."""
    if whole is None or whole.per_user:
        return whole
    return Budget(share.count(whole.total), per_user=False)


def _choice(crew: Crew[ScenarioPlan], seed: int) -> Choose | None:
    """What a mix's users draw; nothing where there is one scenario only."""
    if len(crew.members) < 2:
        return None
    return weighted([member.weight or 0.0 for member in crew.members], seed)
