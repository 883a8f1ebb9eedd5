"""One user on a compiled flow, with scripted answers instead of a network and a clock that only sleeping moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from loadspec.clock import FakeClock
from loadspec.load import ConstantVus, LoadConfig
from loadspec.metrics import Store
from loadspec.plan import Plan, compile_plan
from loadspec.protocols.user import Stop, User
from loadspec.spec.model import (
    Branch,
    CallStep,
    Capture,
    ChooseStep,
    Classify,
    EnvVar,
    GroupStep,
    IfStep,
    MetricDef,
    PaceStep,
    ParallelStep,
    PollStep,
    PoolDef,
    RepeatStep,
    Request,
    Scenario,
    Spec,
    Step,
    Target,
    ThinkStep,
    WaitUntilStep,
)
from loadspec.transports.base import UNPARSED, Channel, Deadlines

_REQUEST = frozenset(Request.__struct_fields__)


def _split(fields: dict[str, Any]) -> tuple[Request, dict[str, Any]]:
    captures = fields.pop("captures", {})
    rows = tuple(c if isinstance(c, Capture) else Capture(name, "jsonpath", c) for name, c in captures.items())
    classify = tuple(Classify(when, count) for when, count in fields.pop("classify", ()))
    request = Request(captures=rows, **{k: v for k, v in fields.items() if k in _REQUEST})
    return request, {"classify": classify, **{k: v for k, v in fields.items() if k not in _REQUEST}}


def call(name: str = "one", endpoint: str = "", **fields: Any) -> CallStep:
    """A call step; `captures` maps names to JSONPaths or Captures, `classify` is (when, counter) rows."""
    request, rest = _split(fields)
    return CallStep(name, endpoint or name, request, **rest)


def poll(name: str = "poll", endpoint: str = "", poll_timeout: float = 10.0, **fields: Any) -> PollStep:
    """A poll step, likewise."""
    request, rest = _split(fields)
    return PollStep(name, endpoint or name, request, timeout=poll_timeout, **rest)


def think(low: float, high: float, when: str | None = None) -> ThinkStep:
    return ThinkStep("think", low, high, when)


def repeat(*steps: Step, **fields: Any) -> RepeatStep:
    return RepeatStep("repeat", steps, **fields)


def if_(*branches: tuple[str, tuple[Step, ...]], otherwise: tuple[Step, ...] = (), **fields: Any) -> IfStep:
    return IfStep("if", branches, otherwise, **fields)


def choose(*branches: Branch, **fields: Any) -> ChooseStep:
    return ChooseStep("choose", branches, **fields)


def group(name: str, *steps: Step, **fields: Any) -> GroupStep:
    return GroupStep(name, name, steps, **fields)


def parallel(*steps: Step, **fields: Any) -> ParallelStep:
    return ParallelStep("parallel", steps, **fields)


def meet(users: int, timeout: float = 30.0, **fields: Any) -> WaitUntilStep:
    return WaitUntilStep(fields.pop("name", "meet"), users, timeout, **fields)


def pace(low: float, high: float | None = None, **fields: Any) -> PaceStep:
    return PaceStep("pace", low, low if high is None else high, **fields)


def metrics(**kinds: Any) -> dict[str, MetricDef]:
    return {name: MetricDef(name, kind) for name, kind in kinds.items()}


def spec(
    flow: tuple[Step, ...],
    load: LoadConfig | None = None,
    base_url: str = "http://h.example",
    secrets: tuple[str, ...] = (),
    env: Mapping[str, str | None] | None = None,
    **fields: Any,
) -> Spec:
    """A spec around one flow."""
    given = dict(env or {})
    return Spec(
        **{
            "name": "test",
            "env": {name: EnvVar(name, secret=name in secrets) for name in given},
            "env_values": {name: value for name, value in given.items() if value is not None},
            "vars": {},
            "target": Target(base_url=base_url),
            "pools": {},
            "metrics": {},
            "endpoints": {},
            "setup": (),
            "teardown": (),
            "scenarios": (Scenario("default", flow, load or ConstantVus(1, 1.0)),),
            "thresholds": (),
            "document": {},
            **fields,
        }
    )


def pool(name: str, *items: Any, pick: str = "sequential") -> dict[str, PoolDef]:
    return {name: PoolDef(name, pick, items)}


class FakeChannel(Channel):
    """Answers from the lab's script: a status, (status, JSON or bytes[, header]), (kind, phase), or an exception."""

    def __init__(self, lab: Lab, user: User, origin: int) -> None:
        network: Any = None  # nothing is connected to
        super().__init__(network, lab.plan.origins.known[origin], user.resume)
        self.lab = lab
        self.reused = True

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, head: bool = False) -> bool:
        lab = self.lab
        lab.requests.append(request)
        lab.deadlines.append(deadlines)
        lab.sent_at.append(lab.clock())
        answer = lab.answers.pop(0) if lab.answers else 200
        self.ready = self.started = lab.clock()
        lab.clock.advance(lab.takes)
        self.ended = self.first = self.sent = lab.clock()
        self.status, self.head, self.body, self.error, self.parsed = 0, b"", b"", "", UNPARSED
        if isinstance(answer, BaseException):
            self.in_flight = True
            raise answer
        if isinstance(answer, tuple) and isinstance(answer[0], str):
            self.error, self.phase = answer
            self.message = f"{answer[0]} it was"
            self.received = 0
            return False
        status, body, *lines = answer if isinstance(answer, tuple) else (answer, {})
        self.status, self.received = status, 10
        self.head = "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode()
        self.sets_cookies = b"\nset-cookie" in self.head.lower()
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return True


class Lab:
    """The host of one user, too. `takes`: seconds that every exchange takes."""

    def __init__(self, given: Spec, answers: list[Any], seed: int = 1) -> None:
        self.clock = FakeClock(1000.0)
        self.answers = answers
        self.takes = 0.0
        self.requests: list[bytes] = []
        self.deadlines: list[Deadlines] = []
        self.sent_at: list[float] = []
        self.slept: list[float] = []
        self.chance = 0.5
        self.parked: list[float] = []
        self.woken: list[int] = []
        self.awaited = False
        self.plan: Plan = compile_plan(given, seed)
        self.user = self.new_user(0)
        self._stores: dict[str, Store] = {}

    def new_user(self, index: int, setup: Mapping[str, Any] | None = None) -> User:
        host: Any = self
        return User(index, host, self.plan.pools, len(self.plan.origins.known), setup or {})

    def sleep(self, _user: User, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(max(0.0, seconds))

    def connect(self, user: User, origin: int) -> Any:
        return FakeChannel(self, user, origin)

    def random(self) -> float:
        return self.chance

    def turn(self) -> int:
        """The loop has come round whenever somebody slept."""
        return len(self.slept)

    def park(self, user: User, seconds: float) -> bool:
        """Nobody else comes: `awaited` says whether somebody would have."""
        self.parked.append(seconds)
        self.clock.advance(0.0 if self.awaited else seconds)
        return self.awaited

    def wake(self, user: User) -> None:
        self.woken.append(user.index)

    def gather(self, _user: User, jobs: Any) -> None:
        """One branch after the other: what is the same at the same time is tested with a real engine."""
        for branch, step in jobs:
            step(branch)

    def run(self, user: User | None = None) -> Stop | None:
        """One iteration; the signal that ended it early."""
        user = user or self.user
        flow = self.plan.scenarios[0].flow
        user.begin(flow.slots)
        try:
            for step in flow.steps:
                step(user)
        except Stop as stop:
            return stop
        return None

    @property
    def store(self) -> Store:
        """Everything measured so far under load."""
        store = self._stores.setdefault("load", Store())
        store.merge(self.plan.phases["load"].meters.drain())
        return store

    def failures(self) -> list[dict[str, Any]]:
        """What the failure log has that is new."""
        return self.plan.phases["load"].failures.drain()

    def bodies(self) -> list[Any]:
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in self.requests]

    def paths(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Any:
    """lab(*steps, answers=[...], **spec fields) → Lab."""

    def build(*flow: Step, answers: Any = (), takes: float = 0.0, seed: int = 1, **fields: Any) -> Lab:
        made = Lab(spec(flow, **fields), list(answers), seed)
        made.takes = takes
        for module in ("poll", "pace", "group", "lasting"):
            monkeypatch.setattr(f"loadspec.plan.steps.{module}.monotonic", made.clock)
        monkeypatch.setattr("loadspec.plan.scope.monotonic", made.clock)
        return made

    return build
