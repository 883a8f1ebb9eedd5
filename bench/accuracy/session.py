"""Runs: one tool on its core, the server that knows the truth on another, in turn."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.cases import Case, Run, Told
from bench.accuracy.server import Running, running
from bench.accuracy.tools import TOOLS, Job, Output
from bench.measure import descendants

PATIENCE = 60
"""Seconds a tool may take beyond its load."""
SETTLING = 15
"""Tenths of a second in which a tool has started all its processes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Who runs where, and whether before all others: for a machine that is not quiet. A hogged tool never is."""

    tools: int
    server: int
    first: bool = False


def run(name: str, case: Case, place: Place) -> Run:
    """Run one tool once, against a server of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-accuracy-") as folder, ExitStack() as stack:
        server = stack.enter_context(running(case.mixture, place.server))
        if place.first:
            put_first([server.process.pid])
        job = Job(server.url, Path(folder), case.rate, case.seconds, case.users)
        before = _cpu()
        output, frozen = _drive(name, job, case, server, place)
        spent = _cpu() - before
        told, failure = _read(name, job, output)
        stack.close()  # the server writes its log when it ends
        return Run(name, case, told, server.log, frozen, spent, output.exit_code, failure)


def _drive(name: str, job: Job, case: Case, server: Running, place: Place) -> tuple[Output, float]:
    with ThreadPoolExecutor(1) as pool:
        tool = pool.submit(_call, name, job, place.tools, place.first and not case.hogs)
        frozen = 0.0
        if (case.frozen or case.hogs) and server.first():
            frozen = server.freeze(case.seconds / 2 - case.frozen, case.frozen) if case.frozen else 0.0
            with hogs(case.hogs, place.tools):
                time.sleep(case.seconds if case.hogs else 0.0)
        return tool.result(), frozen


def _call(name: str, job: Job, core: int, first: bool) -> Output:
    tool = TOOLS[name]
    for file, text in tool.files(job).items():
        (job.folder / file).write_text(text)
    environment = {**os.environ, **tool.environment(job)}
    command = ["taskset", "-c", str(core), *tool.command(job)]
    process = subprocess.Popen(
        command, cwd=job.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    for _ in range(SETTLING if first else 0):
        put_first([process.pid, *descendants(process.pid)])
        time.sleep(0.1)
    try:
        out, err = process.communicate(timeout=job.seconds + PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    return Output(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _read(name: str, job: Job, output: Output) -> tuple[Told | None, str]:
    try:
        return TOOLS[name].read(job, output), ""
    except (OSError, LookupError, ValueError, TypeError) as problem:
        words = (output.stderr.strip() or output.stdout.strip() or repr(problem)).splitlines()[-1]
        return None, f"exit code {output.exit_code}: {words[:300]}"


@contextmanager
def hogs(count: int, core: int) -> Iterator[Sequence[int]]:
    """`count` processes that do nothing but take `core`; ended afterwards. Yields their ids."""
    loop = ["taskset", "-c", str(core), "sh", "-c", "while :; do :; done"]
    # A session each, since where the kernel groups processes by session one group would get one share.
    processes = [subprocess.Popen(loop, start_new_session=True) for _ in range(count)]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def put_first(pids: Iterable[int]) -> None:
    """Let these go before all others, as far as the system allows: process, and session where it groups by these."""
    for pid in pids:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, -20)
            Path("/proc", str(pid), "autogroup").write_text("-20")


def _cpu() -> float:
    """Seconds of CPU of all children that have ended, but for the server's: it ends later."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
