"""Workers come to their limit: each first time is told, what follows at most once a minute. Pure: told the time."""

from __future__ import annotations

from loadspec.units import format_clock, format_count

PAUSE = 60.0
"""Seconds."""


class Alarms:
    """One line for all workers: a generator that comes and goes at its limit says so once a minute."""

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._told = self._since = 0.0
        self._again = 0

    def tell(self, t: float, worker: int) -> str:
        """A worker has come to its limit → what to say of it, as a clause; empty where that waits for the next one."""
        if worker not in self._known:
            self._known.add(worker)
            if not self._again:
                self._since = t
            self._told = t
            return f"worker {worker} is at its limit"
        self._again += 1
        if t - self._told < PAUSE:
            return ""
        times, since = self._again, format_clock(self._since)
        self._told = self._since = t
        self._again = 0
        if times == 1:
            return f"worker {worker} is at its limit again"
        who = f"worker {worker} was at its" if len(self._known) == 1 else "workers were at their"
        return f"{who} limit {format_count(times)} times more since {since}"
