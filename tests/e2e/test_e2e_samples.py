"""Samples of real runs: their numbers are those of results.json, whatever the workers, the server and the disk do."""

from __future__ import annotations

import csv
import gzip
import json
import math
import os
import resource
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from support_cli import HANG, Done, environment, finish, run, run_command, start

from loadspec.mock import MockProcess

SPEC = """\
loadspec: 1
name: "=samples"
env: {API_BASE: {default: "http://127.0.0.1:9"}, GONE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
metrics: {weight: trend}
endpoints:
  login: {method: POST, path: /api/auth/login, json: {email: a@b.c}}
  missing: {path: /api/nothing}
  moved: {path: /api/redirect/2}
  gone: {path: "{{ env.GONE }}"}
setup:
  - call: login
scenarios:
  first:
    tags: {team: =cmd}
    flow:
      - call: missing
        checks: {found: status == 200}
        record: {weight: size * 2}
      - group: inner
        steps: [call: moved, call: gone]
    iterations: 20
    vus: 4
  second:
    flow: [call: login]
    rate: 20/s
    duration: 1s
teardown:
  - call: login
"""


def spec(folder: Path, text: str = SPEC) -> Path:
    path = folder / "spec.yaml"
    path.write_text(text)
    return path


def table(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return list(csv.DictReader(text.splitlines()))


def lines(path: Path, **wanted: str) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [row for row in map(json.loads, text.splitlines()) if wanted.items() <= row.items()]


def sent(done: Done) -> Counter[tuple[str, str]]:
    """(phase, endpoint) → requests, as results.json has them."""
    rows = done.results["requests"]["by_endpoint"]
    return Counter({(row["phase"], row["endpoint"]): row["sent"] + row["unsent"] for row in rows})


def percentile(values: list[float], share: float) -> float:
    """k6's, of the samples themselves."""
    values = sorted(values)
    rank = share * (len(values) - 1)
    low, high = values[math.floor(rank)], values[math.ceil(rank)]
    return low + (high - low) * (rank - math.floor(rank))


@pytest.mark.parametrize("workers", [1, 2])
def test_samples_are_what_results_json_counts(tmp_path: Path, mock: MockProcess, workers: int) -> None:
    outs = [f"--out={name}={tmp_path}/s.{end}" for name, end in (("csv", "csv.gz"), ("jsonl",) * 2, ("parquet",) * 2)]
    done = run(
        tmp_path / "reports",
        spec(tmp_path),
        *outs,
        f"--workers={workers}",
        url=mock.url,
    )
    assert done.code == 0, done.stderr
    requests = lines(tmp_path / "s.jsonl", type="request")
    cells = table(tmp_path / "s.csv.gz")
    assert Counter((row["phase"], row["endpoint"]) for row in requests) == sent(done)
    assert Counter((row["phase"], row["endpoint"]) for row in cells) == sent(done)
    assert sorted(parquet.read_table(tmp_path / "s.parquet").column("endpoint").to_pylist()) == sorted(
        row["endpoint"] for row in cells
    )
    iterations = lines(tmp_path / "s.jsonl", type="iteration")
    assert Counter(row["scenario"] for row in iterations) == {"first": 20, "second": 20}
    assert len(lines(tmp_path / "s.jsonl", type="check", check="found")) == 20
    weights = [row["value"] for row in lines(tmp_path / "s.jsonl", type="metric", metric="weight")]
    assert len(weights) == 20
    assert {row["group"] for row in requests if row["endpoint"] in ("moved", "gone")} == {"::inner"}
    assert [row["status"] for row in requests if row["endpoint"] == "moved"].count(200) == 20
    assert {(row["error"], row["error_code"]) for row in requests if row["endpoint"] == "gone"} == {("refused", 1212)}
    assert {row["extra_tags"] for row in cells if row["scenario"] == "first"} == {"team==cmd"}
    assert all(row["scheduled_latency_ms"] for row in cells if row["scenario"] == "second")
    assert not list(tmp_path.glob("*.part-*"))


def test_percentiles_of_the_samples_are_those_of_the_histogram(tmp_path: Path, mock: MockProcess) -> None:
    done = run(tmp_path / "reports", spec(tmp_path), f"--out=jsonl={tmp_path / 's.jsonl'}", url=mock.url)
    rows = [row for row in lines(tmp_path / "s.jsonl", type="request") if row["phase"] == "load"]
    for row in done.results["endpoints"]:
        own = [one for one in rows if one["endpoint"] == row["endpoint"] and one["expected_response"]]
        times = [one["http_req_duration_ms"] for one in own]
        if own:
            for share, name in ((0.5, "med_ms"), (0.95, "p95_ms"), (1.0, "max_ms")):
                assert row[name] == pytest.approx(percentile(times, share), rel=0.011, abs=0.002)


BUSY = SPEC[: SPEC.index("  second:")].replace("iterations: 20", "duration: 60s")


def test_after_a_kill_the_parts_join_by_cat(tmp_path: Path, mock: MockProcess) -> None:
    out = f"--out=csv={tmp_path / 's.csv.gz'}"
    process = start(tmp_path / "reports", spec(tmp_path, BUSY), out, "--workers=2", "--run-id=r", url=mock.url)
    until = time.monotonic() + HANG
    while time.monotonic() < until and (
        len(parts := sorted(tmp_path.glob("s.csv.gz.r.part-*"))) < 2 or min(p.stat().st_size for p in parts) < 10_000
    ):
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    finish(process, tmp_path / "reports")
    subprocess.run("cat s.csv.gz.r.part-* > s.csv.gz", shell=True, cwd=tmp_path, check=True)
    assert len({row["vu"] for row in table(tmp_path / "s.csv.gz")}) == 4


def test_a_disk_without_room_stops_no_load(tmp_path: Path, mock: MockProcess) -> None:
    """A limit on the size of files stands in for a full disk: both answer a write by an error."""
    folder = tmp_path / "reports"
    folder.mkdir()
    text = SPEC.replace("iterations: 20", "iterations: 600")
    target = tmp_path / "s.jsonl"
    line = run_command(folder, spec(tmp_path, text), f"--out=jsonl={target}")
    done = subprocess.run(
        line,
        capture_output=True,
        text=True,
        timeout=HANG,
        env=environment(API_BASE=mock.url),
        cwd=folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
    )
    result = Done(done.returncode, done.stdout, done.stderr, folder)
    assert result.results["iterations"]["completed"] == 620, done.stderr
    assert any("dropped" in warning and "samples" in warning for warning in result.results["warnings"])
    rows = lines(target, type="request")
    assert 0 < len(rows) < sum(sent(result).values())
