"""Is it the server or is it the generator: a worker that is kept from running is told from one that is not."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from support_cli import Done, command, environment, finish

from loadspec.mock import MockProcess

SPEC = """\
loadspec: 1
name: steady
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints:
  login: {method: POST, path: /api/auth/login, json: {email: a@b.c}}
flow:
  - call: login
  - think: 50ms
vus: 2
duration: SECONDS
thresholds:
  http_req_duration: p(95) < 60s
  http_req_failed: rate < 50%
"""
STUTTER = 4.5
"""Seconds in which a worker stands still half of the time: longer than the verdict takes."""


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The process ids of a run's workers, in the order in which they were started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return sorted(map(int, children))


def run_stuttering(tmp_path: Path, mock: MockProcess, seconds: float, *options: str) -> Done:
    """A run whose last worker stutters for some time, after its first requests."""
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.replace("SECONDS", f"{seconds + 1.5:g}s"))
    (tmp_path / "r").mkdir()
    process = subprocess.Popen(
        command("run", path, "--report-dir", tmp_path / "r", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(API_BASE=mock.url),
    )
    while not mock.stats().get("login"):
        assert process.poll() is None
        threading.Event().wait(0.05)
    worker = workers_of(process)[-1]
    for _ in range(int(seconds / 0.5)):
        for number in (signal.SIGSTOP, signal.SIGCONT):
            os.kill(worker, number)
            threading.Event().wait(0.25)
    return finish(process, tmp_path / "r")


@pytest.mark.parametrize(("options", "code", "status"), [((), 95, "inconclusive"), (("--allow-saturated",), 0, "pass")])
def test_a_worker_that_is_kept_from_running_is_told(
    tmp_path: Path, mock: MockProcess, options: tuple[str, ...], code: int, status: str
) -> None:
    done = run_stuttering(tmp_path, mock, STUTTER, *options)
    assert done.code == code, done.stdout
    results = done.results
    assert results["generator_limited"] is True
    assert done.threshold("http_req_duration: p(95) < 60s")["status"] == status
    assert done.threshold("http_req_failed: rate < 50%")["status"] == "pass"
    (worker,) = results["health"]
    assert worker["limited_s"] >= 2.9
    assert worker["worst"]["lag_p99_ms"] > 100
    assert worker["causes"][0]["way_out"]
    assert any("worker 1 is at its limit" in event["text"] for event in results["events"])
    assert "the generator was at the limit for" in done.stdout
    assert "the generator was at the limit for" in done.html
    if code:
        assert results["verdict"] == "INCONCLUSIVE"
        assert "1 of 2 thresholds are inconclusive" in done.stdout


def test_a_load_that_has_no_seconds_to_judge_is_not_told(tmp_path: Path, mock: MockProcess) -> None:
    """Shorter than three seconds: whatever else this machine does, there is no verdict."""
    done = run_stuttering(tmp_path, mock, 0.0)
    assert done.code == 0, done.stdout
    (worker,) = done.results["health"]
    assert worker["limited"] == []
    assert worker["causes"] == []
    assert worker["seconds"]["cpu_percent"]
    assert len({len(column) for column in worker["seconds"].values()}) == 1


def test_each_worker_is_judged_by_itself(tmp_path: Path, mock: MockProcess) -> None:
    done = run_stuttering(tmp_path, mock, STUTTER, "--workers", "2")
    assert done.code == 95, done.stdout
    _, second = done.results["health"]
    assert second["worker"] == 2
    assert second["limited_s"] >= 2.9
    assert "at the limit for" in done.results["sentence"]
