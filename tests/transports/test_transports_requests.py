"""The `requests` transport: users whose server never makes them wait give way to the others all the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from support_net import answer, serving

from loadspec.clock import monotonic
from loadspec.transports.base import DISCARD
from loadspec.transports.requests_ import RequestsChannel
from loadspec.transports.urllib3_ import _File


class Turns:
    """Counts how often the loop comes round; the hooks of a file, too."""

    def __init__(self) -> None:
        self.count = 0
        self.greenlet = gevent.spawn(self._run)
        gevent.sleep(0)

    def _run(self) -> None:
        while True:
            self.count += 1
            gevent.sleep(0)

    def heard(self) -> None:
        pass


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns()
    yield made
    made.greenlet.kill()


def test_lines_of_chunks_and_trailers_that_are_all_there(turns: Turns) -> None:
    hooks: Any = turns
    file = _File(io.BytesIO(b"1\r\n" * 2000), hooks)
    before = turns.count
    while file.readline():
        pass
    assert turns.count > before + 3
    assert len(file.lines) == 2001


def test_a_body_that_is_all_there(serve: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is kept, although nothing is ever waited for."""

    def endless(*_: Any) -> Iterator[bytes]:
        by = monotonic() + 5
        while monotonic() < by:
            yield b"x"

    monkeypatch.setattr(RequestsChannel, "_pieces", endless)
    user = client(serve(serving(answer())), kind=RequestsChannel)
    assert user.failure(total=0.2, mode=DISCARD) == ("timeout", "body")
