"""Run one command pinned to one core and say what it cost: CPU and peak memory of all its processes.

CPU is what the kernel booked on the command and on every descendant (wait4). This process adopts orphans
(PR_SET_CHILD_SUBREAPER), so a helper that outlives its parent is found, ended and counted too. Memory is the sum of the
proportional set sizes (PSS: shared pages are counted once) of the tree, sampled about five times a second.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAMPLE_EVERY = 0.2
SAMPLING_SHARE = 0.05
PR_SET_CHILD_SUBREAPER = 36
Look = Callable[[Sequence[int]], None]
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class CoreTime:
    """Seconds one core has spent since boot: working, and taken away by the hypervisor."""

    busy: float
    stolen: float

    def __sub__(self, other: CoreTime) -> CoreTime:
        return CoreTime(self.busy - other.busy, self.stolen - other.stolen)


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run of a command cost. Seconds and bytes; `output` is its stdout, `error` its stderr."""

    exit_code: int
    wall: float
    cpu: float
    peak_memory: int
    core: CoreTime
    """What the whole core did meanwhile."""
    output: str
    error: str


def prepare(core: int) -> None:
    """Make this process a good judge: off the tools' core, adopting orphans, with all the open files it may have."""
    os.sched_setaffinity(0, {core})
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def run(command: Sequence[str], *, core: int, folder: Path, timeout: float, look: Look = lambda pids: None) -> Usage:
    """Run `command` in `folder` on `core`; end it after `timeout` seconds (exit code -9 then).

    `look` is shown the ids of its processes whenever memory is sampled.
    """
    before = set(descendants(os.getpid()))
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        before_core = core_time(core)
        started = time.monotonic()
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command], stdout=out, stderr=err, cwd=folder, start_new_session=True
        )
        peak, spent, status = watch(process.pid, started + timeout, before, look)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        spent += sum(reap(pid) for pid in set(descendants(os.getpid())) - before)
        meanwhile = core_time(core) - before_core
    text = [(folder / name).read_text(errors="replace") for name in ("stdout", "stderr")]
    return Usage(process.returncode, wall, spent, peak, meanwhile, text[0], text[1])


def watch(pid: int, deadline: float, strangers: set[int], look: Look = lambda pids: None) -> tuple[int, float, int]:
    """Sample memory until `pid` ends → (peak bytes, CPU seconds, wait status). Kills its group at the deadline."""
    peak, pause = 0, SAMPLE_EVERY
    handle = os.pidfd_open(pid)
    try:
        while not select.select([handle], [], [], pause)[0]:
            now = time.monotonic()
            if now > deadline:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            pids = [p for p in descendants(os.getpid()) if p not in strangers]
            peak = max(peak, memory(pids))
            look(pids)
            # Walking the pages of a big process takes a while; it must not take the server's core.
            pause = max(SAMPLE_EVERY, (time.monotonic() - now) / SAMPLING_SHARE)
    except KeyboardInterrupt:  # it has a session of its own, so the terminal's signal did not reach it
        os.killpg(pid, signal.SIGKILL)
        raise
    finally:
        os.close(handle)
    _, status, usage = os.wait4(pid, 0)
    return peak, usage.ru_utime + usage.ru_stime, status


def reap(pid: int) -> float:
    """End an orphan and return the CPU seconds it and its waited-for children took."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    try:
        _, _, usage = os.wait4(pid, 0)
    except ChildProcessError:  # the child of another orphan: init or that orphan has it
        return 0.0
    return usage.ru_utime + usage.ru_stime


def descendants(root: int) -> list[int]:
    """The ids of all processes below `root`, zombies included."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError):
                stat = Path("/proc", entry, "stat").read_text()
                children.setdefault(parent_of(stat), []).append(int(entry))
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def parent_of(stat: str) -> int:
    """A line of /proc/PID/stat → the parent's id; the command in parentheses may hold anything."""
    return int(stat.rpartition(")")[2].split()[1])


def cpu_so_far(pids: Iterable[int]) -> float:
    """Seconds of user and system time of living processes, in steps of a clock tick."""
    total = 0.0
    for pid in pids:
        with suppress(OSError):
            total += cpu_of(Path("/proc", str(pid), "stat").read_text())
    return total


def cpu_of(stat: str) -> float:
    """A line of /proc/PID/stat → its own user and system seconds."""
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS


def memory(pids: Iterable[int]) -> int:
    """Bytes of proportional set size of all `pids`; one that has ended counts nothing."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            total += pss(Path("/proc", str(pid), "smaps_rollup").read_text())
    return total


def resident(pid: int | str = "self") -> int:
    """Bytes of a process that lie in memory, pages that it shares included. Raises OSError where it has ended."""
    return int(Path("/proc", str(pid), "statm").read_text().split()[1]) * _PAGE


def pss(rollup: str) -> int:
    """The text of /proc/PID/smaps_rollup → bytes."""
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def core_time(core: int) -> CoreTime:
    """What /proc/stat has booked on `core` so far."""
    return parse_core_time(Path("/proc/stat").read_text(), core)


def parse_core_time(text: str, core: int) -> CoreTime:
    """The text of /proc/stat → times of `core`. Raises ValueError if it has no such core."""
    for line in text.splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = (int(f) / _TICKS for f in fields[:8])
            return CoreTime(user + nice + system + irq + softirq, steal)
    raise ValueError(f"/proc/stat has no core {core}")
