"""A virtual hour of samples through everything that a run keeps: meters, pipe, merger, conductor, collector, journal.

No socket and no waiting: seconds follow each other as quickly as they can be counted. Run as a program it prints the
resident memory at the end of each virtual second, of the parent and of all processes together, and how long the report
takes then.
"""

from __future__ import annotations

import argparse
import json
import random
import select
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import StringIO
from itertools import chain
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import orjson  # noqa: E402

from bench.measure import resident  # noqa: E402
from loadspec.engine.health import HealthProbe, Work  # noqa: E402
from loadspec.fleet.merging import Merger  # noqa: E402
from loadspec.metrics.meters import IterationMeter, Meters, RequestMeter  # noqa: E402
from loadspec.report import build  # noqa: E402
from loadspec.results.assemble import assemble  # noqa: E402
from loadspec.results.head import Head  # noqa: E402
from loadspec.results.journal import Journal  # noqa: E402
from loadspec.results.model import RunResult  # noqa: E402
from loadspec.run.conductor import Conductor  # noqa: E402
from loadspec.run.head import head_of  # noqa: E402
from loadspec.run.options import RunOptions  # noqa: E402
from loadspec.spec import load_bytes  # noqa: E402
from loadspec.ui import live  # noqa: E402

ENDPOINTS = 20
RATE = 2_000
WORKERS = 2
USERS = 500
PAGES = 5


def document(seconds: int) -> dict[str, Any]:
    """A spec of that load, with thresholds on the whole and on each endpoint."""
    names = [f"page_{number}" for number in range(ENDPOINTS)]
    return {
        "loadspec": 1,
        "name": "an hour",
        "target": {"base_url": "http://127.0.0.1:1"},
        "endpoints": {name: {"path": f"/{name}"} for name in names},
        "flow": [{"call": name} for name in names],
        "vus": USERS,
        "duration": f"{seconds}s",
        "thresholds": {
            "http_req_failed": "rate < 5%",
            "http_req_duration": ["p(95) < 2s", "p(99) < 5s"],
            **{f"http_req_duration{{endpoint:{name}}}": "p(95) < 2s" for name in names},
        },
    }


class VirtualWorker:
    """Meters of one worker, filled as its requests would fill them; a snapshot a second."""

    def __init__(self, number: int, probe: HealthProbe) -> None:
        self._random = random.Random(number)
        self._probe = probe
        self._meters = Meters()
        tags = {"scenario": "default", "poll": "false"}
        self._requests = [self._meters.requests(**tags, endpoint=f"page_{n}") for n in range(ENDPOINTS)]
        self._iterations = self._meters.iterations(scenario="default")
        self._completed = 0

    def second(self, t: int) -> dict[str, Any]:
        """What the engine says at the end of second `t`."""
        pace = 60 * (1 + 0.5 * (t % 600) / 600)  # ms; load comes and goes, every ten minutes
        for meter in self._requests:
            self._fill(meter, RATE // ENDPOINTS // WORKERS, pace)
        done = RATE // ENDPOINTS // WORKERS
        self._fill_iterations(self._iterations, done, pace * ENDPOINTS)
        self._completed += done
        store = self._meters.drain()
        store.gauge("vus").add(USERS // WORKERS)
        store.gauge("vus_max").add(USERS // WORKERS)
        books = {
            "started": self._completed + USERS // WORKERS,
            "completed": self._completed,
            "interrupted": 0,
        }
        return {
            "phase": "load",
            "t": float(t),
            "store": store.to_wire(),
            "failures": [],
            "check_samples": [],
            "notes": [],
            "users": USERS // WORKERS,
            "iterations": books,
            "scenarios": [{"name": "default", "began": 0.0, "ended": None, "users": USERS // WORKERS, **books}],
            "pools": [],
            "health": self._probe.take(float(t), Work(busy=USERS // WORKERS, store=store)),
        }

    def _fill(self, meter: RequestMeter, count: int, pace: float) -> None:
        draw = self._random.lognormvariate
        failed = sum(self._random.random() < 0.01 for _ in range(count))
        for side, status, number in ((meter.expected, 200, count - failed), (meter.unexpected, 503, failed)):
            waiting = [pace * draw(0.0, 0.6) for _ in range(number)]
            side.waiting += waiting
            side.sending += [0.04 + 0.01 * value / pace for value in waiting]
            side.receiving += [0.1 + 0.05 * value / pace for value in waiting]
            side.durations += [value + 0.2 for value in waiting]
            side.statuses[status] += number
        meter.sent += 200 * count
        meter.received += 800 * count

    def _fill_iterations(self, meter: IterationMeter, count: int, pace: float) -> None:
        for _ in range(count):
            meter.add(pace * self._random.uniform(0.8, 1.2))


class VirtualFleet:
    """What the conductor hears: a second of all workers, merged, each time that it asks; then the end.

    Workers are processes, as in a run; a full pipe holds back the one that is ahead.
    """

    def __init__(self, seconds: int) -> None:
        self.now = 0.0
        command = [sys.executable, __file__, str(seconds), "--worker"]
        self._workers = [Popen([*command, str(number)], stdout=PIPE) for number in range(WORKERS)]
        self._merger = Merger(range(WORKERS))
        end = {"is": "end", "phase": "load", "status": "done", "reason": "", "captures": {}, "notes": []}
        self._told: Iterator[dict[str, Any]] = chain([{"is": "ready"}], map(self._second, range(1, seconds + 1)), [end])

    def send(self, do: str, **fields: Any) -> None:
        """Whatever it is told, it goes on."""

    def receive(self, timeout: float) -> dict[str, Any]:
        """The next message."""
        return next(self._told)

    def memory(self) -> tuple[int, int]:
        """Resident bytes of this process, and of it and all workers."""
        own = resident()
        return own, own + sum(resident(worker.pid) for worker in self._workers)

    def close(self) -> None:
        """See to it that all workers have ended."""
        for worker in self._workers:
            assert worker.stdout is not None
            worker.stdout.close()
            worker.wait()

    def _second(self, t: int) -> dict[str, Any]:
        self.now = float(t)
        for number, worker in enumerate(self._workers):
            assert worker.stdout is not None
            self._merger.add(number, orjson.loads(worker.stdout.readline()))
        return {"is": "snapshot", **self._merger.take()}


def work(number: int, seconds: int) -> None:
    """One worker's virtual time, a line a second on stdout. Its last word waits until it is read."""
    with HealthProbe() as probe, suppress(BrokenPipeError):
        worker = VirtualWorker(number, probe)
        for t in range(1, seconds + 1):
            sys.stdout.buffer.write(orjson.dumps(worker.second(t)) + b"\n")
            sys.stdout.buffer.flush()
        gone = select.poll()
        gone.register(sys.stdout.fileno(), 0)
        gone.poll()  # until nobody reads any more: its memory is looked at till then


def replay(seconds: int, folder: Path) -> tuple[Head, Conductor, array[float], array[float]]:
    """→ its head, what conducted it; resident bytes at the end of each second, of the parent and of all processes."""
    spec = load_bytes(json.dumps(document(seconds)).encode(), "hour.yaml").spec
    head = head_of(spec, RunOptions(run_id="virtual", seed=1), "2026-11-30T00:00:00.000+00:00", {}, WORKERS)
    journal = Journal(folder, head)
    parent, whole = array("d"), array("d")
    fleet = VirtualFleet(seconds)

    def record(record: Any) -> str:
        failure = journal.write(record)
        if record["is"] == "snapshot":
            for column, memory in zip((parent, whole), fleet.memory(), strict=True):
                column.append(memory)
        return failure

    show = live(StringIO(), True, False, head.scenarios, spec.name)
    conductor = Conductor(spec, fleet, show, lambda: 0, record, lambda: fleet.now)
    try:
        conductor.run()
    finally:
        journal.close()
        fleet.close()
    return head, conductor, parent, whole


def pages(result: RunResult) -> tuple[list[float], int]:
    """Seconds that its report takes, the first time with all that is loaded for it; its bytes."""
    took, page = [], ""
    for _ in range(PAGES):
        began = time.perf_counter()
        page = build(result)
        took.append(time.perf_counter() - began)
    return took, len(page.encode())


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seconds", type=int)
    parser.add_argument("--worker", type=int)
    args = parser.parse_args(argv)
    if args.worker is not None:
        work(args.worker, args.seconds)
        return 0
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        head, conductor, parent, whole = replay(args.seconds, Path(folder))
    samples = conductor.ledger.collector.stores["load"].total("http_reqs")
    took, size = pages(assemble(head, conductor.ledger))
    found = {"samples": samples, "parent": list(parent), "memory": list(whole), "pages": took, "bytes": size}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
