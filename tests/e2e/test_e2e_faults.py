"""What can go wrong with a run: signals, aborts, full disks, dead processes. Nothing measured is lost."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support_cli import REFERENCE, Done, books, command, environment, finish, run, served, start, workers_of

from loadspec.mock import MockProcess

SLOW = """\
loadspec: 1
name: slow
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints:
  login: {method: POST, path: /api/auth/login, json: {email: a@b.c}}
  credits: {path: /api/credits, auth: {bearer: x}}
flow:
  - call: login
  - think: 200ms
teardown:
  - call: credits
vus: 3
duration: 60s
"""


def spec(tmp_path: Path, text: str = SLOW) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    return path


def wait_for_load(mock: MockProcess, requests: int = 6) -> None:
    """Until the mock has counted some requests: the load is on."""
    for _ in range(600):
        if sum(served(mock.stats()).values()) >= requests:
            return
        time.sleep(0.05)
    raise AssertionError("the load never began")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_first_signal_ends_the_run_gracefully(tmp_path: Path, mock: MockProcess, number: int) -> None:
    process = start(tmp_path / "r", spec(tmp_path), url=mock.url)
    wait_for_load(mock)
    process.send_signal(number)
    done = finish(process, tmp_path / "r")
    assert done.code == 105, done.stderr
    assert done.results["verdict"] == "INTERRUPTED"
    assert "INTERRUPTED" in done.stdout.rstrip().splitlines()[-1]
    assert done.results["iterations"]["interrupted"] == 0
    assert mock.stats()["credits"], "teardown ran"
    assert books(done) == served(mock.stats())


def test_a_second_signal_ends_it_now_with_all_files(tmp_path: Path, mock: MockProcess) -> None:
    text = SLOW.replace("think: 200ms", "think: 50s")
    process = start(tmp_path / "r", spec(tmp_path, text), url=mock.url)
    wait_for_load(mock, 3)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    done = finish(process, tmp_path / "r")
    assert done.code == 105
    assert done.results["iterations"] == {"started": 3, "completed": 0, "interrupted": 3, "dropped": 0}
    assert "credits" not in mock.stats(), "no teardown after a second signal"
    assert done.html
    assert done.junit is not None


def test_an_aborting_threshold_ends_the_run(tmp_path: Path, mock: MockProcess) -> None:
    mock.configure(error_rate=1.0)
    text = REFERENCE.read_text().replace("  errors: rate < 10%", "  errors: {that: rate < 10%, abort: true, after: 1s}")
    done = run(tmp_path / "r", spec(tmp_path, text), "--vus", 2, "--duration", "60s", url=mock.url)
    assert done.code == 99
    assert done.results["times"]["duration_s"] < 55
    assert "the run was ended after" in " ".join(done.stdout.split()), "the sentence takes more than a line"
    assert done.threshold("errors: rate < 10%")["aborted"] is True


def test_on_fail_abort_ends_the_run_with_108(tmp_path: Path, mock: MockProcess) -> None:
    mock.configure(error_rate=1.0)
    text = REFERENCE.read_text().replace("  - call: generate\n", "  - call: generate\n    on_fail: abort\n")
    done = run(tmp_path / "r", spec(tmp_path, text), "--vus", 2, "--duration", "60s", url=mock.url)
    assert done.code == 108
    assert done.results["verdict"] == "ABORTED"
    assert "generate" in done.results["sentence"]
    assert " ".join(done.stdout.split()).endswith(done.results["sentence"])
    assert books(done) == served(mock.stats())


def test_no_place_for_reports_is_found_before_the_load(tmp_path: Path, mock: MockProcess) -> None:
    (tmp_path / "file").write_text("")
    line = command("run", REFERENCE, "--report-dir", tmp_path / "file" / "reports")
    done = subprocess.run(line, capture_output=True, text=True, env=environment(API_BASE=mock.url), timeout=60)
    assert done.returncode == 94
    assert "cannot be written" in done.stderr
    assert "help:" in done.stderr
    assert "Traceback" not in done.stderr
    assert mock.stats() == {}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run"], 2, "Missing argument"),
        (["run", "missing.yaml"], 104, "missing.yaml"),
        (["run", str(REFERENCE), "--bogus"], 2, "No such option"),
        (["run", str(REFERENCE), "--vus", "5"], 104, "--stages"),
        (["run", str(REFERENCE), "--profile", "smok"], 104, "smoke"),
        (["run", str(REFERENCE), "--var", "nonsense"], 2, "NAME=VALUE"),
        (["run", str(REFERENCE), "--out", "csb=x"], 2, "json"),
        (["run", str(REFERENCE), "--run-id", "../up"], 2, "folder name"),
        (["run", str(REFERENCE), "--stages", "5"], 104, "--stages"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_wrong_usage_says_what_and_how(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, env=environment(), timeout=60, cwd=tmp_path
    )
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_invalid_spec_points_at_the_token(tmp_path: Path) -> None:
    path = spec(tmp_path, SLOW.replace("teardown:", "teardwon:"))
    done = subprocess.run(command("validate", path), capture_output=True, text=True, env=environment(), timeout=60)
    assert done.returncode == 104
    assert "unknown key `teardwon`" in done.stderr
    assert f"{path}:11:1" in done.stderr
    assert "^^^^^^^^ did you mean `teardown`?" in done.stderr


def test_a_killed_worker_loses_load_and_says_so(tmp_path: Path, mock: MockProcess) -> None:
    path = spec(tmp_path, f"{SLOW}thresholds: {{http_req_duration: p(95) < 20s}}\n")
    process = start(tmp_path / "r", path, url=mock.url)
    wait_for_load(mock)
    time.sleep(1.5)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    done = finish(process, tmp_path / "r")
    assert done.code == 95
    assert "load was lost" in done.stdout.rstrip().splitlines()[-1]
    assert done.results["thresholds"][0]["status"] == "inconclusive", "nobody knows what it would have been"
    assert done.results["requests"]["by_phase"]["load"]["sent"] > 0, "what was measured is kept"


def test_a_killed_parent_takes_its_worker_along(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), url=mock.url)
    wait_for_load(mock)
    (worker,) = workers_of(process.pid)
    process.kill()
    process.communicate(timeout=60)
    for _ in range(200):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.05)
    os.kill(worker, signal.SIGKILL)
    raise AssertionError("the worker outlived its parent")


def test_a_dying_server_is_reported_not_hidden(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", REFERENCE, "--vus", 2, "--duration", "3s", url=mock.url)
    wait_for_load(mock, 3)
    mock.stop()
    done = finish(process, tmp_path / "r")
    assert done.code == 99
    kinds = {error["kind"] for error in done.results["errors"]}
    assert kinds & {"refused", "closed", "reset"}


@pytest.mark.parametrize(
    "redirection",
    [">&-", "2>&-", ">&- 2>&- <&-", "| true", "2>&1 | true"],
    ids=["stdout", "stderr", "all", "pipe", "both"],
)
def test_closed_streams_do_not_change_the_exit_code(tmp_path: Path, mock: MockProcess, redirection: str) -> None:
    options = ["--vus", 1, "-i", 1, "--report-dir", tmp_path / "r", "--allow-saturated"]
    line = shlex.join(command("run", REFERENCE, *options))
    script = f"set -o pipefail; {line} {redirection}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, env=environment(API_BASE=mock.url), timeout=60)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert books(Done(0, "", "", tmp_path / "r")) == served(mock.stats())


def test_a_run_is_never_written_over_another(tmp_path: Path, mock: MockProcess) -> None:
    for expected in (0, 2):
        done = run(tmp_path / "r", REFERENCE, "--vus", 1, "-i", 1, "--run-id", "same", url=mock.url)
        assert done.code == expected
    assert "holds a run already" in done.stderr
    assert served(mock.stats())["login"] == 2


def test_a_number_that_the_server_makes_up_ends_nothing(tmp_path: Path, mock: MockProcess) -> None:
    text = SLOW.replace("vus: 3\nduration: 60s", "vus: 1\niterations: 3").replace(
        "  - call: login\n",
        "  - call: login\n    record: {odd: int('123456789012345678901234567890'), nan: float('nan'), huge: 1e307}\n",
    )
    text += "metrics: {odd: counter, nan: gauge, huge: trend}\n"
    done = run(tmp_path / "r", spec(tmp_path, text), url=mock.url)
    assert done.code == 0, done.stderr
    assert done.results["metrics"]["odd"]["total"]["count"] > 0
    assert done.results["metrics"]["nan"]["total"] is None


def test_a_stuck_worker_is_given_up_after_a_second_signal(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), url=mock.url)
    wait_for_load(mock)
    time.sleep(1.2)
    (worker,) = workers_of(process.pid)
    os.kill(worker, signal.SIGSTOP)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.4)
    done = finish(process, tmp_path / "r")
    assert done.code == 105
    assert done.results["requests"]["by_phase"]["load"]["sent"] > 0
    assert not Path(f"/proc/{worker}").exists()


@pytest.mark.parametrize("bad", [["--seed", "99999999999999999999999"], ["--seed", "-1"]])
def test_a_seed_has_bounds(tmp_path: Path, bad: list[str]) -> None:
    done = run(tmp_path / "r", REFERENCE, *bad)
    assert done.code == 2
    assert "--seed" in done.stderr


def test_a_variable_that_is_no_text_is_an_error_of_its_place(tmp_path: Path) -> None:
    env = {**os.environb, b"LOAD_USER": b"\xff\xfe"}
    done = subprocess.run(command("run", REFERENCE), capture_output=True, env=env, timeout=60, cwd=tmp_path)
    assert done.returncode == 104
    assert b"`LOAD_USER` is no UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_dead_server_passes_no_check_and_no_run(tmp_path: Path) -> None:
    text = SLOW.replace("vus: 3\nduration: 60s", "vus: 1\niterations: 3").replace(
        "  - call: login\n", "  - call: login\n    checks: {no error: status < 500, small: size >= 0}\n"
    )
    done = run(tmp_path / "r", spec(tmp_path, text + "thresholds: {iterations: count >= 3}\n"))
    assert done.code == 95
    assert done.results["verdict"] == "INVALID"
    assert "nothing was measured: none of 3 requests was answered (refused)" in done.stdout.splitlines()[-1]
    assert [check["passes"] for check in done.results["checks"]] == [0, 0]


@pytest.mark.parametrize("target", ["missing/x.json", "folder", "file/x.json"])
def test_no_place_for_out_is_found_before_the_load(tmp_path: Path, mock: MockProcess, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    done = run(tmp_path / "r", REFERENCE, "--vus", 1, "-i", 1, "-q", "--out", f"json={tmp_path / target}", url=mock.url)
    assert done.code == 94
    assert "cannot write " in done.stderr
    assert mock.stats() == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_what_could_not_be_written_is_said_by_the_files_that_could(tmp_path: Path, mock: MockProcess) -> None:
    done = run(tmp_path / "r", REFERENCE, "--vus", 1, "-i", 1, "--out", "json=/dev/full", url=mock.url)
    assert done.code == 94, done.stderr
    assert (done.results["exit_code"], done.results["verdict"]) == (94, "INVALID")
    assert "No space left on device" in done.results["sentence"]
    assert "No space left on device" in done.html
    properties = {one.get("name"): one.get("value") for one in done.junit.iter("property")}
    assert properties["exit_code"] == "94"


def test_a_teardown_that_times_out_is_no_pass(tmp_path: Path, mock: MockProcess) -> None:
    text = SLOW.replace("  - call: credits\n", "  - think: 50s\n") + "teardown_timeout: 200ms\n"
    done = run(tmp_path / "r", spec(tmp_path, text), "--vus", 1, "-i", 1, url=mock.url)
    assert done.code == 101, done.stderr
    assert done.results["verdict"] == "FAIL"
    (case,) = [case for case in done.junit.iter("testcase") if case.get("name") == "run"]
    assert case.find("error") is not None


@pytest.mark.parametrize(
    ("url", "says"), [("localhost:80", "http://"), ("ftp://x", "only http"), ("http://u:sekret99@h", "user name")]
)
def test_a_base_url_that_is_none_is_refused_with_its_place(tmp_path: Path, url: str, says: str) -> None:
    done = run(tmp_path / "r", REFERENCE, "-i", 1, "--vus", 1, url=url)
    assert done.code == 104
    assert says in done.stderr
    assert "target.base_url" in done.stderr
    assert "sekret99" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--var", "await_image=no"], "true or false"),
        (["--stages", "9999999999d:1"], "longer than a year"),
        (["--stages", "9" * 400 + "s:1"], "longer than a year"),
        (["--stages", ""], "no stage"),
    ],
)
def test_values_that_mean_nothing_are_refused(tmp_path: Path, options: list[str], says: str) -> None:
    done = run(tmp_path / "r", REFERENCE, *options)
    assert done.code == 104, done.stdout
    assert says in done.stderr
    assert "Traceback" not in done.stderr
