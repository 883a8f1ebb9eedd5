"""Live outputs beside the load: each in a thread of its own behind a bounded queue, so that none can hold it up.

What cannot be sent is tried again, once a pause; the seconds behind it wait and are joined where they become too
many. An error is told once, what was never sent is counted at the end. A thread that hangs is left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Condition, Thread
from typing import Protocol

from loadspec.clock import Clock, monotonic
from loadspec.metrics import Store
from loadspec.outputs.tick import Backlog, Second, Tick
from loadspec.units import format_count

WAITING = 30
"""Seconds of load that wait for an output, at most, before they are joined."""
PATIENCE = 2.0
"""Seconds that a live output may take to send the rest when the load has ended; all of them at the same time."""
_PAUSE = 1.0
"""Seconds before what failed is tried again."""
_LOOK = 0.05


class Refused(Exception):  # noqa: N818 - what happened
    """The other side will never take this tick: it is not sent again. Any other exception means: try it again."""


class LiveOutput(Protocol):
    """What a pump drives. It is made before any load, and connects to nothing then; from there on only its own thread
    calls it, and it may block and raise. It may have a `period`: how many seconds of load make a tick."""

    def send(self, tick: Tick) -> None:
        """Send what is new. Raises Refused, or whatever went wrong."""

    def close(self) -> None:
        """Nothing more will come."""


class Pump:
    """One live output. `period`: how many seconds of load make a tick; `patience`: how many its end may take."""

    def __init__(
        self,
        name: str,
        output: LiveOutput,
        tags: Mapping[str, str] | None = None,
        period: int = 1,
        patience: float = PATIENCE,
        pause: float = _PAUSE,
    ) -> None:
        self.name = name
        self.patience = patience
        self._output = output
        self._tags = tags or {}
        self._period = period
        self._pause = pause
        self._total = Store()
        self._wake = Condition()
        self._backlog = Backlog(WAITING)
        self._closing = False
        self._offered = 0
        self._sent = 0
        self._error = ""
        """The latest, if nothing was sent since."""
        self._last_error = ""
        self._news: list[str] = []
        self._thread = Thread(target=self._run, name=f"output {name}", daemon=True)
        self._thread.start()

    def offer(self, second: Second) -> None:
        """Take the newest second; never waits for the other side."""
        with self._wake:
            self._offered += second.count
            self._backlog.add(second)
            self._wake.notify()

    def news(self) -> list[str]:
        """What is worth a line since the last call: that it fails, that it sends again."""
        with self._wake:
            news, self._news = self._news, []
        return news

    def end(self) -> None:
        """Send the rest, without waiting for it."""
        with self._wake:
            self._closing = True
            self._wake.notify()

    def ended(self, within: float) -> bool:
        """Whether all is said and done; waits so many seconds for it."""
        self._thread.join(within)
        return not self._thread.is_alive()

    def warning(self) -> str:
        """What was not sent, or not second by second; empty if all was."""
        with self._wake:
            lost, squeezed = self._offered - self._sent, self._backlog.squeezed
            offered = format_count(self._offered)
        if lost:
            why = self._last_error or "no answer came in time"
            return f"{self.name}: {format_count(lost)} of {offered} snapshots were not sent: {why}"
        if squeezed:
            few = format_count(squeezed)
            return f"{self.name} was slow: {few} of {offered} snapshots were sent joined with others"
        return ""

    def _run(self) -> None:
        while (second := self._next()) is not None:
            self._total.merge(second.delta)
            tick = Tick(second.t, second.at, second.users, second.delta, self._total, self._tags, second.count)
            if not self._deliver(tick):
                break
        with suppress(Exception):
            self._output.close()

    def _next(self) -> Second | None:
        with self._wake:
            while True:
                second = self._backlog.take(self._period)
                if second is None and self._closing:
                    return self._backlog.take(0)
                if second is not None:
                    return second
                self._wake.wait()

    def _deliver(self, tick: Tick) -> bool:
        """Send a tick, however often it takes while the load goes on; False where the end came first."""
        while True:
            last = self._closing
            try:
                self._output.send(tick)
            except Refused as error:
                self._fail(error)
                return True
            except Exception as error:
                self._fail(error)
                if last:
                    return False
                with self._wake:
                    self._wake.wait_for(lambda: self._closing, self._pause)
            else:
                self._succeed(tick)
                return True

    def _fail(self, error: Exception) -> None:
        text = str(error) or type(error).__name__
        with self._wake:
            if not self._error:
                self._news.append(f"{self.name}: {text}; the load goes on")
            self._error = self._last_error = text

    def _succeed(self, tick: Tick) -> None:
        with self._wake:
            self._sent += tick.count
            if self._error:
                self._error = ""
                self._news.append(f"{self.name}: sending again")


class Pumps:
    """All live outputs of a run."""

    def __init__(self, pumps: Sequence[Pump] = (), clock: Clock = monotonic) -> None:
        self._pumps = pumps
        self._clock = clock

    def offer(self, second: Second) -> None:
        """Hand the newest second to each."""
        for pump in self._pumps:
            pump.offer(second)

    def news(self) -> list[str]:
        """What is worth a line since the last call."""
        return [text for pump in self._pumps for text in pump.news()]

    def close(self, hurried: Callable[[], bool] = lambda: False) -> list[str]:
        """Give each its time for the rest, none once `hurried` → warnings about what was not sent."""
        for pump in self._pumps:
            pump.end()
        began = self._clock()
        for pump in self._pumps:
            while not hurried() and self._clock() - began < pump.patience and not pump.ended(_LOOK):
                pass
        return [text for pump in self._pumps if (text := pump.warning())]
