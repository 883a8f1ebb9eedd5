"""Progress on a terminal: a region below the scrolled text, redrawn in place at most four times a second.

The cursor rests below the region. A frame goes up by the rows that the last one takes *now* (the window may have
become narrower), writes line by line, and erases what is left. One frame is one write, so nothing flickers. What this
process and its workers write to stderr meanwhile would be overdrawn: it is caught, and scrolls away above the region.

A frame takes 0.6 ms of CPU. No library does this for us: rich, the best kept one, takes 25 ms to import, a sixth of
what `loadspec --help` may take, waits for a terminal that is stopped, and redraws in a thread of its own.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import IO

from loadspec.clock import Clock
from loadspec.results.model import ScenarioInfo
from loadspec.results.progress import Progress
from loadspec.ui.beside import Beside
from loadspec.ui.frame import bars, frame, opening
from loadspec.ui.lines import event_line
from loadspec.ui.sink import Sink
from loadspec.ui.text import Style, truncate, width_of

_INTERVAL = 0.25
_SECONDS = 60
_EVENTS, _FOREIGN = 100, 1000
_LEAST = 20
"""Columns below which lines wrap."""

Size = tuple[int, int]


def size_of(stream: IO[str]) -> Size:
    """(columns, rows) of the terminal behind a stream; 80 × 24 where it does not say."""
    try:
        found = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return 80, 24
    return found.columns or 80, found.lines or 24


class Region:
    """See `loadspec.ui.live.Live`."""

    def __init__(
        self,
        sink: Sink,
        style: Style,
        scenarios: Sequence[ScenarioInfo],
        title: str,
        clock: Clock,
        size: Callable[[], Size],
        others: Beside,
    ) -> None:
        self._sink = sink
        self._style = style
        self._scenarios = scenarios
        self._title = title
        self._clock = clock
        self._size = size
        self._others = others
        self._p95: deque[float | None] = deque(maxlen=_SECONDS)
        self._seen = 0.0
        self._events: deque[str] = deque(maxlen=_EVENTS)
        self._foreign: deque[str] = deque(maxlen=_FOREIGN)
        self._progress: Progress | None = None
        self._load: Progress | None = None
        self._shown: Sequence[str] = ()
        self._drawn_at = float("-inf")
        self._stopped = False

    def start(self, info: Sequence[str] = ()) -> None:
        """Say what is about to run, above where the region will be."""
        self._others.begin()
        self._events.extend(opening(self._title, self._scenarios, info, self._style))
        self._draw([])

    def update(self, progress: Progress) -> None:
        """Redraw if the last frame is old enough; the newest state is kept in any case."""
        if self._stopped:
            return
        changed = self._progress is None or progress.phase != self._progress.phase
        self._progress = progress
        self._load = progress if progress.phase == "load" else self._load
        self._remember(progress)
        if changed or self._clock() - self._drawn_at >= _INTERVAL:
            self._draw(self._frame(progress))

    def event(self, t: float, text: str) -> None:
        """Let a line scroll away above the region."""
        if not self._stopped:
            self._events.append(event_line(t, text))
            self._draw(self._frame(self._progress) if self._progress else [])

    def stop(self) -> None:
        """Leave the bars as they were when the load ended; the summary says the rest."""
        if self._stopped:
            return
        self._stopped = True
        last = self._load or self._progress
        width = self._width()
        self._others.end()
        lines = bars(last, self._scenarios, self._title, self._style, width) if last else []
        self._draw([truncate(line, width) for line in lines])
        self._sink.close()

    def _remember(self, progress: Progress) -> None:
        point = progress.point
        if point is not None and point.t > self._seen:
            self._seen = point.t
            self._p95.append(point.p95)

    def _width(self) -> int:
        """One column is left free: a terminal may wrap at once when its last one is written."""
        return max(_LEAST, self._size()[0]) - 1

    def _frame(self, progress: Progress) -> list[str]:
        rows = max(1, self._size()[1] - 1)
        lines = frame(progress, list(self._p95), self._scenarios, self._title, self._style, self._width(), rows)
        return lines[:rows]

    def _draw(self, lines: Sequence[str]) -> None:
        columns = self._size()[0]
        up = sum(max(1, -(-width_of(line) // columns)) for line in self._shown)
        self._foreign.extend(self._others.take())
        scrolled = [*self._foreign, *(truncate(line, self._width()) for line in self._events)]
        above = "".join(f"{line}\n" for line in scrolled)
        text = "".join(f"\x1b[2K{line}\n" for line in lines)
        home = f"\x1b[{up}A" if up else ""
        clear = "\x1b[J" if above else ""  # its lines may wrap: each row that they take must be empty
        if self._sink.write(f"\r{home}{clear}{above}{text}\x1b[J"):
            self._events.clear()
            self._foreign.clear()
            self._shown = lines
        self._drawn_at = self._clock()
