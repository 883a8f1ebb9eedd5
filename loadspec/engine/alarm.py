"""What wakes the loop at a time of the monotonic clock.

libev rounds its waits up to milliseconds, so a timer of the loop is late by half of one on average; a timerfd, which
the kernel makes readable at an absolute time, is not: at 1 000 starts a second 0.08 ms against 0.57 ms at the median.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from loadspec.clock import monotonic
from loadspec.engine.agenda import NEVER

_ABSOLUTE = 1  # TFD_TIMER_ABSTIME
_FLAGS = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)  # TFD_NONBLOCK | TFD_CLOEXEC
_READ = 1
_KERNELS = "clock_gettime(CLOCK_MONOTONIC)"


class Alarm(Protocol):
    """Calls what it was made with, in the hub, once after each `set`; a new time replaces the last one."""

    def set(self, due: float) -> None:
        """Ring at `due`, at once if that is over; NEVER: not at all."""

    def close(self) -> None:
        """Never ring again."""


class TimerFd:
    """An alarm by the kernel's clock. Raises OSError where none is to be had."""

    def __init__(self, loop: Any, ring: Callable[[], None]) -> None:
        libc = _libc()
        if libc is None:
            raise OSError("no timerfd on this system")
        self._settime = libc.timerfd_settime
        self._fd = libc.timerfd_create(time.CLOCK_MONOTONIC, _FLAGS)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = (ctypes.c_long * 4)()  # struct itimerspec: interval and first time, each s and ns
        self._watcher = loop.io(self._fd, _READ)
        self._watcher.priority = loop.MAXPRI  # of all that the loop finds ready, starts come first
        self._watcher.start(ring)

    def set(self, due: float) -> None:
        """See Alarm. Setting it also takes back that it rang: the descriptor is readable until then."""
        spec = self._spec
        if due == NEVER:
            spec[2] = spec[3] = 0
        else:
            seconds = int(due)
            spec[2], spec[3] = seconds, min(int((due - seconds) * 1e9) + 1, 999_999_999)
        self._settime(self._fd, _ABSOLUTE, spec, None)

    def close(self) -> None:
        """See Alarm."""
        self._watcher.stop()
        self._watcher.close()
        os.close(self._fd)


class LoopTimer:
    """An alarm by the loop's own timer, which every system has."""

    def __init__(self, loop: Any, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._timer: Any = None

    def set(self, due: float) -> None:
        """See Alarm."""
        self.close()
        if due < NEVER:
            self._timer = self._loop.timer(max(0.0, due - monotonic()))
            self._timer.start(self._ring, update=True)

    def close(self) -> None:
        """See Alarm."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None


def make_alarm(loop: Any, ring: Callable[[], None]) -> Alarm:
    """The best that there is."""
    try:
        return TimerFd(loop, ring)
    except OSError:
        return LoopTimer(loop, ring)


@cache
def _libc() -> Any:
    """The C library, if it has timerfd and our clock is the kernel's. (`os.timerfd_create` is there from 3.13 on.)"""
    if time.get_clock_info("perf_counter").implementation != _KERNELS:
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return libc if hasattr(libc, "timerfd_settime") else None
