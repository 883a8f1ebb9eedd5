"""kill -9 of a worker or of the parent at random moments, seeded: books balance, files are whole, nobody is left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from support_cli import Done, books, command, environment, finish, start
from support_net import Conn, ScriptedServer, answer

SEED = 20261130
KILLS = int(os.environ.get("KILLS", "50"))
BATCH = 10
AT_ONCE = 3
LATEST = 5.0
"""Seconds after its start by which a run is hit; it takes a little longer than that."""
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
"""
OF_WORKER = ("odd", "even")
"""The endpoint that the users of the first and the second worker ask."""
USERS = 2


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


def workers(name: str) -> list[int]:
    found = []
    for process in marked(name):
        try:
            if b"loadspec.fleet.worker" in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found


def hit(directory: Path, number: int) -> Hit:
    """Start run `number`, and kill what its seed says when its seed says."""
    random = Random(f"{SEED}/{number}")
    name, moment = f"{SEED}-{number}", random.uniform(0.2, LATEST)
    server = Server()
    path = directory / "spec.yaml"
    directory.mkdir()
    path.write_text(SPEC)
    process = start(directory / "r", path, "--workers", 2, url=server.server.url, DRILL=name)
    victim: int | None = None
    if number % 2:
        time.sleep(moment)
        process.kill()
    else:
        victim = random.randrange(2)
        while len(found := workers(name)) < 2 and process.poll() is None:
            time.sleep(0.01)
        time.sleep(moment * 0.9)
        if process.poll() is None:
            os.kill(found[victim], signal.SIGKILL)
    at = time.monotonic()
    done = finish(process, directory / "r")
    end = time.monotonic() + 5.0
    while (left := marked(name)) and time.monotonic() < end:
        time.sleep(0.02)
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


@pytest.fixture
def batch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Hit]]:
    first = request.param * BATCH
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield list(pool.map(lambda number: hit(tmp_path / str(number), number), range(first, first + BATCH)))


@pytest.mark.drill
@pytest.mark.parametrize("batch", range(KILLS // BATCH), indirect=True)
def test_whatever_is_killed_whenever(batch: list[Hit]) -> None:
    for one in batch:
        assert "Traceback" not in one.done.stderr
        assert not one.left, "a process outlived its run by five seconds"
        (check_parent if one.worker is None else check_worker)(one)
