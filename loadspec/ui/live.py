"""Progress while a run goes on, for stderr: a region redrawn in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import IO, Protocol

from loadspec.clock import Clock, monotonic
from loadspec.results.model import ScenarioInfo
from loadspec.results.progress import Progress
from loadspec.ui.beside import Beside
from loadspec.ui.lines import Lines
from loadspec.ui.region import Region, size_of
from loadspec.ui.sink import Sink
from loadspec.ui.text import Style, is_terminal, speaks_unicode, wants_colour


class Live(Protocol):
    """Shows how a run goes. Nothing in it raises or waits, whatever became of the stream."""

    def start(self, info: Sequence[str] = ()) -> None:
        """Say what is about to run; `info` are further lines."""

    def update(self, progress: Progress) -> None:
        """Take the newest state; call it once a second or oftener."""

    def event(self, t: float, text: str) -> None:
        """Tell at once what happened `t` seconds into the load."""

    def stop(self) -> None:
        """Show the last state and leave the terminal as it was found; calls after that do nothing."""


class Quiet:
    """Shows nothing (`--quiet`)."""

    def start(self, info: Sequence[str] = ()) -> None:
        """See `Live`; likewise the three below."""

    def update(self, progress: Progress) -> None:
        """See `Live`."""

    def event(self, t: float, text: str) -> None:
        """See `Live`."""

    def stop(self) -> None:
        """See `Live`."""


def live(
    stream: IO[str],
    quiet: bool,
    colour: bool | None,
    scenarios: Sequence[ScenarioInfo],
    title: str,
    clock: Clock = monotonic,
    env: Mapping[str, str] = os.environ,
) -> Live:
    """What fits the stream: nothing if `quiet`, a region on a terminal that can move its cursor, else lines.

    `colour` None asks NO_COLOR, FORCE_COLOR and the terminal.
    """
    if quiet:
        return Quiet()
    style = Style(wants_colour(stream, env) if colour is None else colour)
    sink = Sink(stream, ascii=not speaks_unicode(stream))
    if is_terminal(stream) and env.get("TERM") != "dumb":
        return Region(sink, style, scenarios, title, clock, lambda: size_of(stream), Beside(stream))
    return Lines(sink, style, scenarios, title)
