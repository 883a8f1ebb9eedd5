"""Progress where nobody redraws a screen: a line every 10 s of the first minute, then every 30 s; events at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from loadspec.results.model import ScenarioInfo
from loadspec.results.parts import Part
from loadspec.results.progress import Progress
from loadspec.ui.frame import opening, plain_line, stage_at
from loadspec.ui.sink import Sink
from loadspec.ui.text import Style, clean
from loadspec.units import format_clock

_EVERY, _MINUTE, _LATER = 10.0, 60.0, 30.0
_WAITING = 100
"""Lines kept while the stream takes none; older ones are lost."""


class Lines:
    """See `loadspec.ui.live.Live`. The time that counts is the progress's own: seconds in its phase."""

    def __init__(self, sink: Sink, style: Style, scenarios: Sequence[ScenarioInfo], title: str) -> None:
        self._sink = sink
        self._style = style
        self._scenarios = scenarios
        self._title = title
        self._waiting: deque[str] = deque(maxlen=_WAITING)
        self._last: Progress | None = None
        self._printed = True
        self._due = _EVERY
        self._stage: Part | None = None
        self._stopped = False

    def start(self, info: Sequence[str] = ()) -> None:
        """Say what is about to run."""
        self._write(*opening(self._title, self._scenarios, info, self._style))

    def update(self, progress: Progress) -> None:
        """Print a line if one is due."""
        if self._stopped:
            return
        if self._last is None or progress.phase != self._last.phase:
            self._finish_load()
            self._due = _EVERY
        self._tell_stage(progress)
        self._last, self._printed = progress, progress.elapsed >= self._due
        if self._printed:
            self._due = next_due(progress.elapsed)
            self._write(plain_line(progress, self._scenarios))

    def _tell_stage(self, progress: Progress) -> None:
        """The first one needs no line: the load has one. Of several scenarios, begins and ends are events."""
        alone = progress.phase == "load" and len(self._scenarios) == 1
        stage = stage_at(progress, self._scenarios[0]) if alone else None
        if stage is not None and stage != self._stage:
            if self._stage is not None:
                self._write(event_line(stage.begin, stage.where.removeprefix("in ")))
            self._stage = stage

    def event(self, t: float, text: str) -> None:
        """Print what happened."""
        if not self._stopped:
            self._write(event_line(t, text))

    def stop(self) -> None:
        """Print how the load ended, unless that was just printed."""
        if self._stopped:
            return
        self._finish_load()
        self._stopped = True
        self._sink.close()

    def _finish_load(self) -> None:
        if self._last is not None and self._last.phase == "load" and not self._printed:
            self._write(plain_line(self._last, self._scenarios))

    def _write(self, *lines: str) -> None:
        self._waiting.extend(lines)
        if self._sink.write("".join(f"{line}\n" for line in self._waiting)):
            self._waiting.clear()


def next_due(elapsed: float) -> float:
    """When the next line is due after one at `elapsed`: 10, 20, ... 60, 90, 120, ..."""
    every = _EVERY if elapsed < _MINUTE else _LATER
    return (elapsed // every + 1) * every


def event_line(t: float, text: str) -> str:
    """`00:31  first status 503 from generate`."""
    return f"{format_clock(t)}  {clean(text)}"
