from __future__ import annotations

import fcntl
import io
import os
import re
import struct
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from typing import Any

import pyte
import pytest
from msgspec.structs import replace
from support_ui import check_golden, judged, progress, scenario_info, small_store

from loadspec.clock import FakeClock
from loadspec.results.model import Iterations
from loadspec.results.progress import GeneratorNow, Progress
from loadspec.ui import live
from loadspec.ui.lines import Lines, next_due
from loadspec.ui.live import Quiet
from loadspec.ui.region import Region
from loadspec.ui.text import width_of

TITLE = "image generation"
ENV = {"TERM": "xterm-256color"}


class Screen:
    """A terminal of our own behind a real pseudo-terminal."""

    def __init__(self, columns: int, rows: int = 24) -> None:
        self.master, slave = os.openpty()
        os.set_blocking(self.master, False)
        self.stream = os.fdopen(slave, "w", encoding="utf-8")
        self.screen = pyte.Screen(columns, rows)
        self._feed = pyte.ByteStream(self.screen)
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.stream.fileno(), termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self) -> bytes:
        """What was written since the last call; the screen shows it too."""
        data = b""
        try:
            while piece := os.read(self.master, 65536):
                data += piece
        except BlockingIOError:
            pass
        self._feed.feed(data)
        return data

    def lines(self) -> list[str]:
        self.read()
        return [line.rstrip() for line in self.screen.display]

    def text(self) -> str:
        return "\n".join(self.lines()).rstrip() + "\n"

    def close(self) -> None:
        self.stream.close()
        os.close(self.master)


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Screen]:
    screen = Screen(getattr(request, "param", 100))
    yield screen
    screen.close()


def region(screen: Screen, clock: FakeClock, colour: bool = False, **scenarios: Any) -> Any:
    shown = scenarios.get("scenarios", [scenario_info()])
    return live(screen.stream, False, colour, shown, TITLE, clock=clock, env=ENV)


def failing(elapsed: float) -> Progress:
    errors = {"status 503": 21, "timeout": 2, "refused": 1, "reset": 1} if elapsed >= 31 else {}
    return progress(elapsed, errors=errors, thresholds=judged(small_store()))


def play(screen: Screen, view: Any, clock: FakeClock, seconds: int, state: Any = failing) -> None:
    for quarter in range(1, seconds * 4 + 1):
        clock.advance(0.25)
        view.update(state(quarter / 4))
        screen.read()


@pytest.mark.parametrize("terminal", [60, 100, 160], indirect=True)
def test_the_region_as_a_terminal_shows_it(terminal: Screen) -> None:
    clock = FakeClock()
    view = region(terminal, clock)
    view.start(["target: http://127.0.0.1:8089"])
    view.update(progress(0.4, "setup", users=0))
    play(terminal, view, clock, 31)
    view.event(31.2, "first `status 503` from generate")
    play(terminal, view, clock, 42)
    columns = terminal.screen.columns
    check_golden(f"live-{columns}.txt", terminal.text())
    view.stop()
    check_golden(f"live-{columns}-stopped.txt", terminal.text())
    assert terminal.screen.cursor.x == 0
    assert terminal.lines()[terminal.screen.cursor.y] == "", "the cursor rests below what is left"


@pytest.mark.parametrize("terminal", [40, 60, 61, 79, 100], indirect=True)
def test_no_line_wraps_and_no_frame_is_left_behind(terminal: Screen) -> None:
    clock = FakeClock()
    view = region(terminal, clock, colour=True, scenarios=[scenario_info("図" * 40), scenario_info("b" * 99)])
    view.start()
    for second in range(1, 40):
        clock.advance(1)
        view.update(failing(second))
        if second % 10 == 0:
            view.event(second, "an event with 図表 " * 20)
        terminal.read()
    lines = terminal.lines()
    assert sum(line.startswith("running") for line in lines) == 1
    assert sum(line.startswith("last 10s") for line in lines) == 1
    assert [line[:6] for line in lines if line[:3] == "00:"] == ["00:10 ", "00:20 ", "00:30 "]
    assert max(map(width_of, lines)) < terminal.screen.columns


def test_a_region_taller_than_the_terminal_is_cut() -> None:
    screen, clock = Screen(100, rows=10), FakeClock()
    view = region(screen, clock, scenarios=[scenario_info(f"s{n}") for n in range(20)])
    view.start()
    play(screen, view, clock, 20)
    lines = screen.lines()
    assert lines[0].startswith("running (0m20s)")
    assert sum(line.startswith("s0 ") for line in lines) == 1
    screen.close()


def test_at_most_four_frames_a_second_and_the_last_state_in_any_case(terminal: Screen) -> None:
    clock = FakeClock()
    view = region(terminal, clock)
    view.update(progress(1.0))
    frames = 0
    for n in range(100):
        clock.advance(0.05)
        view.update(progress(1.0 + n / 20))
        frames += bool(terminal.read())
    assert 16 <= frames <= 20
    view.update(progress(9.0))
    view.stop()
    assert "running (0m09s)" in terminal.text()


def test_a_new_phase_is_shown_at_once(terminal: Screen) -> None:
    view = region(terminal, FakeClock())
    view.update(progress(0.1, "setup"))
    view.update(progress(0.0))
    assert terminal.text().startswith("running (0m00s)")


def test_what_is_left_is_how_the_load_ended(terminal: Screen) -> None:
    view = region(terminal, FakeClock())
    for state in (progress(0.2, "setup"), progress(70.0), progress(0.1, "teardown")):
        view.update(state)
    view.stop()
    assert [line[:17] for line in terminal.lines()[:3]] == ["running (1m10s), ", "image generation ", ""]


def test_stop_is_final(terminal: Screen) -> None:
    view = region(terminal, FakeClock())
    view.update(progress(3.0))
    view.stop()
    terminal.read()
    view.stop()
    view.update(progress(4.0))
    view.event(4.0, "late")
    assert terminal.read() == b""


def test_a_narrower_window_is_climbed_by_the_rows_that_lines_take_now(terminal: Screen) -> None:
    clock = FakeClock()
    view = region(terminal, clock)
    view.update(failing(40.0))
    before = [line for line in terminal.lines() if line]
    terminal.resize(60, 24)
    clock.advance(1)
    view.update(failing(41.0))
    climbed = re.search(rb"\x1b\[(\d+)A", terminal.read())
    rows = sum(-(-len(line) // 60) for line in before)
    assert rows > len(before)
    assert climbed is not None
    assert int(climbed[1]) == rows


def test_the_sparkline_has_one_bar_a_second(terminal: Screen) -> None:
    clock = FakeClock()
    view = region(terminal, clock)
    point = progress(1.0).point
    assert point is not None
    for second, p95 in enumerate((10.0, 20.0, None, 40.0), start=1):
        now = replace(point, t=float(second), p95=p95)
        for _ in range(4):  # the same second again and again is one bar
            clock.advance(0.25)
            view.update(progress(second, point=now))
    latency = next(line for line in terminal.lines() if line.startswith("last 10s"))
    assert latency == "last 10s   p50 12ms  p95 54ms  p99 84ms  ▃▅ █ p95"


def test_stopping_and_setup_and_several_scenarios_read_well(terminal: Screen) -> None:
    view = region(terminal, FakeClock(), scenarios=[scenario_info("steady"), scenario_info("spike", 3, 20.0)])
    view.update(progress(30.0, stopping=True))
    lines = terminal.lines()
    assert lines[0].startswith("stopping (0m30s), 07/10 VUs")
    assert re.fullmatch(r"steady \[=+>-+\]  43%  0m30s/1m10s", lines[1])
    assert re.fullmatch(r"spike  \[=+\] 100%  0m20s/0m20s", lines[2])


@pytest.mark.parametrize(("reader", "kind"), [("pty", Region), ("pipe", Lines)])
def test_a_stream_that_nobody_reads_holds_up_nothing(reader: str, kind: type) -> None:
    far, near = os.openpty() if reader == "pty" else os.pipe()
    if reader == "pty":
        tty.setraw(near)
    stream = os.fdopen(near, "w", encoding="utf-8")
    clock = FakeClock()
    view = live(stream, False, False, [scenario_info()], TITLE, clock=clock, env=ENV)
    assert isinstance(view, kind)
    for n in range(3000):
        clock.advance(1)
        view.update(progress(n * 30.0))
        view.event(n, f"event {n}")
    os.set_blocking(far, False)
    seen = _drain(far)
    assert b"event 2999" not in seen, "the stream was full"
    view.event(3000, "room again")
    assert b"event 2999" in (last := _drain(far)), "the newest lines were kept"
    assert b"room again" in last
    stream.close()
    os.close(far)


def _drain(fd: int) -> bytes:
    data = b""
    try:
        while piece := os.read(fd, 65536):
            data += piece
    except BlockingIOError:
        pass
    return data


def test_a_reader_that_is_gone_is_forgotten() -> None:
    far, near = os.pipe()
    stream = os.fdopen(near, "w", encoding="utf-8")
    view = live(stream, False, None, [scenario_info()], TITLE, env={})
    os.close(far)
    view.start()
    view.update(progress(10.0))
    view.stop()
    stream.close()  # raises BrokenPipeError if anything of ours were left in its buffer


def test_a_closed_stream_is_no_reason_to_fail() -> None:
    stream = io.StringIO()
    stream.close()
    view = live(stream, False, None, [scenario_info()], TITLE, env={})
    view.start()
    view.event(1.0, "x")
    view.stop()


def lines(*states: Progress) -> list[str]:
    """What a log gets for these states."""
    stream = io.StringIO()
    view = live(stream, False, False, [replace(scenario_info(), stages=[])], TITLE, env={})
    for state in states:
        view.update(state)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("step", [0.25, 1.0, 1.003])
def test_the_seconds_at_which_a_log_gets_its_lines(step: float) -> None:
    clock = FakeClock()
    states = []
    while clock() < 200:
        clock.advance(step)
        states.append(progress(clock()))
    printed = [line.split()[0] for line in lines(*states)]
    seconds = [*range(10, 61, 10), *range(90, 201, 30)]
    assert printed == [f"{s // 60:02}:{s % 60:02}" for s in seconds]


def test_a_gap_is_one_line_and_a_phase_has_its_own_time() -> None:
    states = [progress(3, "setup"), progress(11, "setup"), progress(1), progress(37), progress(39), progress(40)]
    states += [progress(43), progress(1, "teardown")]
    assert [line.split(",")[0] for line in lines(*states)] == [
        "setup 00:11  07/10 VUs",
        "00:37  7 of 10 planned VUs",
        "00:40  7 of 10 planned VUs",
        "00:43  7 of 10 planned VUs",
    ], "the load's last state is told before the teardown"


@pytest.mark.parametrize(("elapsed", "due"), [(0, 10), (10, 20), (19.9, 20), (59, 60), (60, 90), (61, 90), (90, 120)])
def test_next_due(elapsed: float, due: float) -> None:
    assert next_due(elapsed) == due


def test_a_log_of_a_run() -> None:
    stream = io.StringIO()
    view = live(stream, False, False, [scenario_info()], TITLE, env={})
    view.start(["target: http://127.0.0.1:8089"])
    for second in range(1, 71):
        if second == 31:
            view.event(31.4, "first `status 503` from generate")
        view.update(failing(second) if second > 5 else progress(second))
    view.update(progress(72.3, iterations=Iterations(77, 76, 1, 0), users=0, point=None, recent=None, stopping=True))
    view.stop()
    view.stop()
    check_golden("live-log.txt", stream.getvalue())


def test_a_stream_without_unicode_gets_ascii() -> None:
    raw = io.BytesIO()
    view = live(io.TextIOWrapper(raw, encoding="ascii"), False, False, [scenario_info("図")], "é", env={})
    view.start()
    assert raw.getvalue().startswith(b"?: 1 scenario, 10 max VUs, 1m40s max duration")
    assert b"* ??: Up to" in raw.getvalue()


def test_hostile_events_and_classes_stay_inert(terminal: Screen) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\u202eevil\nline"
    view = live(terminal.stream, False, False, [scenario_info(evil)], evil, clock=FakeClock(), env=ENV)
    view.start([evil])
    view.event(1.0, evil)
    view.update(progress(2.0, errors={evil: 3}))
    assert set(re.findall(rb"\x1b\[[\d;?]*([A-Za-z])", terminal.read())) <= {b"K", b"A", b"J"}
    assert terminal.text().count("evil line") == 6
    assert terminal.screen.title == ""


@pytest.mark.parametrize(
    ("env", "quiet", "kind"),
    [(ENV, False, Region), ({"TERM": "dumb"}, False, Lines), (ENV, True, Quiet), ({}, False, Region)],
)
def test_what_a_terminal_gets(terminal: Screen, env: dict[str, str], quiet: bool, kind: type) -> None:
    view = live(terminal.stream, quiet, None, [scenario_info()], TITLE, env=env)
    assert isinstance(view, kind)
    view.start()
    view.update(progress(10.0))
    view.event(1.0, "x")
    view.stop()
    assert (terminal.read() == b"") is quiet


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_on_a_terminal(terminal: Screen, env: dict[str, str], coloured: bool) -> None:
    view = live(terminal.stream, False, None, [scenario_info()], TITLE, env={**ENV, **env}, clock=FakeClock())
    view.update(failing(40.0))
    data = terminal.read()
    assert (b"\x1b[31m" in data) is coloured
    assert b"\x1b[J" in data, "NO_COLOR is about colour, not about the region"


def test_as_many_thresholds_as_the_terminal_has_lines_for() -> None:
    infos = judged(small_store(), texts={"provider_errors": [f"count < {n}" for n in range(30)]})
    for rows, shown in ((24, 15), (60, 30), (8, 0)):
        screen = Screen(100, rows)
        view = region(screen, FakeClock())
        view.update(progress(20.0, thresholds=infos))
        lines = screen.lines()
        assert sum("provider_errors count" in line for line in lines) == shown
        screen.close()


def test_at_sixty_columns_margins_are_whole_and_since_is_left_out(terminal: Screen) -> None:
    terminal.resize(60, 24)
    view = region(terminal, FakeClock())
    view.update(failing(40.0))
    (line,) = [line for line in terminal.lines() if "errors rate" in line and "provider" not in line]
    assert line.endswith("100 % over")


def test_a_generator_at_its_limit_is_red(terminal: Screen) -> None:
    view = region(terminal, FakeClock(), colour=True)
    view.update(progress(20.0, generator=GeneratorNow(99.0, 42.0, 50.0, 5.0, True, 7.0)))
    assert b"\x1b[31mat its limit for 7s, do not trust times: CPU 99 %" in terminal.read()


def test_what_others_write_to_stderr_scrolls_away_above_the_region(
    terminal: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    clock = FakeClock()
    view = region(terminal, clock)
    view.start()
    view.update(progress(10.0))
    sys.stderr.write('Traceback (most recent call last):\n  File \x1b[2J"x"\nEr')
    thread = threading.Thread(target=lambda: sys.stderr.write("ror: beware\n"))
    thread.start()
    thread.join()
    sys.stderr.write(f"{'long ' * 40}\nand a tail")
    clock.advance(1)
    view.update(progress(11.0))
    view.stop()
    assert sys.stderr is terminal.stream
    lines = terminal.lines()
    top = lines.index("Traceback (most recent call last):")
    assert lines[top + 1] == '  File "x"'
    assert lines[top + 2] == "Error: beware"
    assert lines[top + 3].startswith("long long")
    assert lines[top + 4].endswith("long"), "what is longer than the terminal is wide is whole"
    assert lines[top + 5] == "and a tail"
    assert lines[top + 6].startswith("running (0m11s)")
    assert sum(line.startswith("running") for line in lines) == 1


def test_a_region_elsewhere_leaves_stderr_alone(terminal: Screen) -> None:
    before = sys.stderr
    view = region(terminal, FakeClock())
    view.start()
    assert sys.stderr is before
    view.stop()
    assert sys.stderr is before
