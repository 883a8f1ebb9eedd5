"""Signals in every phase of a run, as terminals, shells and CI send them: all files are there, and they agree."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from support_cli import HANG, Done, books, environment, finish, run_command, served, start, workers_of

from loadspec.mock import MockProcess

PHASES = """\
loadspec: 1
name: phases
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints:
  login: {method: POST, path: /api/auth/login, json: {email: a@b.c}}
  credits: {path: /api/credits, expected_statuses: [401]}
setup:
  - call: login
  - think: SETUP
flow:
  - call: credits
  - think: FLOW
teardown:
  - call: login
  - think: TEARDOWN
vus: 3
"""


def spec(tmp_path: Path, load: str = "duration: 60s", **thinks: str) -> Path:
    """The spec, with how long setup, an iteration and teardown take."""
    text = PHASES
    for name in ("setup", "flow", "teardown"):
        text = text.replace(name.upper(), thinks.get(name, "10ms"))
    path = tmp_path / "spec.yaml"
    path.write_text(f"{text}{load}\n")
    return path


def wait(until: Callable[[], object]) -> None:
    """Until something holds."""
    end = time.monotonic() + HANG
    while not until():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.005)


def journal(tmp_path: Path) -> bytes:
    """The newest records, and whatever else the journal holds."""
    found = b""
    for path in (tmp_path / "r").glob("*/journal*"):
        with suppress(FileNotFoundError):  # it goes when the run has ended
            found += path.read_bytes()
    return found


def asked(mock: MockProcess, endpoint: str, times: int = 1) -> Callable[[], bool]:
    return lambda: served(mock.stats()).get(endpoint, 0) >= times


def whole(done: Done) -> None:
    """All files are there and whole, and say what the exit code says."""
    assert done.results["exit_code"] == done.code
    assert done.html.rstrip().endswith("</html>")
    properties = {one.get("name"): one.get("value") for one in done.junit.iter("property")}
    assert properties["exit_code"] == str(done.code)
    assert not list(done.run.glob(".*")), "nothing half written is left"
    assert "Traceback" not in done.stderr


def interrupted(done: Done, mock: MockProcess) -> None:
    whole(done)
    assert done.code == 105, done.stderr
    assert done.results["verdict"] == "INTERRUPTED"
    assert "INTERRUPTED" in done.stdout.rstrip().splitlines()[-1]
    assert books(done) == served(mock.stats())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_in_start_up_nothing_is_sent(tmp_path: Path, mock: MockProcess, number: int) -> None:
    process = start(tmp_path / "r", spec(tmp_path), "--workers", 2, url=mock.url)
    wait(lambda: workers_of(process.pid))
    process.send_signal(number)
    done = finish(process, tmp_path / "r")
    interrupted(done, mock)
    assert mock.stats() == {}
    assert "before any load" in done.results["sentence"]


def test_in_setup_the_load_is_left_out(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path, setup="1s"), url=mock.url)
    wait(asked(mock, "login"))
    process.send_signal(signal.SIGTERM)
    interrupted(finish(process, tmp_path / "r"), mock)
    assert served(mock.stats()) == {"login": 2}, "setup, which has its time, and teardown"


def test_in_the_graceful_stop_what_is_in_flight_has_its_time(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path, "duration: 1s", flow="3s"), url=mock.url)
    wait(asked(mock, "credits", 3))
    time.sleep(1.2)
    process.send_signal(signal.SIGTERM)
    done = finish(process, tmp_path / "r")
    interrupted(done, mock)
    assert done.results["iterations"]["completed"] == 3
    assert served(mock.stats())["login"] == 2


def test_in_teardown_that_is_ended(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path, "iterations: 3", teardown="1s"), url=mock.url)
    wait(asked(mock, "login", 2))
    process.send_signal(signal.SIGTERM)
    done = finish(process, tmp_path / "r")
    interrupted(done, mock)
    assert not any("teardown" in warning for warning in done.results["warnings"])


def test_a_second_in_teardown_ends_it(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path, "iterations: 3", teardown="50s"), url=mock.url)
    wait(asked(mock, "login", 2))
    process.send_signal(signal.SIGINT)
    wait(lambda: b"stopping after teardown" in journal(tmp_path))
    process.send_signal(signal.SIGTERM)
    done = finish(process, tmp_path / "r")
    interrupted(done, mock)
    assert "teardown failed: it was not done in time after the signal" in done.results["warnings"]


def test_while_files_are_written_it_changes_nothing(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path, "iterations: 3"), url=mock.url)
    wait(lambda: b'"is":"over"' in journal(tmp_path) or list((tmp_path / "r").glob("*/results.json")))
    process.send_signal(signal.SIGTERM)
    done = finish(process, tmp_path / "r")
    whole(done)
    assert (done.code, done.results["verdict"]) == (0, "PASS")


def test_workers_do_not_hear_what_is_sent_to_all_processes(tmp_path: Path, mock: MockProcess) -> None:
    """As service managers do; also while the workers start."""
    process = start(tmp_path / "r", spec(tmp_path, "duration: 2s"), "--workers", 2, url=mock.url)
    told: set[int] = set()
    while not asked(mock, "credits", 3)():
        for worker in workers_of(process.pid):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(worker, number)
            told.add(worker)
        time.sleep(0.005)
    done = finish(process, tmp_path / "r")
    assert len(told) == 2
    assert done.code == 0, done.stderr
    assert books(done) == served(mock.stats())


@pytest.mark.parametrize(
    ("ignored", "number"), [("INT", signal.SIGINT), ("HUP", signal.SIGHUP)], ids=["in the background", "nohup"]
)
def test_what_it_was_started_to_ignore_it_ignores(
    tmp_path: Path, mock: MockProcess, ignored: str, number: signal.Signals
) -> None:
    (tmp_path / "r").mkdir()
    line = run_command(tmp_path / "r", spec(tmp_path, "duration: 2s"))
    process = subprocess.Popen(
        ["sh", "-c", f'trap "" {ignored}; exec "$@"', "sh", *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(API_BASE=mock.url),
    )
    wait(asked(mock, "credits"))
    process.send_signal(number)
    done = finish(process, tmp_path / "r")
    whole(done)
    assert done.code == 0, done.stderr


@pytest.mark.parametrize(("nohup", "code"), [(False, 105), (True, 0)])
def test_a_terminal_that_goes_away_costs_no_file(tmp_path: Path, mock: MockProcess, nohup: bool, code: int) -> None:
    line = run_command(tmp_path / "r", spec(tmp_path, "duration: 2s"))
    before = 'trap "" HUP; ' if nohup else ""
    pid, terminal = pty.fork()
    if not pid:
        os.execvpe("sh", ["sh", "-c", f'{before}exec "$@"', "sh", *line], environment(API_BASE=mock.url))
    wait(asked(mock, "credits"))
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == code
    done = Done(code, "", "", tmp_path / "r")
    whole(done)
    assert books(done) == served(mock.stats())
    assert served(mock.stats())["login"] == 2, "teardown ran"


@pytest.mark.drill
def test_the_sequence_of_a_ci_job_that_is_cancelled(tmp_path: Path, mock: MockProcess) -> None:
    """SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL: what is in flight and teardown take longer than that, files do not."""
    process = start(tmp_path / "r", spec(tmp_path, flow="60s", teardown="60s"), "--workers", 2, url=mock.url)
    wait(asked(mock, "credits", 3))
    process.send_signal(signal.SIGINT)
    for number, seconds in ((signal.SIGTERM, 7.5), (signal.SIGKILL, 2.5)):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
    done = finish(process, tmp_path / "r")
    interrupted(done, mock)
    assert done.results["iterations"]["interrupted"] == 3
    assert served(mock.stats())["login"] == 2, "teardown began"
    assert "teardown failed: it was not done in time after the signal" in done.results["warnings"]


@pytest.mark.drill
def test_with_a_quick_teardown_files_are_there_before_the_second_signal(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path, flow="60s"), "--workers", 2, url=mock.url)
    wait(asked(mock, "credits", 3))
    process.send_signal(signal.SIGINT)
    try:
        process.wait(7.5)
    except subprocess.TimeoutExpired:
        process.kill()
    interrupted(finish(process, tmp_path / "r"), mock)


@pytest.mark.drill
def test_a_stuck_worker_leaves_time_for_the_files(tmp_path: Path, mock: MockProcess) -> None:
    """One signal and then a kill ten seconds later, as containers are stopped."""
    process = start(tmp_path / "r", spec(tmp_path), url=mock.url)
    wait(asked(mock, "credits", 6))
    time.sleep(1.2)
    for worker in workers_of(process.pid):
        os.kill(worker, signal.SIGSTOP)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
    done = finish(process, tmp_path / "r")
    whole(done)
    assert done.code == 105
    assert done.results["requests"]["by_phase"]["load"]["sent"] > 0
