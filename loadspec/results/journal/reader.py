"""From a run's folder to its result: the one that it had, or as far as the journal goes."""

from __future__ import annotations

import bz2
import fcntl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import orjson
from msgspec.structs import replace

from loadspec.errors import UsageError
from loadspec.results.assemble import assemble
from loadspec.results.head import Head
from loadspec.results.journal.layout import NAME, STREAM, TAIL, VERSION
from loadspec.results.journal.thin import unpacked_record
from loadspec.results.journal.wire import from_wire
from loadspec.results.ledger import Ledger, Record
from loadspec.results.model import RunResult
from loadspec.units import format_duration

_PIECE = 1 << 20
_WAY_OUT = "name the folder of a run, for example reports/latest"


def rebuild(directory: Path) -> RunResult:
    """The result of the run in a folder. Raises UsageError where there is none to be had."""
    return rebuild_all(directory)[1]


def rebuild_all(directory: Path) -> tuple[Head, RunResult]:
    """What `rebuild` does, and what was known before the load."""
    path = directory / NAME
    try:
        if goes_on(path):
            raise UsageError(f"the run in {directory} still goes on", "wait until it has ended")
        head = _head(path)
        wire = _result(path)
        return head, _replayed(head, path) if wire is None else from_wire(wire)
    except FileNotFoundError:
        what = "holds no journal" if directory.is_dir() else "is no folder"
        raise UsageError(f"{directory} {what}", _WAY_OUT) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}", _WAY_OUT) from None
    except (msgspec.ValidationError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is not what this version of loadspec writes: {error}", _OTHER_VERSION) from None


_OTHER_VERSION = "use the version of loadspec that ran it"
_SENSELESS = (LookupError, TypeError, ValueError, AttributeError)
"""What comes of reading JSON that is none of ours."""


def goes_on(path: Path) -> bool:
    """Whether a run writes to the journal, and so has it locked. Not to be known on a file system without locks."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def _head(path: Path) -> Head:
    """What the first line says. Raises UsageError where it says nothing that is known."""
    if not path.stat().st_size:
        raise UsageError(f"{path} is empty: the run was killed before it began", _WAY_OUT)
    wire = first_line(path)
    if wire.get("loadspec") != "journal":
        raise UsageError(f"{path} is no journal of loadspec", _WAY_OUT)
    if wire.get("version") != VERSION:
        told = f"{path} is a journal of version {wire.get('version')}, and this loadspec reads version {VERSION}"
        raise UsageError(told, _OTHER_VERSION)
    return Head.from_wire(wire["head"])


def first_line(path: Path) -> Mapping[str, Any]:
    """What a journal says it is; nothing where it is none. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        plain = file.read(len(STREAM)) != STREAM  # as those of version 1
    try:
        with path.open("rb") as file:
            text = file.readline(_PIECE) if plain else next(_lines(path, []), b"")
        wire = orjson.loads(text)
    except ValueError:
        return {}
    return wire if isinstance(wire, Mapping) else {}


def _result(path: Path) -> Any:
    """What the last stream says, if the run came to its end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        reach = 0
        while reach < size:
            reach = min(size, max(4 * reach, _PIECE))
            file.seek(size - reach)
            end = file.read()
            if (at := end.rfind(STREAM)) >= 0:
                with suppress(OSError, ValueError, orjson.JSONDecodeError):
                    last = orjson.loads(bz2.BZ2Decompressor().decompress(end[at:]).split(b"\n", 1)[0])
                    return last["result"] if last.get("is") == "result" else None
                return None
    return None


def _lines(path: Path, damage: list[str]) -> Iterator[bytes]:
    """The lines of each whole stream; what is torn or broken is told to `damage`, and ends them."""
    with path.open("rb") as file:
        data = file.read(_PIECE)
        while data:
            unzip, lines = bz2.BZ2Decompressor(), b""
            try:
                while data and not unzip.eof:
                    lines += unzip.decompress(data)
                    data = unzip.unused_data if unzip.eof else file.read(_PIECE)
            except (OSError, ValueError):
                damage.append(f"{path} is damaged: what stood there and behind it is lost")
                return
            if not unzip.eof:
                damage.append(f"{path} ends in the middle of a stream, which was left out")
                return
            yield from lines.splitlines()
            data = data or file.read(_PIECE)


class Records:
    """The records of the journal at a path, those of its tail last; `damage` says afterwards what was wrong.

    `lost` are records that stood before others that are there. Of the tail, which has no checksum as a stream has, only
    what comes before record `most` is taken for whole.
    """

    def __init__(self, path: Path, most: int | None = None) -> None:
        self.damage: list[str] = []
        self.lost = 0
        self.in_tail = False
        """Whether the newest record is one of the tail."""
        self.no_tail = ""
        """What became of the tail, where not even its first line is there."""
        self._path = path
        self._most = most
        self.given = 0
        """How many there were so far."""

    def __iter__(self) -> Iterator[Record]:
        taken = 0
        lines = _lines(self._path, self.damage)
        next(lines, None)
        for text in lines:
            record = orjson.loads(text)
            if record["is"] == "segment":
                taken = record["to"]
            elif record["is"] != "result":
                self.given += 1
                yield unpacked_record(record)
        yield from self._tail(taken)

    def _tail(self, taken: int) -> Iterator[Record]:
        """The records that no stream holds."""
        path = self._path.with_name(TAIL)
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            self.no_tail = f"{path} is missing"
            return
        if lines == [b""]:
            self.no_tail = f"{path} is empty"
        if torn := lines.pop():
            self.damage.append(f"{path} ends in the middle of a line, which was left out ({len(torn)} bytes)")
        if not lines:
            return
        try:
            begin = int(orjson.loads(lines[0])["from"])
            if begin > taken:
                self.lost = begin - taken
                self.damage.append(f"{self.lost} records before the last ones are lost")
            for text in lines[1 + max(0, taken - begin) :]:
                record = unpacked_record(orjson.loads(text))
                if self.given == self._most:
                    raise ValueError(text)
                self.given, self.in_tail = self.given + 1, True
                yield record
        except _SENSELESS:
            self.damage.append(f"{path} is damaged: what stood there and behind it is lost")


def _replayed(head: Head, path: Path, most: int | None = None) -> RunResult:
    """The result as far as the records go, which is up to a line of the tail that is whole, and yet makes no sense."""
    records, ledger = Records(path, most), Ledger(head.thresholds)
    last = ""
    try:
        for record in records:
            ledger.take(record)
            last = record["is"]
        return _judged(head, ledger, records, last)
    except Exception:  # anything may stand in such a line
        if not records.in_tail:
            raise
    return _replayed(head, path, records.given - 1)


def _judged(head: Head, ledger: Ledger, records: Records, last: str) -> RunResult:
    """The result of a ledger whose `last` record is of this kind: where that is not its end, the run was cut off."""
    if last not in ("over", "closed"):
        ledger.outcome.cut_off = _cut_off(ledger, bool(records.no_tail))
        if records.no_tail:
            records.damage.append(f"{records.no_tail}: the newest records, up to a minute of them, are lost with it")
        ledger.take({"is": "over"})
    elif records.lost:
        ledger.outcome.cut_off = f"a part of the load is unknown: the journal lacks {records.lost} records"
    result = assemble(head, ledger)
    return replace(result, warnings=[*result.warnings, *records.damage])


def _cut_off(ledger: Ledger, no_tail: bool) -> str:
    """When it was, as far as the journal tells; without its tail only what was before."""
    elapsed = ledger.collector.elapsed
    if no_tail:
        since = f", after {format_duration(round(elapsed, 1))} of load or later" if elapsed else ""
        return f"the run was cut off{since}: the end of its journal is lost"
    if ledger.phase == "load" or elapsed:
        when = f"after {format_duration(round(elapsed, 1))} of load"
        return f"the run was cut off {when}: its journal ends there{' in teardown' * (ledger.phase == 'teardown')}"
    return "the run was cut off before its load began: its journal ends there"
