from __future__ import annotations

from pathlib import Path

import pytest
from support_plan import call, spec

from loadspec.fleet.httplog import HttpLog, notes_of
from loadspec.plan import compile_plan
from loadspec.protocols.user import User
from loadspec.transports.base import Answer
from loadspec.wire.url import Origin

HOME = Origin("http", "h", 80)


def opened(path: Path, limit: int = 10_000) -> tuple[HttpLog, User]:
    log = HttpLog(str(path), limit)
    plan = compile_plan(spec((call(),), env={"KEY": "hunter2"}, secrets=("KEY",)), 1, "run", log)
    log.failures = plan.phases["load"].failures
    user = User(0, None, plan.pools, 0, {})  # type: ignore[arg-type]
    user.begin(1)
    return log, user


def tell(log: HttpLog, user: User, body: bytes = b"hunter2") -> None:
    answer = Answer()
    answer.status, answer.head, answer.body = 200, b"HTTP/1.1 200 OK\r\n\r\n", body
    answer.ended = 0.012
    user.answer = answer
    log.exchanged(user, HOME, b"GET /a?key=hunter2 HTTP/1.1\r\nHost: h\r\n\r\n", answer)


def test_an_exchange(tmp_path: Path) -> None:
    log, user = opened(tmp_path / "log")
    tell(log, user)
    title, *rest = (tmp_path / "log").read_text().split("\n")
    assert title.endswith(" user 1 iteration 0: GET http://h/a?key=*** → 200 in 12ms")
    assert rest == ["> GET /a?key=*** HTTP/1.1", "> Host: h", "< HTTP/1.1 200 OK", "<", "< ***", "", ""]
    assert notes_of(log) == []


def test_it_ends_when_it_is_long_enough(tmp_path: Path) -> None:
    log, user = opened(tmp_path / "log", limit=1 << 20)
    for _ in range(1000):
        tell(log, user, b"x" * 5000)
    assert 1 << 20 <= (tmp_path / "log").stat().st_size + 6000 <= (1 << 20) + 7000
    assert (tmp_path / "log").read_text().endswith("\n# the log ends here, after 1 MiB\n")
    assert notes_of(log) == ["the HTTP log has ended, after 1 MiB"]
    assert notes_of(log) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_ends_the_log_only() -> None:
    log, user = opened(Path("/dev/full"))
    tell(log, user)
    tell(log, user)
    assert notes_of(log) == ["the HTTP log could not be written any more: No space left on device"]


def test_without_a_log() -> None:
    assert notes_of(None) == []
