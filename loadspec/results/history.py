"""The runs below a folder, as rows: what `loadspec history` lists, draws and prunes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from loadspec.errors import ExitCode, LoadspecError, OutputError
from loadspec.results.journal import first_line, goes_on

CUT_OFF, RUNNING = "CUT OFF", "RUNNING"
"""The verdicts of runs with a journal and no results: it was killed, or goes on."""
_GIT = "Git"
_QUIET = 300.0
"""Seconds after which a journal that nobody wrote to belongs to a run that has ended, where there are no locks."""


class Entry(Struct, frozen=True):
    """One run. Figures are None where there are none; latencies are of expected answers, in ms."""

    folder: Path
    run_id: str
    started_at: datetime
    spec: str = ""
    verdict: str = CUT_OFF
    exit_code: int | None = None
    sentence: str = ""
    duration: float | None = None
    """Seconds of load."""
    requests: int | None = None
    rate: float | None = None
    """Requests a second."""
    failed: float | None = None
    """Their share that failed, 0..1."""
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    git: str = ""
    """The commit, as the run noted it, with a `+` where there were uncommitted changes."""
    written_at: datetime | None = None
    """When the journal of a run without results was last written to: it may go on."""


def read_runs(folder: Path) -> list[Entry]:
    """The runs whose folders lie in `folder`, the oldest first. Raises LoadspecError where it cannot be read.

    What is no run of ours is left out: a folder counts that has results.json or a journal.
    """
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        hint = "name the folder that runs write to: reports, or what --report-dir named"
        raise LoadspecError(f"cannot read {folder}: {error.strerror}", hint, ExitCode.INVALID_SPEC) from None
    found = (read_run(path) for path in inside if path.is_dir() and not path.is_symlink())
    return sorted((entry for entry in found if entry is not None), key=lambda entry: (entry.started_at, entry.run_id))


def read_run(folder: Path) -> Entry | None:
    """One run's row; None where the folder holds none."""
    for name, kind, read in (("results.json", "results", _of_results), ("journal", "journal", _of_journal)):
        try:
            path = folder / name
            document = orjson.loads(path.read_bytes()) if kind == "results" else first_line(path)
            if document.get("loadspec") == kind:
                return read(folder, document)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # a foreign file, or half of one
    return None


def _of_results(folder: Path, document: Mapping[str, Any]) -> Entry:
    metrics = document["metrics"]
    requests = _total(metrics, "http_reqs")
    latency = _expected(metrics.get("http_req_duration", {}))
    return Entry(
        folder=folder,
        run_id=document["run_id"],
        started_at=_moment(document["times"]["started_at"]),
        spec=document["spec"]["name"],
        verdict=document["verdict"],
        exit_code=document["exit_code"],
        sentence=document["sentence"],
        duration=document["times"]["duration_s"],
        requests=requests.get("count", 0),
        rate=requests.get("rate_per_s", 0.0),
        failed=_total(metrics, "http_req_failed").get("rate"),
        p50=latency.get("med"),
        p95=latency.get("p95"),
        p99=latency.get("p99"),
        git=_commit(document["environment"].get(_GIT, "")),
    )


def _of_journal(folder: Path, head: Mapping[str, Any]) -> Entry:
    name = head.get("spec_name") or (head.get("head") or {}).get("spec_name", "")
    started = head.get("started_at") or head["head"]["started_at"]
    files = [path for name in ("journal", "journal.tail") if (path := folder / name).exists()]
    written = datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC)
    verdict = RUNNING if goes_on(folder / "journal") else CUT_OFF
    return Entry(folder, folder.name, _moment(started), name, verdict, written_at=written)


def _total(metrics: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return metrics.get(name, {}).get("total") or {}


def _expected(latency: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the series of expected answers, the figures."""
    wanted = {"expected_response": "true"}
    return next((one for one in latency.get("series", ()) if one["tags"] == wanted and "p95" in one), {})


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _commit(text: str) -> str:
    """`0123456789ab (main, uncommitted changes)` → `0123456789ab+`."""
    sha = text.partition(" ")[0]
    return f"{sha}+" if "uncommitted" in text else sha


def by_spec(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The runs of each spec, in the order of the names."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.spec, []).append(entry)
    return dict(sorted(found.items()))


def to_prune(entries: Sequence[Entry], keep: int | None, older: float | None, now: datetime) -> list[Entry]:
    """The runs that go: of each spec those beyond its newest `keep`, and those `older` seconds or more.

    Where both are given, a run goes only if both say so. One that may be going on stays.
    """
    if keep is None and older is None:
        return []
    beyond = {
        entry.folder
        for runs in by_spec(entries).values()
        for entry in (runs if keep is None else runs[: max(0, len(runs) - keep)])
    }
    return [
        entry
        for entry in entries
        if entry.folder in beyond
        and entry.verdict != RUNNING
        and (older is None or _age(entry.started_at, now) >= older)
        and (entry.written_at is None or _age(entry.written_at, now) >= _QUIET)
    ]


def _age(moment: datetime, now: datetime) -> float:
    return (now - moment).total_seconds()


def remove(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Delete the runs' folders, one by one; each is given back once it is gone. Raises OutputError."""
    for entry in entries:
        try:
            shutil.rmtree(entry.folder)
        except OSError as error:
            hint = "the runs before it are gone"
            raise OutputError(f"cannot delete {entry.folder}: {error.strerror}", hint) from None
        yield entry
