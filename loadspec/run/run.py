"""`run_spec`: one run, from a spec to files on disk."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from msgspec.structs import replace

from loadspec.clock import monotonic
from loadspec.errors import OutputError, UsageError
from loadspec.fleet.fleet import Fleet, start_fleet
from loadspec.fleet.logfile import begin_log
from loadspec.fleet.process import Job
from loadspec.machine import used
from loadspec.masking import revealed
from loadspec.output_kinds import DEFAULT, RESOLVED
from loadspec.outputs.files import attempt, write_file
from loadspec.outputs.target import Target
from loadspec.results import RunResult
from loadspec.results.assemble import assemble
from loadspec.results.head import Head
from loadspec.results.journal import Journal
from loadspec.results.ledger import Ledger
from loadspec.results.verdict import first_of
from loadspec.run.conductor import Conductor, Crash
from loadspec.run.environment import environment
from loadspec.run.head import head_of, masker
from loadspec.run.options import LATEST, RunOptions
from loadspec.run.preflight import check_run, machine_warnings
from loadspec.run.samples import asked_for, join_parts
from loadspec.run.sending import Followers, LiveOutputs, live_outputs, tell
from loadspec.run.signals import Signals
from loadspec.run.targets import files_of, kept, targets_of, try_targets
from loadspec.run.values import target
from loadspec.run.workers import fleet_size
from loadspec.spec.model import Spec
from loadspec.spec.secrets import too_short
from loadspec.ui import Live, live

if TYPE_CHECKING:
    from loadspec.dashboard.dashboard import Dashboard


def run_spec(
    spec: Spec, options: RunOptions, stderr: IO[str] | None = None, dashboard: Dashboard | None = None
) -> tuple[RunResult, list[Path]]:
    """Run a spec → (result, files written). Progress goes to `stderr`, and to the `dashboard`, which stays open.

    Raises LoadspecError where nothing could be run: the spec is refused, or the reports have no place to go.
    """
    check_run(spec)
    workers, fewer = fleet_size(spec, options.workers, options.log_http is not None)
    lacks = [*machine_warnings(spec, workers), *too_short(spec)]
    targets = targets_of(spec, options)
    with Signals() as signals:  # before there is a folder: no signal leaves one without results
        head = _prepared(spec, options, targets, workers, [*lacks, *([fewer] if fewer else [])])
        outputs = live_outputs(targets, head)
        show = live(stderr or sys.stderr, options.quiet, options.colour, head.scenarios, spec.name)
        began = monotonic()
        journal = _begun_journal(options, head)
        followers = Followers([outputs])
        if dashboard is not None:
            dashboard.begin(head, lambda: signals.ask("the dashboard's stop button"))
            followers.append(dashboard)
        fleet = start_fleet(_job(spec, options, targets), workers)
        mask, record = masker(spec, options.outs), followers.after(journal.write)
        kept = options.stop_on_write_error
        conductor = Conductor(
            spec, fleet, show, signals, record, mask=mask, kept=kept, news=followers.news, by=lambda: signals.by
        )
        show.start([*_about(spec, options, workers), *(f"warning: {text}" for text in lacks)])
        crash, unsent = _drive(conductor, fleet, show, outputs, signals)
        told = [*unsent, *([journal.failure] if journal.failure else [])]
        conductor.close(_generator(conductor.ledger, workers, monotonic() - began), told)
        result, paths = write(_kept_in(journal, assemble(head, conductor.ledger), told), options, targets)
        untold = tell(targets, result, signals.hurried)
        result = replace(result, warnings=[*map(mask, untold), *result.warnings])
        if dashboard is not None:
            dashboard.finish(result, signals.hurried)
        if crash is not None:
            raise crash
        return result, paths


def _prepared(
    spec: Spec, options: RunOptions, targets: Sequence[Target], workers: int, warnings: Sequence[str]
) -> Head:
    """The folder is made and every place tried → what is known of the run."""
    prepare(options)
    try_targets(targets, options.directory)
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    files = files_of(targets, options.directory)
    return head_of(spec, options, started_at, environment(), workers, warnings, files)


def _begun_journal(options: RunOptions, head: Head) -> Journal:
    """What a run writes before its load."""
    journal = Journal(options.directory, head)
    write_file(options.directory / RESOLVED, head.resolved_spec)
    _point_latest(options)
    return journal


def _drive(
    conductor: Conductor, fleet: Fleet, show: Live, outputs: LiveOutputs, signals: Signals
) -> tuple[Crash | None, list[str]]:
    """The run, until its workers have ended → (a bug that ended it, what was not sent)."""
    crash: Crash | None = None
    try:
        conductor.run()
    except Crash as bug:  # what was measured is written before the traceback is shown
        crash = bug
        conductor.lose("a bug in loadspec ended the run")
    finally:
        show.stop()
        fleet.close(patience=(2.0, 1.0, 0.2)[min(signals(), 2)])
        unsent = outputs.close(signals.hurried)
    return crash, unsent


def _kept_in(journal: Journal, result: RunResult, told: Sequence[str]) -> RunResult:
    """The result, which warns where the journal could not keep it and that was not `told` before."""
    if journal.close(result) or journal.failure in told:
        return result
    return replace(result, warnings=[*result.warnings, journal.failure])


def prepare(options: RunOptions) -> None:
    """Try every place to write to before any load, so that a full or read-only disk is found while nothing is lost."""
    directory = options.directory
    if any((directory / name).exists() for name in ("journal", "results.json")):
        raise UsageError(f"{directory} holds a run already", "name another --run-id, or leave it out")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe = directory / ".probe"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise OutputError(
            f"the reports cannot be written to {directory}: {error.strerror}",
            "free some space, or name another folder with --report-dir",
        ) from None
    if options.log_http is not None:
        begin_log(options.log_http)


def _job(spec: Spec, options: RunOptions, targets: Sequence[Target]) -> Job:
    return Job(
        spec.document,
        {name: revealed(value) for name, value in spec.env_values.items()},
        spec.source,
        options.seed,
        options.run_id,
        log_http=str(options.log_http or ""),
        bounds=options.limits.wire(),
        samples=asked_for(targets, options.directory),
    )


def _about(spec: Spec, options: RunOptions, workers: int) -> list[str]:
    shared = [f"workers: {workers}"] if workers > 1 else []
    return [f"target: {masker(spec)(target(spec))}", *shared, f"report: {options.directory / 'report.html'}"]


def write(result: RunResult, options: RunOptions, targets: Sequence[Target] = ()) -> tuple[RunResult, list[Path]]:
    """Write all files → (the result with its final exit code, the files). Failing to write is told, not raised."""
    from loadspec.outputs import write_all, write_out

    written, failed = attempt(
        lambda: write_all(result, options.directory),
        lambda: write_out(result, *kept(targets, "file")),
        lambda: join_parts(targets, options.directory, options.run_id),
    )
    if failed is not None:
        message, exit_code = failed.message, failed.exit_code
        warnings = [*result.warnings, message]
        code = first_of(result.exit_code, exit_code)
        told = [message, result.sentence]
        sentence = "; ".join(told if result.exit_code != exit_code else reversed(told))
        result = replace(result, warnings=warnings, exit_code=code, sentence=sentence)
        if code == exit_code:
            result = replace(result, verdict="INVALID")
        with suppress(OutputError):  # what is on disk says what the exit code says
            write_all(result, options.directory)
        there = [path for path in (options.directory / name for name in DEFAULT) if path.exists()]
        written = list(dict.fromkeys([*there, *written]))
    return result, written


def _point_latest(options: RunOptions) -> None:
    """`reports/latest` → the newest run. A file system without links does without."""
    link, beside = options.report_dir / LATEST, options.report_dir / f".latest-{options.run_id}"
    try:
        beside.symlink_to(options.run_id, target_is_directory=True)
        beside.replace(link)
    except OSError:
        return


def _generator(ledger: Ledger, workers: int, wall: float) -> dict[str, Any]:
    """The generator's own cost: CPU and memory of all its processes."""
    cpu, memory = used()
    health = ledger.collector.health
    worker_cpu = health.get("cpu_s", 0.0)
    return {
        "workers": workers,
        "cpu_s": round(worker_cpu + cpu, 3),
        "cpu_percent": round(100 * worker_cpu / wall, 1) if wall else 0.0,
        "peak_rss_bytes": int(health.get("peak_rss_bytes", 0) + memory),
        "lag_max_ms": round(health.get("lag_max_ms", 0.0), 2),
    }
