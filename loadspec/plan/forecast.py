"""What a spec will do before it does it: users, time, requests, hosts. Bounds where a server decides, never guesses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from loadspec.load import Crew, Window, crews_of, max_users, windows
from loadspec.spec.model import (
    CallStep,
    ChooseStep,
    GroupStep,
    IfStep,
    PaceStep,
    ParallelStep,
    PollStep,
    RepeatStep,
    Scenario,
    Spec,
    Step,
    ThinkStep,
    WaitUntilStep,
    all_exchanges,
)
from loadspec.wire.url import parse_url

INFINITE = math.inf


class Share(Struct, frozen=True):
    """What steps cost one iteration: fewest and most requests; seconds of waiting that the spec itself asks for.

    `mean` is the fewest, averaged by weight where chance chooses; `waits` the mean of what is always waited, `period`
    the shortest iteration that a `pace` lets through.
    """

    fewest: float = 0.0
    most: float = 0.0
    waits: float = 0.0
    period: float = 0.0
    mean: float = 0.0

    def __add__(self, other: Share) -> Share:
        return Share(
            self.fewest + other.fewest,
            self.most + other.most,
            self.waits + other.waits,
            max(self.period, other.period),
            self.mean + other.mean,
        )

    def times(self, fewest: float, most: float) -> Share:
        """As often as that."""
        most_requests = self.most * most if self.most else 0.0  # 0 x infinity is no number
        period = self.period if fewest else 0.0
        return Share(self.fewest * fewest, most_requests, self.waits * fewest, period, self.mean * fewest)


class CrewForecast(Struct, frozen=True):
    """One crew: when it is on, and what an iteration of it costs.

    `iterations` is how many there are where the load counts them and they fit into its time, or starts them one by one;
    `user_seconds` is the area under its curve of users.
    """

    crew: Crew[Scenario]
    window: Window
    share: Share
    iterations: int | None
    user_seconds: float

    def expected(self, latency: float) -> tuple[float, float]:
        """(iterations, requests at least) if an answer takes `latency` seconds; infinite if nothing takes time."""
        mean, length = self.share.mean, self._length(latency)
        if self.crew.load.planned is not None:
            return self.crew.load.planned, self.crew.load.planned * mean
        count = max(self.user_seconds / length, self.crew.load.max_vus) if length else INFINITE  # each begins one
        if self.iterations is not None:
            count = min(self.iterations, count)
        return count, count * mean if mean else 0.0

    def busy(self, latency: float) -> float:
        """Users that an open model keeps busy at its highest rate, by Little's law."""
        return min(self.crew.load.peak_rate * self._length(latency), self.crew.load.max_vus)

    def _length(self, latency: float) -> float:
        return max(self.share.period, self.share.waits + self.share.mean * latency)


class Forecast(Struct, frozen=True):
    """The whole load. Times in seconds; `finish` is when the last user begins no more, `end` when it is cut off."""

    crews: tuple[CrewForecast, ...]
    users: int
    finish: float
    end: float

    def users_at(self, t: float) -> int:
        """Planned users of all crews at `t` seconds."""
        return sum(each.crew.load.users_at(t - each.window.start) for each in self.crews if t >= each.window.start)

    def rate_at(self, t: float) -> float:
        """Planned starts a second of all open crews at `t` seconds."""
        return sum(each.crew.load.rate_at(t - each.window.start) for each in self.crews)


def forecast(spec: Spec) -> Forecast:
    """Of a validated spec."""
    crews = crews_of(spec.scenarios)
    on = windows(crews)
    found = tuple(_crew(crew, on[crew.name]) for crew in crews)
    finish = max((window.finish for window in on.values()), default=0.0)
    end = max((window.end for window in on.values()), default=0.0)
    return Forecast(found, max_users(crews), finish, end)


def _crew(crew: Crew[Scenario], window: Window) -> CrewForecast:
    budget = crew.load.budget()
    iterations = crew.load.planned
    if budget is not None:
        iterations = budget.total * crew.load.max_vus if budget.per_user else budget.total
    shares = [(1.0 if member.weight is None else member.weight, _member(member)) for member in crew.members]
    return CrewForecast(crew, window, _mixed(shares), iterations, _area(crew.load.users_at, crew.load.duration))


def _member(scenario: Scenario) -> Share:
    return share_of(scenario.flow) + Share(period=scenario.min_iteration_duration)


def _mixed(shares: list[tuple[float, Share]]) -> Share:
    """Means by weight, and the bounds of all that may be drawn."""
    drawn = [(weight, share) for weight, share in shares if weight]
    total = sum(weight for weight, _ in drawn) or 1.0
    return Share(
        min((share.fewest for _, share in drawn), default=0.0),
        max((share.most for _, share in drawn), default=0.0),
        sum(weight * share.waits for weight, share in drawn) / total,
        sum(weight * share.period for weight, share in drawn) / total,
        sum(weight * share.mean for weight, share in drawn) / total,
    )


def _area(users_at: Callable[[float], int], duration: float, steps: int = 2000) -> float:
    return sum(users_at(duration * (i + 0.5) / steps) for i in range(steps)) * duration / steps


def share_of(steps: Iterable[Step]) -> Share:
    """What a list of steps costs an iteration."""
    total = Share()
    for step in steps:
        share = _SHARES[type(step)](step)
        if step.when is not None or step.run:
            share = share.times(0, 1)
        total += share
    return total


def _call(step: CallStep) -> Share:
    return Share(1, 1 + (step.retry.times if step.retry else 0), mean=1)


def _poll(step: PollStep) -> Share:
    return Share(1, math.floor(step.timeout / step.every) + 1 if step.every else INFINITE, mean=1)


def _repeat(step: RepeatStep) -> Share:
    most = INFINITE if step.at_most is None else step.at_most
    if isinstance(step.times, int):
        return share_of(step.steps).times(step.times, step.times)
    return share_of(step.steps).times(0, most)


def _either(branches: list[Share]) -> Share:
    return Share(
        min(share.fewest for share in branches),
        max(share.most for share in branches),
        min(share.waits for share in branches),
        min(share.period for share in branches),
        min(share.mean for share in branches),
    )


def _parallel(step: ParallelStep) -> Share:
    branches = [share_of([inner]) for inner in step.steps]
    return Share(
        sum(share.fewest for share in branches),
        sum(share.most for share in branches),
        max((share.waits for share in branches), default=0.0),
        max((share.period for share in branches), default=0.0),
        sum(share.mean for share in branches),
    )


_SHARES: Mapping[type, Callable[[Any], Share]] = {
    CallStep: _call,
    PollStep: _poll,
    ThinkStep: lambda step: Share(waits=(step.low + step.high) / 2),
    PaceStep: lambda step: Share(period=(step.low + step.high) / 2),
    WaitUntilStep: lambda step: Share(),
    RepeatStep: _repeat,
    IfStep: lambda step: _either([share_of(steps) for steps in (*(b for _, b in step.branches), step.otherwise)]),
    ChooseStep: lambda step: _mixed([(branch.weight, share_of(branch.steps)) for branch in step.branches]),
    ParallelStep: _parallel,
    GroupStep: lambda step: share_of(step.steps),
}
"""Kind of step → its cost."""


def addresses(spec: Spec, base_url: str) -> dict[str, list[str]]:
    """Where requests go → the endpoints that send them there; what only an answer can tell stays a template.

    Endpoints that no step asks are left out. `base_url` is the target's, with its variables filled in.
    """
    flows = (spec.setup, *(scenario.flow for scenario in spec.scenarios), spec.teardown)
    found: dict[str, dict[str, None]] = {}
    for step in (step for flow in flows for step in all_exchanges(flow)):
        path = step.request.path
        if path.startswith("/"):
            where = _origin(base_url)
        else:
            where = path if path.startswith("{{") else _origin(path)
        found.setdefault(where, {})[step.endpoint] = None
        auth = step.request.auth
        if auth is not None and auth.kind == "oauth2":
            found.setdefault(_origin(str(auth.settings["token_url"])), {})["oauth2"] = None
    return {where: list(endpoints) for where, endpoints in found.items()}


def _origin(url: str) -> str:
    try:
        return str(parse_url(url)[0])
    except ValueError:
        return url
