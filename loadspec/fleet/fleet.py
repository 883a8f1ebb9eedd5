"""A fleet: several workers of this machine that look like one. What they say is merged, what is decided goes to all.

Setup and teardown run on one worker, the load on all of them, from one moment on: `epoch` is a time of the monotonic
clock, which the processes of a machine have in common. A worker that ends or falls silent is written off, and the rest
goes on; nobody takes over its share.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.clock import Clock, monotonic
from loadspec.errors import ExitCode, LoadspecError
from loadspec.fleet.merging import Merger, merge_ends
from loadspec.fleet.process import Job, Message, WorkerProcess
from loadspec.metrics.tag_values import TagValues

SILENCE = 3.0
"""Seconds without a word after which a worker is written off: each says something once a second."""
_LAST_SILENCE = 10.0
"""The same for the last one: with it the run ends."""
_ASLEEP = 1.0
"""Seconds in which nobody listened, after which silence says nothing: this process was held up itself."""
_TOGETHER = 1.5
"""Seconds that a snapshot waits for those of the other workers."""
_AHEAD = 0.25
"""Seconds from an order to the moment at which all workers begin."""
_AHEAD_OF_CREW = 0.05
_NEVER = float("inf")

Heard = tuple[int, float, Message]
"""(worker, when it was heard, what)."""


class Member(Protocol):
    """What a fleet asks of `WorkerProcess`."""

    def send(self, do: str, **fields: Any) -> None:
        """Tell it something."""

    def kill(self) -> None:
        """End it at once."""

    def leave(self) -> None:
        """Ask it to end."""

    def close(self, patience: float) -> None:
        """See to it that it has ended."""


class Inbox(Protocol):
    """A queue: `get` raises `queue.Empty`."""

    def get(self, block: bool = True, timeout: float | None = None) -> Heard:
        """The next."""


class _State(Struct):
    """What is known of a worker. `over` are its crews that others wait for, as far as they have ended."""

    heard: float
    ready: bool = False
    lost: bool = False
    end: Message | None = None
    over: set[str] = field(default_factory=set)


class Fleet:
    """Members that put what they say into `inbox`. `send` and `receive` are those of a single worker, and say the same.

    Beside that `receive` gives `{"is": "degraded", "worker": 1.., "of": n, "at": seconds, "why": text}` for a worker
    that was lost while others go on; and `{"is": "lost", "why": text}` where the run cannot go on.
    """

    def __init__(self, members: Sequence[Member], inbox: Inbox, clock: Clock = monotonic) -> None:
        self._members = members
        self._inbox = inbox
        self._clock = clock
        self._states = [_State(clock()) for _ in members]
        self._looked = clock()
        self._phase = "start"
        self._due = set(range(len(members)))
        self._merger = Merger()
        self._pending_since = 0.0
        self._released: set[str] = set()
        self._tag_values = TagValues()
        self._wrong = ""
        """What workers did together that ends the load, also where they had ended before they heard of it."""
        self._out: deque[Message] = deque()

    def send(self, do: str, **fields: Any) -> None:
        """Begin a phase, or `stop` the one at hand."""
        if do == "stop":
            fields["phase"] = self._phase
        elif do in ("setup", "teardown"):
            self._begin(do, self._living()[:1])
        elif do == "load":
            self._begin(do, self._living())
            fields["epoch"] = self._clock() + _AHEAD if len(self._members) > 1 else None
        self._tell(self._at_work(), do, **fields)

    def receive(self, timeout: float) -> Message | None:
        """The next message of all workers together, if one comes within `timeout` seconds."""
        until = self._clock() + timeout
        while not self._out:
            left = until - self._clock()
            self._listen(max(0.0, min(left, self._until_silent())))
            self._write_off_the_silent()
            self._tell_what_is_due()
            self._tell_the_end()
            if left <= 0:
                break
        return self._out.popleft() if self._out else None

    def close(self, patience: float = 2.0) -> None:
        """End all workers, by force where they do not go within `patience` seconds."""
        for member in self._members:
            member.leave()
        until = self._clock() + patience
        for member in self._members:
            member.close(max(0.0, until - self._clock()))

    # What comes in

    def _listen(self, timeout: float) -> None:
        """Take all that is there, in the order in which it came; wait for the first of it."""
        try:
            worker, when, message = self._inbox.get(timeout=timeout)
            while True:
                if not self._states[worker].lost:
                    self._states[worker].heard = max(when, self._states[worker].heard)
                    _HEED[message["is"]](self, worker, message)
                worker, when, message = self._inbox.get(block=False)
        except queue.Empty:
            return

    def _on_ready(self, worker: int, _message: Message) -> None:
        self._states[worker].ready = True
        if all(state.ready for state in self._states):
            self._phase = "idle"
            self._due = set()
            self._out.append({"is": "ready"})

    def _on_invalid(self, _worker: int, message: Message) -> None:
        self._out.append(message)

    def _on_snapshot(self, worker: int, message: Message) -> None:
        if not self._merger.heard:
            self._pending_since = self._clock()
        self._merger.add(worker, message)

    def _on_end(self, worker: int, message: Message) -> None:
        self._states[worker].end = message
        if message["status"] in ("failed", "crashed"):  # what ends it there ends it everywhere
            self.send("stop", grace=0)
        self._release_crews()

    def _on_lost(self, worker: int, message: Message) -> None:
        self._lose(worker, f"ended with code {message['code']}")

    def _on_used_up(self, worker: int, _message: Message) -> None:
        self._tell([other for other in self._at_work() if other != worker], "wind_down")

    def _on_crew_over(self, worker: int, message: Message) -> None:
        self._states[worker].over.add(message["crew"])
        self._release_crews()

    def _on_tagged(self, _worker: int, message: Message) -> None:
        wrong = self._tag_values.add(message["endpoint"], message["tags"])
        if wrong:
            self._wrong = wrong
            self._tell(self._at_work(), "abort", reason=wrong)

    def _on_beat(self, _worker: int, _message: Message) -> None:
        """It is there: nothing more."""

    # What follows

    def _begin(self, phase: str, workers: Sequence[int]) -> None:
        self._phase = phase
        self._due = set(workers)
        self._merger = Merger(workers, self._merger)
        for worker in workers:
            self._states[worker].end = None

    def _release_crews(self) -> None:
        """Crews that come after others begin together, once those have ended on all workers."""
        for crew in set().union(*(state.over for state in self._states)) - self._released:
            if all(crew in self._states[worker].over for worker in self._at_work()):
                self._released.add(crew)
                self._tell(self._at_work(), "crew_go", crew=crew, at=self._clock() + _AHEAD_OF_CREW)

    @property
    def _patience(self) -> float:
        return SILENCE if len(self._living()) > 1 else _LAST_SILENCE

    def _until_silent(self) -> float:
        """Seconds until the next worker is to be written off, if it says nothing more."""
        heard = (self._states[worker].heard for worker in self._living())
        return min(heard, default=_NEVER) + self._patience - self._clock()

    def _write_off_the_silent(self) -> None:
        now, before = self._clock(), self._looked
        self._looked = now
        for worker in self._living():
            state = self._states[worker]
            patience = self._patience
            if self._phase == "start" or now - before > _ASLEEP:
                state.heard = now
            elif now - state.heard >= patience:
                self._members[worker].kill()
                self._lose(worker, f"said nothing for {patience:g} s")

    def _lose(self, worker: int, why: str) -> None:
        self._tell_what_is_due(at_once=True)
        self._tell_the_end()  # what has ended was not lost
        state = self._states[worker]
        state.lost = True
        alone = not self._living()
        if self._phase == "start" or alone or (self._phase != "load" and worker in self._due):
            all_of_them = f"all {len(self._members)} workers were lost, the last one " if alone and self._many else ""
            self._out.append({"is": "lost", "why": f"{all_of_them or 'the worker process '}{why}"})
        elif self._phase == "setup" or state.end is None:  # it had load before it
            at = self._merger.since(worker) if self._phase == "load" else 0.0
            self._merger.lose(worker)
            name = {"worker": worker + 1, "of": len(self._members)}
            self._out.append({"is": "degraded", **name, "at": at, "why": why})
        if state.end is None:  # how it ended counts, also now
            self._due.discard(worker)
        self._release_crews()

    def _tell_what_is_due(self, at_once: bool = False) -> None:
        """The snapshot of a second, when all have said theirs or it is late."""
        heard = self._merger.heard
        late = at_once or self._clock() - self._pending_since > _TOGETHER
        if heard and (late or heard >= set(self._at_work())):
            self._out.append(self._merger.take())

    def _tell_the_end(self) -> None:
        """The end of the phase, when all that are left have ended it."""
        if self._due and not self._at_work():
            ends = [end for worker in sorted(self._due) if (end := self._states[worker].end) is not None]
            self._due = set()
            if ends:
                end = merge_ends(ends)
                if self._wrong and end["status"] == "done":
                    end |= {"status": "failed", "reason": self._wrong}
                self._out.append(end)

    @property
    def _many(self) -> bool:
        return len(self._members) > 1

    def _living(self) -> list[int]:
        return [worker for worker, state in enumerate(self._states) if not state.lost]

    def _at_work(self) -> list[int]:
        """Who is in the phase at hand and has not ended it."""
        return [k for k in sorted(self._due) if not self._states[k].lost and self._states[k].end is None]

    def _tell(self, workers: Sequence[int], do: str, **fields: Any) -> None:
        for worker in workers:
            self._members[worker].send(do, **fields)


_HEED: dict[str, Callable[[Fleet, int, Message], None]] = {
    "ready": Fleet._on_ready,
    "invalid": Fleet._on_invalid,
    "beat": Fleet._on_beat,
    "snapshot": Fleet._on_snapshot,
    "crew_over": Fleet._on_crew_over,
    "used_up": Fleet._on_used_up,
    "tagged": Fleet._on_tagged,
    "end": Fleet._on_end,
    "lost": Fleet._on_lost,
}


def start_fleet(job: Job, workers: int, clock: Clock = monotonic) -> Fleet:
    """Processes of this machine, each with its share of the job. Raises LoadspecError where one cannot be started."""
    inbox: queue.SimpleQueue[Heard] = queue.SimpleQueue()

    def tell(worker: int, message: Message) -> None:
        inbox.put((worker, clock(), message))

    members: list[WorkerProcess] = []
    for k in range(workers):
        try:
            members.append(WorkerProcess(replace(job, k=k, n=workers), partial(tell, k)))
        except OSError as error:
            Fleet(members, inbox, clock).close(patience=0.0)
            message = f"worker {k + 1} of {workers} could not be started: {error.strerror or error}"
            raise LoadspecError(message, "ask for fewer --workers, or free some memory", ExitCode.UNTRUSTED) from None
    return Fleet(members, inbox, clock)
