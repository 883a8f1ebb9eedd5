"""kill -9 of a worker or of the parent at random moments, seeded: books balance, files are whole, nobody is left."""

from __future__ import annotations

import csv
import gzip
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyarrow import parquet
from support_cli import Done, books, command, environment, finish, start, workers_of
from support_net import Conn, ScriptedServer, answer

SEED = 20261130
KILLS = 50
BATCH = 10
AT_ONCE = 4
LATEST = 4.0
"""Seconds after its first request by which a run is hit; it takes about as long."""
START_UP = 0.7
"""The same after its workers were started, for one in five."""
SPEC = """\
loadspec: 1
name: hit
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints: {begin: {path: /begin}, odd: {path: /odd}, even: {path: /even}, end: {path: /end}}
setup: [{call: begin}, {think: 200ms}]
flow:
  - {call: odd, when: vu % 2 == 1}
  - {call: even, when: vu % 2 == 0}
  - think: 20ms
teardown: [{think: 200ms}, {call: end}]
vus: 4
duration: 3s
graceful_stop: 1s
thresholds: {http_req_duration: p(95) < 20s}
outputs: {csv: s.csv, jsonl: s.jsonl.gz, parquet: s.parquet}
"""
OF_WORKER = ("odd", "even")
"""The endpoint that the users of the first and the second worker ask."""
USERS = 2
HELD = 3.0
"""Seconds of rows that a worker has not yet written, at most."""
READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "s.csv": lambda path: list(csv.DictReader(path.read_text().splitlines())),
    "s.jsonl.gz": lambda path: [*map(json.loads, gzip.decompress(path.read_bytes()).splitlines())],
    "s.parquet": lambda path: parquet.read_table(path).to_pylist(),
}


@dataclass
class Server:
    """Counts by path, with the time of each."""

    came: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = ScriptedServer(self._serve)

    def _serve(self, conn: Conn) -> None:
        while request := conn.request():
            self.came.append((time.monotonic(), request.split(b" ")[1].decode().strip("/")))
            conn.send(answer())

    def counts(self, until: float = float("inf")) -> Counter[str]:
        return Counter(path for at, path in self.came if at <= until)


@dataclass
class Hit:
    """A run that was hit: `worker` is the index of the one that was killed, None for the parent."""

    done: Done
    server: Server
    at: float
    left: list[int]
    worker: int | None = None

    @property
    def run(self) -> Path | None:
        """Its folder, if it came to have one."""
        runs = [path for path in self.done.directory.iterdir() if path.is_dir() and not path.is_symlink()]
        return runs[0] if runs else None


def marked(name: str) -> list[int]:
    """The processes of a run, itself included, in the order in which they were started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"DRILL={name}\0".encode() in (place / "environ").read_bytes() and (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return sorted(found)


def wait_until(process: subprocess.Popen[str], condition: Callable[[], object]) -> None:
    """Until something holds, or the run has ended."""
    while process.poll() is None and not condition():
        time.sleep(0.01)


def hit(directory: Path, number: int) -> Hit:
    """Start run `number`, and kill what its seed says when its seed says."""
    random = Random(f"{SEED}/{number}")
    name, victim = f"{SEED}-{number}", random.choice((0, 1)) if number % 2 else None
    server = Server()
    path = directory / "spec.yaml"
    directory.mkdir()
    path.write_text(SPEC)
    process = start(directory / "r", path, "--workers", 2, url=server.server.url, DRILL=name)
    if number % 5:
        wait_until(process, lambda: server.came)
        time.sleep(random.uniform(0.0, LATEST))
    else:
        wait_until(process, lambda: len(workers_of(process.pid)) == 2)
        time.sleep(random.uniform(0.0, START_UP))
    found = workers_of(process.pid)
    if victim is None:
        process.kill()
    elif len(found) == 2:
        os.kill(found[victim], signal.SIGKILL)
    at = time.monotonic()
    done = finish(process, directory / "r")
    end = time.monotonic() + 5.0
    while (left := marked(name)) and time.monotonic() < end:
        time.sleep(0.1)
    server.server.close()
    return Hit(done, server, at, left, victim)


def rebuilt(run: Path) -> dict[str, Any]:
    """What `loadspec report` makes of a run that was killed."""
    line = command("report", run)
    told = subprocess.run(line, capture_output=True, text=True, timeout=60, env=environment())
    assert "Traceback" not in told.stderr
    done = Done(told.returncode, told.stdout, told.stderr, run.parent)
    results = done.results
    assert done.html.rstrip().endswith("</html>")
    assert done.junit is not None
    return results


def whole(one: Hit) -> None:
    """A run that came to its end: its files are whole and agree, and count what the server did."""
    done = one.done
    assert done.results["exit_code"] == done.code
    assert done.html.rstrip().endswith("</html>")
    assert done.junit is not None
    assert not list(done.run.glob(".*"))
    iterations = done.results["iterations"]
    assert iterations["started"] == iterations["completed"] + iterations["interrupted"]


def check_worker(one: Hit) -> None:
    """The rest goes on; what the lost one did since its last word is missing, and nothing else."""
    whole(one)
    done, results, served = one.done, one.done.results, one.server.counts()
    told = books(done)
    missed = {name: served[name] - told.get(name, 0) for name in ("begin", *OF_WORKER, "end")}
    assert one.worker is not None
    lost, other = OF_WORKER[one.worker], OF_WORKER[1 - one.worker]
    if done.code == 0:
        assert set(missed.values()) == {0}, missed
        return
    assert done.code == 95, done.stderr
    assert results["thresholds"][0]["status"] == "inconclusive"
    last = one.server.counts(one.at - 2.0)
    if results["degraded"]:
        (loss,) = results["degraded"]["lost_workers"]
        assert (loss["worker"], loss["why"]) == (one.worker + 1, "ended with code -9")
        assert missed.pop(other) == missed["begin"] == missed["end"] == 0, missed
        assert 0 <= missed.pop(lost) <= served[lost] - last[lost], "at most what it did in the two seconds before"
    else:  # in start-up, or the one that set up
        assert results["verdict"] == "INVALID"
        assert "load was lost" in results["sentence"]
        assert served[lost] == served[other] == 0
        assert 0 <= missed["begin"] <= 1


def check_parent(one: Hit) -> None:
    """At most the last two seconds are lost, and `loadspec report` says what the rest was."""
    if one.done.code == 0:  # it was done before
        whole(one)
        assert books(one.done) == one.server.counts()
        return
    assert one.done.code == -signal.SIGKILL
    if one.run is None or not (one.run / "journal").exists():
        assert not one.server.came
        return
    served, before = one.server.counts(), one.server.counts(one.at - 2.0)
    counted: Counter[str] = Counter()
    for row in rebuilt(one.run)["requests"]["by_endpoint"]:
        counted[row["endpoint"]] += row["sent"]
    for name in OF_WORKER:
        assert before[name] <= counted[name] <= served[name], (before, counted, served)
    check_samples(one.run, one.server.counts(one.at - HELD), served)


def check_samples(run: Path, before: Counter[str], served: Counter[str]) -> None:
    """Files of samples were made of their parts, whose rows wait for the disk a little longer than a record."""
    assert not list(run.glob("*.part-*"))
    for name, read in READERS.items():
        rows = read(run / name) if (run / name).exists() else []
        counted = Counter(row["endpoint"] for row in rows if row.get("type", "request") == "request")
        for endpoint in OF_WORKER:
            assert before[endpoint] <= counted[endpoint] <= served[endpoint], (name, before, counted, served)


def drill(directory: Path, number: int) -> str:
    """Run `number`, hit and looked at → who was killed in what: `worker in load`."""
    one = hit(directory / str(number), number)
    assert "Traceback" not in one.done.stderr
    assert not one.left, f"run {number}: a process outlived it by five seconds"
    (check_parent if one.worker is None else check_worker)(one)
    who = "parent" if one.worker is None else "worker"
    when = "the end" if one.done.code == 0 else "load" if one.server.counts()["odd"] else "start-up"
    return f"{who} in {when}"


@pytest.mark.drill
@pytest.mark.parametrize("first", range(0, KILLS, BATCH))
def test_whatever_is_killed_whenever(first: int, tmp_path: Path) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        hits = set(pool.map(partial(drill, tmp_path), range(first, first + BATCH)))
    assert {"parent in load", "worker in load"} <= hits
