"""From rows of a tape to text: which columns a kind of row has, and what stands in them.

Names are k6's, with their units: times of day in seconds since 1970, of the load in seconds, durations in ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from loadspec.error_kinds import error_code
from loadspec.metrics.tape import Row, Source
from loadspec.samples.formats import Format

_STATUS_ERROR = error_code("status", status=400) - 400
"""k6's code of an answer with a status from 400 on is that much more."""
_OWN_COLUMN = ("scenario", "group", "endpoint", "poll")
"""Tags that have a column of their own."""
_NOW = (("timestamp", "%.6f"), ("elapsed_s", "%.6f"))
_WHO = (("vu", "%d"), ("iteration", "%d"))
_WHERE = (("phase", "="), ("scenario", "="), ("group", "="), ("endpoint", "="), ("extra_tags", "="))
_JUDGED = (("poll", "="), ("expected_response", "="))
_TIMINGS = (
    "http_req_duration_ms",
    "http_req_blocked_ms",
    "http_req_connecting_ms",
    "http_req_tls_handshaking_ms",
    "http_req_sending_ms",
    "http_req_waiting_ms",
    "http_req_receiving_ms",
)
_BYTES = ("data_sent_bytes", "data_received_bytes")

Slots = tuple[tuple[str, str], ...]
"""(column, its slot): `=` what the source knows, `"` a name, `?` a number or none, ` ` none, else as `%` has it."""


class Kind(Struct, frozen=True):
    """`values` takes a row, what makes a time one of day and of the load, and what stands for no value."""

    type: str
    slots: Slots
    values: Callable[[Row, float, float, str], tuple[Any, ...]]


def _answered(row: Row, wall: float, epoch: float, null: str) -> tuple[Any, ...]:
    _, started, ready, sent, first, ended, blocked, connecting, tls, late, status, out, into, user, iteration = row
    return (
        started + wall,
        started - epoch,
        status,
        status + _STATUS_ERROR if status >= 400 else null,
        (ended - ready) * 1000,
        blocked * 1000,
        connecting * 1000,
        tls * 1000,
        (sent - ready) * 1000,
        (first - sent) * 1000,
        (ended - first) * 1000,
        null if late is None else f"{(ended - started + late) * 1000:.3f}",
        out,
        into,
        user + 1,
        iteration,
    )


def _lost(row: Row, wall: float, epoch: float, _null: str) -> tuple[Any, ...]:
    _, started, error, phase, out, user, iteration = row
    return started + wall, started - epoch, error, phase, error_code(error, phase), out, user + 1, iteration


def _iteration(row: Row, wall: float, epoch: float, _null: str) -> tuple[Any, ...]:
    _, started, ended, user, iteration = row
    return started + wall, started - epoch, (ended - started) * 1000, user + 1, iteration


def _check(row: Row, wall: float, epoch: float, _null: str) -> tuple[Any, ...]:
    _, when, status, user, iteration = row
    return when + wall, when - epoch, status, user + 1, iteration


def _metric(row: Row, wall: float, epoch: float, _null: str) -> tuple[Any, ...]:
    _, when, value = row
    return when + wall, when - epoch, float(value)


KINDS: Mapping[str, Kind] = {
    "answered": Kind(
        "request",
        (
            *_NOW,
            *_WHERE,
            *_JUDGED,
            ("status", "%d"),
            ("error", " "),
            ("error_phase", " "),
            ("error_code", "%s"),
            *((name, "%.3f") for name in _TIMINGS),
            ("scheduled_latency_ms", "%s"),
            *((name, "%d") for name in _BYTES),
            *_WHO,
        ),
        _answered,
    ),
    "lost": Kind(
        "request",
        (
            *_NOW,
            *_WHERE,
            *_JUDGED,
            ("status", "0"),
            ("error", '"'),
            ("error_phase", '"'),
            ("error_code", "%d"),
            *((name, " ") for name in _TIMINGS),
            ("scheduled_latency_ms", " "),
            ("data_sent_bytes", "%d"),
            ("data_received_bytes", "0"),
            *_WHO,
        ),
        _lost,
    ),
    "iteration": Kind(
        "iteration",
        (*_NOW, ("phase", "="), ("scenario", "="), ("extra_tags", "="), ("iteration_duration_ms", "%.3f"), *_WHO),
        _iteration,
    ),
    "check": Kind("check", (*_NOW, *_WHERE, ("check", "="), ("status", "%d"), *_WHO), _check),
    "metric": Kind("metric", (*_NOW, *_WHERE, ("metric", "="), ("value", "%r")), _metric),
}
COLUMNS = tuple(name for name, _ in KINDS["answered"].slots)
"""The columns of a file that has requests only."""


class Renderer:
    """Rows as text of one format. `wall`: time of day where the monotonic clock stands at 0; `epochs`: when, by that
    clock, a phase began; `mask` hides secrets in what the spec says."""

    def __init__(
        self, format: Format, wall: float, epochs: Callable[[str], float], mask: Callable[[str], str] = str
    ) -> None:
        self._format = format
        self._wall = wall
        self._epochs = epochs
        self._mask = mask
        self._templates: dict[Source, str] = {}

    def header(self) -> str:
        """What the file begins with."""
        return self._format.header(COLUMNS)

    def __call__(self, rows: Iterable[Row]) -> tuple[str, int]:
        """→ the lines, and how many they are: kinds that the format does not write are left out."""
        lines, templates = [], self._templates
        wall, null, kinds = self._wall, self._format.null, self._format.kinds
        for row in rows:
            source: Source = row[0]
            if source.kind in kinds:
                template = templates.get(source) or self._learn(source)
                lines.append(template % KINDS[source.kind].values(row, wall, self._epochs(source.phase), null))
        return "".join(lines), len(lines)

    def _learn(self, source: Source) -> str:
        kind = KINDS[source.kind]
        cells = [(name, self._cell(name, slot, source)) for name, slot in kind.slots]
        template = self._templates[source] = self._format.line([("type", self._given(kind.type)), *cells][self._skip :])
        return template

    @property
    def _skip(self) -> int:
        """A file that has requests only needs no column for the type."""
        return 0 if len(self._format.kinds) > 2 else 1

    def _cell(self, name: str, slot: str, source: Source) -> str:
        if slot == "=":
            return self._known(name, source)
        return {" ": self._format.null, '"': self._format.text}.get(slot, slot)

    def _known(self, column: str, source: Source) -> str:
        tags = source.tags
        if column == "phase":
            return self._given(source.phase)
        if column in ("check", "metric"):
            return self._given(self._mask(source.name))
        if column == "expected_response":
            return self._given(source.expected)
        if column == "poll":
            return self._given(tags.get("poll") == "true")
        if column == "extra_tags":
            rest = {name: self._mask(value) for name, value in tags.items() if name not in _OWN_COLUMN}
            return self._format.tags(rest).replace("%", "%%")
        return self._given(self._mask(tags.get(column, "")))

    def _given(self, value: str | bool | None) -> str:
        return self._format.cell(value).replace("%", "%%")
