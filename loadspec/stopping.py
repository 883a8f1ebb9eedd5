"""The signals by which somebody asks a program to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C; `kill`, service managers and CI; a terminal that goes away."""


def heeded() -> list[signal.Signals]:
    """Those of them that are not ignored here: `nohup` has SIGHUP ignored, a script's `&` SIGINT, and they mean it."""
    return [number for number in STOPPING if signal.getsignal(number) != signal.SIG_IGN]


@contextmanager
def held_back() -> Iterator[None]:
    """None of them reaches a process that is started here, not even at its start; this one gets its own later."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
