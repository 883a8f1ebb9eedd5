"""A compiled flow to take apart: a user of it whose answers come out of memory, and the compiled parts of each step."""

from __future__ import annotations

import inspect
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from loadspec.engine.closed import ClosedCrew
from loadspec.engine.crew import Site
from loadspec.load import WHOLE, crews_of
from loadspec.metrics import Store
from loadspec.plan import Plan, compile_plan
from loadspec.protocols.user import User
from loadspec.spec import build
from loadspec.transports.base import Deadlines
from loadspec.transports.fast import FastChannel
from loadspec.transports.network import Network
from loadspec.wire.url import Origin

ROUNDS = 9
"""Of which the best counts: what disturbs a round only makes it longer."""
COUNT = 4_000
PLACES = {"LOAD_USER": "loadtest@example.com", "LOAD_PASS": "mock-password"}


def rounds(times: int = 1) -> range:
    """The rounds of a measurement, or so many times more."""
    return range(ROUNDS * times)


def best(run: Callable[[], Any], count: int = 0) -> float:
    """Microseconds of CPU that one `run()` takes, without the loop around it; rounds have `count` turns, or COUNT."""
    count = count or COUNT

    def seconds(fn: Callable[[], Any]) -> float:
        turns = range(count)
        begin = time.process_time()
        for _ in turns:
            fn()
        return time.process_time() - begin

    run()
    return (min(seconds(run) for _ in rounds()) - min(seconds(_nothing) for _ in range(3))) / count * 1e6


def _nothing() -> None:
    return None


class Stillness(Network):
    """A network without a loop: giving way returns at once."""

    def __init__(self) -> None:
        super().__init__()
        self.switch = self._switch

    def _switch(self) -> None:
        if self.turn:
            self.end_turn()


class Canned(FastChannel):
    """A fast channel whose socket takes everything and answers `data`."""

    __slots__ = ("data",)

    def _connect(self, deadlines: Deadlines) -> None:
        self._sock = object()  # type: ignore[assignment]  # only ever asked whether it is there
        self._send = len
        self._recv = self._replay
        self.ready = time.perf_counter()

    def _replay(self, _limit: int) -> bytes:
        return self.data

    def _alive(self) -> bool:
        return True

    def disconnect(self) -> None:
        """Nothing is open."""


class Desk:
    """The engine's part for one user on canned answers."""

    def __init__(self, plan: Plan) -> None:
        self.network, self.parked = Stillness(), {}
        self.turn = itertools.count().__next__
        self._plan = plan

    def connect(self, user: User, origin: int) -> Canned:
        """See `Host`. Encryption is a matter of the socket, and there is none."""
        where = self._plan.origins.known[origin]
        return Canned(self.network, Origin("http", where.host, where.port), _nothing, user.seat)


@dataclass(frozen=True, slots=True)
class Taken:
    """One step taken apart. `request` is what it sends, `answer` what nginx says, both as bytes on the wire."""

    call: Callable[[User], None]
    attempt: Any
    judge: Any
    finish: Any
    render: Callable[[User], bytes]
    capture: Callable[[User], Any]
    request: bytes
    answer: bytes
    user: User
    """As it is when this step has just ended."""


class Rig:
    """The flow of a spec file. `ask` sends a request to the real server and returns the whole answer."""

    def __init__(self, spec: Path, url: str, ask: Callable[[bytes], bytes]) -> None:
        document = yaml.safe_load(spec.read_text())
        self.plan = compile_plan(build(document, {"API_BASE": url, **PLACES}, str(spec)), 1)
        self._ask = ask
        self.desk: Any = Desk(self.plan)
        self.steps = self.plan.scenarios[0].flow.steps
        self.drain()

    def user(self) -> User:
        """A user whose iteration begins."""
        user = User(0, self.desk, self.plan.pools, len(self.plan.origins.known), {})
        user.begin(self.plan.scenarios[0].flow.slots)
        return user

    def drain(self) -> Store:
        """Empty the meters, that no list grows for ever."""
        return self.plan.phases["load"].meters.drain()

    def taken(self) -> Iterator[Taken]:
        """Each step, on a user that has just done it. Raises ValueError for an answer that is not ok."""
        passed: list[bytes] = []
        for call in self.steps:
            user = self.user()
            channel: Any = user.channel(0)
            for earlier, data in zip(self.steps, passed, strict=False):
                channel.data = data
                earlier(user)
            parts = inside(call)
            render, capture = inside(parts["attempt"])["render"], inside(parts["judge"])["capture"]
            request = render(user)
            channel.data = self._ask(request)
            passed.append(channel.data)
            call(user)
            if not user.ok:
                raise ValueError(f"a step of the flow failed: status {user.answer.status} {user.trouble}")
            yield Taken(
                call, parts["attempt"], parts["judge"], parts["finish"], render, capture, request, channel.data, user
            )

    def iteration(self, answers: Sequence[bytes]) -> Callable[[], None]:
        """A whole iteration as the engine runs it, on canned answers."""
        crew = next(iter(crews_of(self.plan.scenarios)))
        run = ClosedCrew(crew, Site(self.plan, self.desk, {}, WHOLE, _nothing, print, print, print, print))
        user = self.user()
        channel: Any = user.channel(0)
        following = itertools.cycle(answers).__next__
        channel._connect(Deadlines())
        channel._recv = lambda _limit: following()
        return lambda: run._iterate(user)


def inside(function: Any) -> dict[str, Any]:
    """What a compiled closure holds, by name."""
    return dict(inspect.getclosurevars(function).nonlocals)
