"""`loadspec report`: a run's files again, after it ended as after it was killed; and disks that are full."""

from __future__ import annotations

import csv
import gzip
import json
import shlex
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace
from pyarrow import parquet
from support_cli import HANG, Done, books, command, environment, finish, run, run_command, served, start
from support_journal import head, records, written

from loadspec.mock import MockProcess
from loadspec.output_kinds import DEFAULT, RESOLVED
from loadspec.results.head import FileInfo

SPEC = """\
loadspec: 1
name: steady
env:
  API_BASE: {default: "http://127.0.0.1:9"}
  KEY: {default: s3cr3t-key-of-mine, secret: true}
target: {base_url: "{{ env.API_BASE }}", headers: {x-key: "{{ env.KEY }}"}}
endpoints:
  login: {method: POST, path: /api/auth/login, json: {email: a@b.c}, checks: {status is 200: status == 200}}
  credits: {path: /api/credits, auth: {bearer: x}}
setup: [call: login]
flow: [call: login, call: credits, think: 50ms]
teardown: [call: credits]
thresholds: {http_req_duration: p(95) < 30s, "http_req_waiting{endpoint:login}": p(95) < 30s}
outputs: {junit: units.xml, hgrm: {file: latency.hgrm, metric: http_req_waiting}}
vus: 3
duration: 60s
"""
FILES = [*DEFAULT, RESOLVED]
ASKED_FOR = ["units.xml", "latency.hgrm"]


def spec(tmp_path: Path, text: str = SPEC) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    return path


def report(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = command("report", *arguments)
    return subprocess.run(line, capture_output=True, text=True, timeout=HANG, env=environment())


def test_after_a_finished_run_every_file_is_the_same_byte_by_byte(tmp_path: Path, mock: MockProcess) -> None:
    done = run(tmp_path / "r", spec(tmp_path), "-d", "3s", "--workers", 2, url=mock.url)
    assert done.code == 0, done.stderr
    before = {path.name: path.read_bytes() for path in done.run.iterdir() if path.name != "journal"}
    assert before.keys() == {*FILES, *ASKED_FOR}
    for name in before:
        (done.run / name).unlink()
    again = report(tmp_path / "r" / "latest", "--out", f"json={tmp_path / 'out.json'}", "--quiet")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith("PASS: all 2 thresholds held")
    assert {path.name: path.read_bytes() for path in done.run.iterdir() if path.name != "journal"} == before
    assert (tmp_path / "out.json").read_bytes() == before["results.json"]


def killed(tmp_path: Path, mock: MockProcess, text: str = SPEC, *options: object, seconds: float = 3.0) -> Done:
    """A run whose parent was killed; its workers end by themselves."""
    process = start(tmp_path / "r", spec(tmp_path, text), "--workers", 2, *options, url=mock.url)
    (folder,) = wait_for(lambda: [*(tmp_path / "r").glob("2*/journal.tail")])
    wait_for(lambda: folder.read_bytes().count(b'"is":"snapshot"') > seconds)
    process.send_signal(signal.SIGKILL)
    return finish(process, tmp_path / "r")


def wait_for(condition):  # type: ignore[no-untyped-def]
    for _ in range(600):
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("that never came")


def test_after_kill_9_it_tells_what_was_measured_and_that_it_was_cut_off(tmp_path: Path, mock: MockProcess) -> None:
    done = killed(tmp_path, mock)
    assert done.code == -9
    assert (done.run / "spec.resolved.yaml").read_text().count("***") == 2
    assert (tmp_path / "r" / "latest").resolve() == done.run.resolve()
    again = report(done.run)
    assert (again.returncode, again.stderr) == (0, "")
    results = done.results
    assert (results["verdict"], results["exit_code"]) == ("INVALID", 95)
    assert results["sentence"].startswith("the run was cut off after ")
    assert results["sentence"] in again.stdout.replace("\n  ", " ")
    assert [row["status"] for row in results["thresholds"]] == ["inconclusive"] * 2
    assert results["thresholds"][1]["samples"] > 0
    assert {path.name for path in done.run.iterdir()} == {*FILES, *ASKED_FOR, "journal", "journal.tail"}
    assert "cut off" in done.html
    assert done.junit.find(".//testcase[@name='run']/error") is not None
    counted = served(mock.stats())
    for endpoint, number in books(done).items():
        assert number <= counted[endpoint], "no request that was not made"
    assert results["times"]["duration_s"] >= 3
    secret = b"s3cr3t-key-of-mine"
    assert all(secret not in path.read_bytes() for path in done.run.iterdir())


SAMPLES = SPEC.replace("outputs: {", "outputs: {csv: s.csv.gz, jsonl: more/s.jsonl, parquet: s.parquet, ")


def test_after_kill_9_samples_are_made_of_their_parts(tmp_path: Path, mock: MockProcess) -> None:
    """Of all parts but those whose file nobody names: a journal is not believed about files elsewhere."""
    elsewhere, forgotten = tmp_path / "e.csv", tmp_path / "f.csv"
    done = killed(tmp_path, mock, SAMPLES, "--out", f"csv={elsewhere}", "--out", f"csv={forgotten}")
    again = report(done.run, "--out", f"csv={elsewhere}")
    assert (again.returncode, again.stderr) == (0, "")
    rows = {
        "csv": list(csv.DictReader(gzip.decompress((done.run / "s.csv.gz").read_bytes()).decode().splitlines())),
        "jsonl": [*map(json.loads, (done.run / "more" / "s.jsonl").read_text().splitlines())],
        "parquet": parquet.read_table(done.run / "s.parquet").to_pylist(),
        "elsewhere": list(csv.DictReader(elsewhere.read_text().splitlines())),
    }
    counted = served(mock.stats())
    for name, found in rows.items():
        requests = Counter(row["endpoint"] for row in found if row.get("type", "request") == "request")
        assert requests.keys() == counted.keys(), name
        assert all(number <= counted[endpoint] for endpoint, number in requests.items()), name
        assert {row["phase"] for row in found} == {"setup", "load"}
    left = [path.name for path in tmp_path.rglob("*.part-*")]
    assert len(left) == 2
    assert all(name.startswith("f.csv.") for name in left)
    before = (done.run / "s.csv.gz").read_bytes()
    assert report(done.run).returncode == 0
    assert (done.run / "s.csv.gz").read_bytes() == before


def test_a_run_that_goes_on_is_left_alone(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), url=mock.url)
    wait_for(lambda: [*(tmp_path / "r").glob("2*/journal.tail")])
    refused = report(tmp_path / "r" / "latest")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "still goes on" in refused.stderr
    process.send_signal(signal.SIGINT)
    assert finish(process, tmp_path / "r").code == 105


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing"], "missing is no folder"),
        (["."], "holds no journal"),
        ([".", "--out", "csb=x"], "--out knows no `csb`"),
        ([], "Missing argument 'RUN_DIR'"),
    ],
)
def test_what_is_no_run_is_the_users_error(tmp_path: Path, arguments: list[str], says: str) -> None:
    line = command("report", *arguments)
    done = subprocess.run(line, capture_output=True, text=True, timeout=HANG, env=environment(), cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_what_can_be_written_is_written_although_other_files_cannot(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    written(folder, [*records(3)]).close()
    (folder / "report.html").mkdir()
    done = report(folder, "--quiet", "--out", f"json={tmp_path / 'out.json'}")
    assert done.returncode == 94
    assert f"cannot write {folder / 'report.html'}" in done.stderr
    assert done.stdout.count("\n") == 1
    assert {path.name for path in folder.iterdir()} >= {*FILES}
    assert (tmp_path / "out.json").read_bytes() == (folder / "results.json").read_bytes()


def test_a_strangers_journal_names_no_file_elsewhere(tmp_path: Path) -> None:
    files = [
        FileInfo("junit", "../out.xml", {}),
        FileInfo("junit", str(tmp_path / "out.xml"), {}),
        FileInfo("x", "x", {}),
    ]
    written(tmp_path / "run", [*records(3)], replace(head(), files=files)).close()
    assert report(tmp_path / "run", "--quiet").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"run"}


# A disk that is full: no file may grow beyond a size, as far as any process of the run is concerned


def full(tmp_path: Path, mock: MockProcess, kilobytes: int, *options: object) -> Done:
    line = run_command(tmp_path / "r", spec(tmp_path), *options)
    (tmp_path / "r").mkdir()
    shell = f"ulimit -f {kilobytes}; exec {shlex.join(line)}"
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, timeout=HANG, env=environment(API_BASE=mock.url)
    )
    return Done(done.returncode, done.stdout, done.stderr, tmp_path / "r")


def test_a_full_disk_lets_the_load_go_on_and_what_was_written_stays_readable(tmp_path: Path, mock: MockProcess) -> None:
    done = full(tmp_path, mock, 12, "-d", "8s")
    assert done.code == 94, done.stderr
    assert "Traceback" not in done.stderr
    assert "INVALID" in done.stdout
    assert "cannot write" in done.stdout
    assert "the journal" in done.stdout
    assert "ends early: File too large" in done.stderr
    assert sum(served(mock.stats()).values()) > 200, "the load went on"
    assert not (done.run / "report.html").exists()
    assert report(done.run).returncode == 0, "there is room again"
    counted, cut_off = served(mock.stats()), done.results["sentence"].startswith("the run was cut off after")
    assert cut_off or books(done) == counted, "whole where the result still fits, else it is said"
    assert all(number <= counted[endpoint] for endpoint, number in books(done).items())


def test_a_full_disk_ends_the_load_where_that_is_wanted(tmp_path: Path, mock: MockProcess) -> None:
    done = full(tmp_path, mock, 12, "-d", "60s", "--on-write-error", "stop")
    assert done.code == 94, done.stderr
    assert "of load, for the journal" in done.stdout
    assert mock.stats()["credits"], "teardown ran"
    assert report(done.run).returncode == 0
    events = json.dumps(done.results["events"])
    assert done.results["times"]["duration_s"] < 30
    assert events
