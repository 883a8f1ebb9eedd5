"""A virtual user as compiled steps see it, and the signals a step can end with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from loadspec.expr import Missing
from loadspec.pools import DataError, Exhausted, Pool
from loadspec.transports.base import Answer, Channel

if TYPE_CHECKING:
    from loadspec.protocols.http.cookies import Jar
    from loadspec.protocols.http.redirects import Hop


class Stop(Exception):  # noqa: N818 - a signal, not an error
    """A step ended more than itself; the three below say what."""


class EndIteration(Stop):
    """The rest of the iteration is left out; it counts as completed. The text is the name of the step that failed."""


class StopUser(Stop):
    """This user starts no further iteration. The text is the name of the step that failed."""


class AbortRun(Stop):
    """The whole run ends; the text says why."""


class PoolEnd(Stop):
    """A pool has no row left for this user, which starts no further iteration; with `whole`, nor does any other.

    `by_user`: it has a row for each user, so that others may still have theirs.
    """

    def __init__(self, text: str, whole: bool, by_user: bool = False) -> None:
        super().__init__(text)
        self.whole = whole
        self.by_user = by_user


class Outcome:
    """How a step of this iteration ended. `sent` is when its last request was sent (monotonic), 0 if it was not."""

    __slots__ = ("duration", "ok", "sent", "status")

    def __init__(self, ok: bool = False, status: int = 0, duration: float = 0.0, sent: float = 0.0) -> None:
        self.ok = ok
        self.status = status
        self.duration = duration
        self.sent = sent


SKIPPED = Outcome()
"""A step that did not run is not ok."""
DONE, FAILED = Outcome(ok=True), Outcome()
"""How a step ended of which nobody asks more."""


class Host(Protocol):
    """What the engine does for a user."""

    def sleep(self, user: User, seconds: float) -> None:
        """Give way for so long."""

    def connect(self, user: User, origin: int) -> Channel:
        """A channel to an origin of the plan."""

    def random(self) -> float:
        """Evenly in [0, 1)."""

    def turn(self) -> Any:
        """Changes each time the users have given way to each other."""

    def park(self, user: User, seconds: float) -> bool:
        """Give way until `wake` is called for this user; False where that did not come within so long."""

    def wake(self, user: User) -> None:
        """Let a user that is parked go on."""

    def gather(self, user: User, jobs: Sequence[tuple[Branch, Callable[[User], None]]]) -> None:
        """Run branches of a user at the same time, and give way until all have ended.

        The first that raises interrupts the others, and what it raised is raised here once they are gone.
        """


class User:
    """One virtual user: what lives as long as it, and what lives for one iteration.

    Its draws depend on its `seat`: its number among the users of all scenarios, from 0; in an open load that of the
    start that it has taken.
    """

    __slots__ = (
        "answer",
        "auth",
        "branches",
        "captures",
        "chances",
        "channels",
        "cookies",
        "drawn",
        "draws",
        "failed",
        "hop",
        "host",
        "index",
        "iteration",
        "keeping",
        "kept_cookies",
        "late",
        "memory",
        "ok",
        "outcomes",
        "pools",
        "resume",
        "retiring",
        "row",
        "seat",
        "setup",
        "trouble",
    )

    def __init__(self, index: int, host: Host, pools: Sequence[Pool], origins: int, setup: Mapping[str, Any]) -> None:
        self.index = index
        self.seat = index
        self.host = host
        self.pools = pools
        self.setup = setup
        self.iteration = -2  # `begin` makes it -1, before the first one, which is 0
        self.channels: list[Channel | None] = [None] * origins
        self.drawn = [0] * len(pools)
        self.memory: dict[int, Any] = {}
        """What steps remember of this user from one iteration to the next, by the step's number."""
        self.chances: dict[Any, Any] = {}
        """How far its draws by chance have come, by what draws; another seat begins anew."""
        self.late = 0.0
        """Seconds by which its next request comes later than planned: its start was late."""
        self.branches: tuple[Branch, ...] = ()
        self.auth: dict[Any, Any] = {}
        """What `auth` knows of this user: nonces, tokens. It lives as long as the user."""
        self.kept_cookies: Jar | None = None
        """The cookies that every iteration begins with."""
        self.keeping = False
        """Set while a step runs whose captures and cookies outlive the iteration (`run: once_per_vu`)."""
        self.failed = False
        """Set where, in such a step, one failed that has no outcome of its own."""
        self.hop: Hop | None = None
        """What is sent because of a redirect."""
        self.row = 0
        """The number of the row that it drew last."""
        self.retiring = False
        self.resume: Callable[[], Any] = _nowhere
        self.begin(0)

    def begin(self, slots: int) -> None:
        """Start an iteration of a flow with so many steps: captures, draws and outcomes are new."""
        self.iteration += 1
        self.captures: dict[str, Any] = {}
        self.draws: dict[Any, Any] = {}
        self.outcomes: list[Outcome] = [SKIPPED] * slots
        kept = self.kept_cookies
        self.cookies = None if kept is None else kept.renewed()
        self.answer: Answer = NOTHING
        self.ok = False
        self.trouble = ""

    def reseat(self, seat: int) -> None:
        """Draw as somebody else from now on."""
        self.seat = seat
        self.chances.clear()

    def pool_item(self, pool: int) -> Any:
        """The row of this iteration, drawn at first use."""
        item = self.draws.get(pool, self)
        if item is self:
            item = self.draws[pool] = self.draw(pool)
        return item

    def draw(self, pool: int) -> Any:
        """A new row. Raises PoolEnd or AbortRun where none is left, as the pool's `at_end` says."""
        n = self.drawn[pool]
        self.drawn[pool] = n + 1
        source = self.pools[pool]
        try:
            row = source.row(self.index if source.by_user else self.seat, n)
            item = source.items[row]
        except Exhausted:
            self.drawn[pool] = n
            raise _ended(source) from None
        except DataError as error:  # its file was written to while the load ran
            raise Missing(f"pool.{source.name} ({error})") from None
        source.seen[row] = 1
        self.row = row
        return item

    def channel(self, origin: int) -> Channel:
        """This user's connection to an origin."""
        try:
            channel = self.channels[origin]
        except IndexError:  # one that became known while the load runs
            self.channels += [None] * (origin + 1 - len(self.channels))
            channel = None
        if channel is None:
            channel = self.channels[origin] = self.host.connect(self, origin)
        return channel

    def fork(self, number: int, count: int) -> list[Branch]:
        """The branches of step `number`: the same ones, and so the same connections, each time."""
        found: list[Branch] | None = self.memory.get(number)
        if found is None:
            found = self.memory[number] = [
                Branch(self.index, self.host, self.pools, 0, self.setup) for _ in range(count)
            ]
            self.branches += tuple(found)
        for branch in found:
            branch.failed = False
            for name in _SHARED:
                setattr(branch, name, getattr(self, name))
        self.late = 0.0  # each branch's first request was due with the start, and no other
        return found

    def has_sent(self, since: float) -> bool:
        """Whether it, or a branch of it, began to send anything since then (monotonic)."""
        own = any(channel is not None and channel.started >= since for channel in self.channels)
        return own or any(branch.has_sent(since) for branch in self.branches)

    def disconnect(self) -> None:
        """Close all connections; they are opened again when they are asked for."""
        for channel in self.channels:
            if channel is not None:
                channel.disconnect()
        for branch in self.branches:
            branch.disconnect()

    def close(self) -> None:
        """Close all connections for good."""
        for channel in self.channels:
            if channel is not None:
                channel.close()
        for branch in self.branches:
            branch.close()
            branch.channels = []


class Branch(User):
    """A part of a user that does something at the same time as others: answers and connections are its own."""

    __slots__ = ("fiber",)

    def __init__(self, index: int, host: Host, pools: Sequence[Pool], origins: int, setup: Mapping[str, Any]) -> None:
        super().__init__(index, host, pools, origins, setup)
        self.fiber: Any = None  # another one each time, while connections keep what resumes them
        self.resume = self._switch

    def _switch(self) -> Any:
        return self.fiber.switch()


_OWN = ("answer", "branches", "channels", "failed", "hop", "ok", "resume", "row", "trouble")
_SHARED = tuple(name for name in User.__slots__ if name not in _OWN)
"""What a branch has in common with its user."""


def _ended(pool: Pool) -> Stop:
    text = f"pool `{pool.name}` is used up: no row is left of its {len(pool)}"
    return AbortRun(text) if pool.at_end == "error" else PoolEnd(text, pool.at_end == "stop", pool.by_user)


def _nowhere() -> None:
    raise RuntimeError("this user does not run yet")


NOTHING = Answer()
"""The answer before any request."""
