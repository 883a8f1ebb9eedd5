"""One scenario while it runs: its users, its budget, its books. started = completed + interrupted."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from greenlet import greenlet

from loadspec.clock import monotonic
from loadspec.engine.host import EngineHost
from loadspec.load import Command
from loadspec.plan import Plan, ScenarioPlan
from loadspec.protocols.user import AbortRun, EndIteration, StopUser, User
from loadspec.transports.base import Interrupted


@dataclass(slots=True)
class Books:
    """Iterations of one scenario."""

    started: int = 0
    completed: int = 0
    interrupted: int = 0


class ScenarioRun:
    """Obeys the load's commands. `on_change` is called when a user ends, `on_abort` when a step asks for the end."""

    def __init__(
        self,
        plan: Plan,
        scenario: ScenarioPlan,
        host: EngineHost,
        setup: Mapping[str, Any],
        on_change: Callable[[], None],
        on_abort: Callable[[str], None],
        on_crash: Callable[[str], None],
    ) -> None:
        self.scenario = scenario
        self.books = Books()
        self.alive: dict[int, tuple[User, greenlet]] = {}
        self.stopped = False
        self._plan = plan
        self._host = host
        self._setup = setup
        self._users: dict[int, User] = {}
        self._dying: dict[int, float | None] = {}  # interrupted, not gone yet → lateness of a start that came since
        self._resigned: set[int] = set()
        self._on_change, self._on_abort, self._on_crash = on_change, on_abort, on_crash
        self._budget = scenario.load.budget()
        self._delay = plan.phases["load"].meters.value("trend", "dispatch_delay", scenario=scenario.name)
        self.commands = scenario.load.commands()
        self._last_start = max((c.at for c in self.commands if c.action == "start"), default=-1.0)
        self._reached = -1.0

    def obey(self, command: Command, lateness: float) -> None:
        """Do what the schedule says now."""
        self._reached = command.at
        _ACTIONS[command.action](self, command.user, lateness)
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
            user = self._users[index] = User(index, self._host, self._plan.pools, len(self._plan.origins), self._setup)
        user.retiring = False
        self._delay.add(lateness * 1000)
        self.alive[index] = (user, self._host.start(user, self._live))

    def retire(self, index: int, _lateness: float = 0.0) -> None:
        """Let a user finish its iteration and stop."""
        if index in self._dying:
            self._dying[index] = None
        if index in self.alive:
            self.alive[index][0].retiring = True

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

    def over(self) -> bool:
        """Whether nothing runs and nothing will start again."""
        return not self.alive and (self.stopped or self._reached >= self._last_start)

    def dropped(self) -> int:
        """Iterations of a budget that were never started."""
        if self._budget is None:
            return 0
        users = self.scenario.load.max_vus if self._budget.per_user else 1
        return self._budget.total * users - self.books.started

    def _may_start(self, user: User) -> bool:
        if user.retiring:
            return False
        if self._budget is None:
            return True
        used = user.iteration + 1 if self._budget.per_user else self.books.started
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
            user.channels = [None] * len(self._plan.origins)
            del self.alive[user.index]
            again = self._dying.pop(user.index, None)
            if again is not None:
                self.start(user.index, again)
            self._on_change()

    def _iterate(self, user: User) -> None:
        flow, books, scenario = self.scenario.flow, self.books, self.scenario
        books.started += 1
        user.begin(flow.slots)
        turn, begin = self._host.turn(), monotonic()
        try:
            for step in flow.steps:
                step(user)
        except EndIteration:
            pass
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


_ACTIONS: dict[str, Callable[[ScenarioRun, int, float], None]] = {
    "start": ScenarioRun.start,
    "retire": ScenarioRun.retire,
    "kill": ScenarioRun.kill,
}
