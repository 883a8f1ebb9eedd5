from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gevent
import pytest
from support_net import Script, ScriptedServer
from support_plan import spec

from loadspec.engine import Engine, PhaseEnd
from loadspec.load import WHOLE, Share
from loadspec.load.commands import Budget, Command, Looping
from loadspec.metrics import Store
from loadspec.mock import MockConfig, MockProcess, start
from loadspec.plan import Plan, compile_plan


@dataclass
class Ran:
    """What a run left: how it ended, all measurements by phase, and every snapshot."""

    end: PhaseEnd
    stores: dict[str, Store] = field(default_factory=dict)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.stores["load"]

    @property
    def books(self) -> tuple[int, int, int]:
        """(started, completed, interrupted), which must balance, also with the metrics."""
        last = [snapshot for snapshot in self.snapshots if snapshot["phase"] == "load"][-1]
        books = last["iterations"]
        assert books["started"] == books["completed"] + books["interrupted"]
        assert last["users"] == 0
        assert self.store.total("iterations") == books["completed"]
        durations: Any = self.store.select("iteration_duration")
        assert (durations.count if durations else 0) == books["completed"]
        return books["started"], books["completed"], books["interrupted"]


class Bench:
    """An engine around a plan, and what it emits."""

    def __init__(self, plan: Plan, share: Share = WHOLE) -> None:
        self.ran = Ran(PhaseEnd())
        self.engine = Engine(plan, self._emit, share=share)
        self.plan = plan

    def _emit(self, snapshot: dict[str, Any]) -> None:
        self.ran.snapshots.append(snapshot)
        self.ran.failures += snapshot["failures"]
        self.ran.stores.setdefault(snapshot["phase"], Store()).merge(Store.from_wire(snapshot["store"]))

    def load(self, setup: dict[str, Any] | None = None, **later: float) -> Ran:
        """Run the load; `stop_at` and `grace` stop it."""
        if "stop_at" in later:
            gevent.spawn_later(later["stop_at"], self.engine.stop, later["grace"])
        self.ran.end = self.engine.load(setup or {})
        return self.ran


@pytest.fixture
def bench() -> Callable[..., Bench]:
    def build(*flow: Any, **fields: Any) -> Bench:
        share = fields.pop("share", WHOLE)
        return Bench(compile_plan(spec(flow, **fields), 1), share)

    return build


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    servers: list[ScriptedServer] = []

    def build(*scripts: Script, **options: Any) -> ScriptedServer:
        servers.append(ScriptedServer(*scripts, **options))
        return servers[-1]

    yield build
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def shared_mock() -> Iterator[MockProcess]:
    with start(MockConfig(seed=1)) as process:
        yield process


@pytest.fixture
def mock(shared_mock: MockProcess) -> MockProcess:
    shared_mock.configure(error_rate=0.0, service_median=0.05, workers=50)
    shared_mock.reset()
    return shared_mock


class Scripted(Looping, frozen=True):
    """A load of commands written by a test: "0.1 start 0"."""

    lines: tuple[str, ...]
    max_vus: int = 10
    duration: float = 1.0
    end: float = 1.0
    executor = "scripted"

    def commands(self) -> list[Command]:
        rows = [line.split() for line in self.lines]
        return [Command(float(at), action, int(user)) for at, action, user in rows]  # type: ignore[arg-type]

    def budget(self) -> Budget | None:
        return None

    def describe(self) -> str:
        return "scripted"

    def users_at(self, t: float) -> int:
        return 0


@pytest.fixture
def scripted() -> Callable[..., Scripted]:
    return lambda *lines: Scripted(lines)
