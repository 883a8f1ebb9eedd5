"""The program in a real pseudo-terminal: what it leaves on the screen, and that the terminal is as it was before."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest
from support_cli import HANG, environment, run_command, workers_of
from support_ui import check_golden

from loadspec.mock import MockConfig, MockProcess, start

SPEC = """\
loadspec: 1
name: captured
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints:
  login:
    method: POST
    path: /api/auth/login
    json: {email: a@b.c, password: p}
    capture: {token: $.token}
    checks: {logged in: status == 200}
  credits:
    path: /api/credits
    auth: {bearer: "{{ token }}"}
setup: [{call: login}]
flow: [{call: login}, {call: credits}, {think: 50ms}]
vus: 2
duration: SECONDS
thresholds:
  http_req_duration: p(95) < 30s
  http_reqs: {that: count > 9000, level: warn}
  http_req_failed: rate < 1%
"""
ROWS = 50
OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes its input the terminal that controls it, for Ctrl-C, and becomes another program."""


class Session:
    """A command whose terminal is ours."""

    def __init__(self, line: list[str], columns: int, folder: Path, **env: str) -> None:
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.raw = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWN_TERMINAL, *line],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            cwd=folder,
            env=environment(TERM="xterm-256color", **env),
            start_new_session=True,
        )
        os.set_blocking(self.master, False)
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            over = self._over.is_set()
            try:
                self.raw += os.read(self.master, 65536)
            except BlockingIOError:
                if over:
                    return
                time.sleep(0.01)

    def wait_for(self, text: bytes) -> None:
        """Until it was written."""
        _wait(lambda: text in self.raw)

    def type(self, keys: bytes) -> None:
        """As somebody at the keyboard."""
        os.write(self.master, keys)

    def end(self, columns: int) -> tuple[int, pyte.Screen]:
        """Its exit code, and what the screen shows then."""
        code = self.process.wait(HANG)
        self._over.set()
        self._reader.join()
        screen = pyte.Screen(columns, ROWS)
        pyte.ByteStream(screen).feed(self.raw)
        assert termios.tcgetattr(self.slave) == self.before
        assert not screen.cursor.hidden
        assert screen.cursor.x == 0
        assert b"\x1b[?1049h" not in self.raw, "no alternate screen"
        return code, screen

    def close(self) -> None:
        """Leave nothing behind."""
        self._over.set()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        os.close(self.slave)
        os.close(self.master)


def _wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + HANG
    while not until():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProcess]:
    with start(MockConfig(seed=7)) as process:
        yield process


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    opened: list[Session] = []
    yield opened
    for session in opened:
        session.close()


def command(folder: Path, seconds: int = 2) -> list[str]:
    (folder / "s.yaml").write_text(SPEC.replace("SECONDS", f"{seconds}s"))
    return run_command(Path("r"), "s.yaml", "--run-id", "nightly")


def normalised(text: str) -> str:
    """Without what differs from run to run: figures, what they are aligned by, and where text is cut."""
    text = "\n".join(line.rstrip() for line in text.splitlines()).rstrip() + "\n"
    text = re.sub(r"(?m)^(\s*\S+ +\S+) .*…$", r"\1 …", text)
    text = re.sub(r"(?m)([✓!✗]) \S.*  (?=[\d.]+ % )", r"\1 THRESHOLD  ", text)
    text = re.sub(r"\[[=>-]+\]", "[===]", text)
    text = re.sub(r"\d[\d. ]*(?:µs|ms|s|m\d\ds)\b", "TIME", text)
    text = re.sub(r"\d[\d.]*(?: \d{3})*", "N", text)
    text = re.sub(r"N (?:k|M)?B", "BYTES", text)
    text = re.sub(r"(?m)(latency +)\w.*$", r"\1FIGURES", text)
    return re.sub(r"   +", "  ", text)


@pytest.mark.parametrize("columns", [60, 100, 160])
def test_a_run_in_a_terminal(columns: int, tmp_path: Path, mock: MockProcess, sessions: list[Session]) -> None:
    session = Session(command(tmp_path), columns, tmp_path, API_BASE=mock.url, NO_COLOR="1")
    sessions.append(session)
    code, screen = session.end(columns)
    assert code == 0, session.raw
    check_golden(f"run-{columns}.txt", normalised("\n".join(screen.display)))
    assert b"hub lag " in session.raw
    assert b"\x1b[3" not in session.raw, "NO_COLOR"


def test_a_run_without_a_terminal(tmp_path: Path, mock: MockProcess) -> None:
    done = subprocess.run(
        command(tmp_path),
        cwd=tmp_path,
        env=environment(API_BASE=mock.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=HANG,
    )
    assert done.returncode == 0, done.stdout
    check_golden("run-log.txt", normalised(done.stdout))
    assert "\x1b" not in done.stdout


def test_ctrl_c_leaves_the_terminal_as_it_was(tmp_path: Path, mock: MockProcess, sessions: list[Session]) -> None:
    session = Session(command(tmp_path, 60), 100, tmp_path, API_BASE=mock.url)
    sessions.append(session)
    session.wait_for(b"hub lag ")
    session.type(b"\x03")
    code, screen = session.end(100)
    lines = [line.rstrip() for line in screen.display if line.strip()]
    assert code == 105
    assert lines[-1].startswith("! INTERRUPTED")
    assert sum(line.startswith(("running", "stopping")) for line in lines) == 1


def test_a_worker_that_is_killed_leaves_its_last_words_and_a_whole_screen(
    tmp_path: Path, mock: MockProcess, sessions: list[Session]
) -> None:
    session = Session(command(tmp_path, 60), 100, tmp_path, API_BASE=mock.url, PYTHONFAULTHANDLER="1")
    sessions.append(session)
    session.wait_for(b"hub lag ")
    for worker in workers_of(session.process.pid):
        os.kill(worker, signal.SIGABRT)
    code, screen = session.end(100)
    lines = [line.rstrip() for line in screen.display if line.strip()]
    assert code == 95
    assert "Fatal Python error: Aborted" in lines
    assert lines[-1].startswith("✗ INVALID")
    assert sum(line.startswith("running") for line in lines) == 1
