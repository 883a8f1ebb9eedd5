"""A crew of a closed load: commands start and retire users, and a user begins its next iteration when one is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from loadspec.clock import monotonic
from loadspec.engine.crew import CrewRun, Site
from loadspec.load import Budget, Command, Crew, Share
from loadspec.plan import ScenarioPlan
from loadspec.protocols.user import User


class ClosedCrew(CrewRun):
    """Obeys the load's commands to this worker's share of the users, and spends its share of a budget."""

    def __init__(self, crew: Crew[ScenarioPlan], site: Site) -> None:
        super().__init__(crew, site)
        self._dying: dict[int, float | None] = {}  # interrupted, not gone yet → when a start that came since was due
        self._budget = _budget(crew.load.budget(), self._numbers)
        self._commands = [command for command in crew.load.commands() if site.share.owns(command.user)]
        self._last_start = max((c.at for c in self._commands if c.action == "start"), default=-1.0)
        self._reached = -1.0

    def events(self) -> Iterator[tuple[float, Command]]:
        """See CrewRun."""
        return ((command.at, command) for command in self._commands)

    def obey(self, command: Command, due: float) -> None:
        """See CrewRun."""
        self._reached = command.at
        self._made_starts += command.action == "start"
        _ACTIONS[command.action](self, self.crew.first_user + command.user, due)
        if not self.alive:  # a start that was refused may have been the last thing to wait for
            self._site.on_change()

    def start(self, index: int, due: float) -> None:
        """Start a user, or let one that is finishing go on."""
        if self.stopped or index in self._resigned:
            return
        if index in self._dying:
            self._dying[index] = due
            return
        if index in self.alive:
            self.alive[index][0].retiring = False
            return
        user = self._users.get(index)
        if user is None:
            user = self._new_user(index - self.crew.first_user)
        user.retiring = False
        self._delay.add((monotonic() - due) * 1000)
        self.alive[index] = (user, self._host.start(user, self._live))

    def retire(self, index: int) -> None:
        """See CrewRun."""
        if index in self._dying:
            self._dying[index] = None
        super().retire(index)

    def kill(self, index: int) -> None:
        """See CrewRun."""
        if index in self.alive:
            self._dying[index] = None
        super().kill(index)

    def over(self) -> bool:
        """See CrewRun."""
        return not self.alive and (self.stopped or self._reached >= self._last_start)

    def close_books(self) -> None:
        """Iterations of a budget that were never started are dropped."""
        if self._budget is not None:
            planned = self._budget.total * (self.max_vus if self._budget.per_user else 1)
            if planned > self.started:
                self._dropped.add(planned - self.started)

    def _somebody_comes(self) -> bool:
        coming = not self.stopped and self._reached < self._last_start
        return coming or bool(self._dying) or any(self._may_start(user) for user, _ in self.alive.values())

    def _may_start(self, user: User) -> bool:
        if user.retiring:
            return False
        if self._budget is None:
            return True
        used = user.iteration + 1 if self._budget.per_user else self.started
        return used < self._budget.total

    def _work(self, user: User) -> None:
        while self._may_start(user):
            self._iterate(user, self._scenario(user))

    def _scenario(self, user: User) -> int:
        """That of the next iteration. Of shared ones the number decides, not who happens to take it."""
        if self._choose is None:
            return 0
        if self._budget is not None and not self._budget.per_user:
            return self._choose(0, self._numbers.number(self.started))
        return self._choose(user.index, user.iteration + 1)

    def _left(self, user: User) -> None:
        again = self._dying.pop(user.index, None)
        if again is not None:
            self.start(user.index, again)


_ACTIONS: dict[str, Callable[[ClosedCrew, int, float], None]] = {
    "start": ClosedCrew.start,
    "retire": lambda crew, index, _due: crew.retire(index),
    "kill": lambda crew, index, _due: crew.kill(index),
}


def _budget(whole: Budget | None, share: Share) -> Budget | None:
    """What a worker may begin of a load's budget."""
    if whole is None or whole.per_user:
        return whole
    return Budget(share.count(whole.total), per_user=False)
