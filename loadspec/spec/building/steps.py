"""Steps of a document → the model: one function a kind, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from loadspec.spec.building.request import build_request
from loadspec.spec.building.values import seconds, text_of
from loadspec.spec.merge import merge_request
from loadspec.spec.model import (
    ONCE,
    Backoff,
    Branch,
    CallStep,
    ChooseStep,
    Classify,
    GroupStep,
    IfStep,
    OnFail,
    PaceStep,
    ParallelStep,
    PollStep,
    RepeatStep,
    Retry,
    Step,
    Target,
    ThinkStep,
    WaitUntilStep,
)
from loadspec.units import parse_duration_range

Raw = Mapping[str, Any]


def build_steps(raw: list[Any], endpoints: Mapping[str, Any], target: Target, on_fail: OnFail) -> tuple[Step, ...]:
    """Steps, each with its request merged over its endpoint; `on_fail` is what those have that say nothing."""
    return _Building(endpoints, target, on_fail).steps(raw)


class _Building(Struct, frozen=True):
    """What steps have in common; `on_fail` is that of what is around them."""

    endpoints: Mapping[str, Any]
    target: Target
    on_fail: OnFail

    def steps(self, raw: list[Any]) -> tuple[Step, ...]:
        return tuple(self.step(step) for step in raw)

    def step(self, raw: Raw) -> Step:
        """A step, and those inside it: they have its `on_fail`, unless they say something else."""
        action = next(action for action in _KINDS if action in raw)
        return _KINDS[action](raw, replace(self, on_fail=cast(OnFail, raw.get("on_fail", self.on_fail))))

    def common(self, raw: Raw) -> dict[str, Any]:
        """What every kind of step has, apart from its name."""
        run = raw.get("run", "every_iteration")
        again = seconds(run["every"], 0.0) if isinstance(run, Mapping) else ONCE if run == "once_per_vu" else 0.0
        when = text_of(raw["when"]) if "when" in raw else None
        return {"when": when, "run": again, "on_fail": self.on_fail}

    def exchange(self, raw: Raw, action: str) -> dict[str, Any]:
        endpoint = raw[action]
        merged = merge_request(self.target.headers, self.endpoints[endpoint], raw, action == "poll")
        return {
            "name": raw.get("name", endpoint),
            "endpoint": endpoint,
            "request": build_request(merged, self.target),
            "record": {metric: text_of(value) for metric, value in raw.get("record", {}).items()},
            "classify": tuple(map(_classify, raw.get("classify", []))),
            **self.common(raw),
        }


def _classify(raw: Raw) -> Classify:
    return Classify(None, raw["else"]) if "else" in raw else Classify(text_of(raw["when"]), raw["count"])


def _call(raw: Raw, building: _Building) -> Step:
    return CallStep(**building.exchange(raw, "call"), retry=_retry(raw["retry"]) if "retry" in raw else None)


def _retry(raw: Any) -> Retry:
    if not isinstance(raw, Mapping):
        return Retry(raw)
    given: dict[str, Any] = {key: raw[key] for key in ("times", "factor", "jitter", "retry_after") if key in raw}
    for key, name in (("delay", "delay"), ("max", "longest")):
        if key in raw:
            given[name] = seconds(raw[key], 0.0)
    if "on" in raw:
        rows = [str(row) for row in raw["on"]]
        given["kinds"] = frozenset(row for row in rows if not row[0].isdigit())
        given["statuses"] = frozenset(status for row in rows if row[0].isdigit() for status in _statuses(row))
    return Retry(**given)


def _statuses(row: str) -> range:
    """`429`, `502-504` or `5xx`."""
    if row.endswith("xx"):
        return range(int(row[0]) * 100, int(row[0]) * 100 + 100)
    first, _, last = row.partition("-")
    return range(int(first), int(last or first) + 1)


def _poll(raw: Raw, building: _Building) -> Step:
    return PollStep(
        **building.exchange(raw, "poll"),
        every=seconds(raw.get("every"), 1.0),
        timeout=seconds(raw.get("timeout"), 60.0),
        until=text_of(raw["until"]),
        fail_when=text_of(raw["fail_when"]) if "fail_when" in raw else None,
        backoff=_backoff(raw["backoff"]) if "backoff" in raw else None,
    )


def _backoff(raw: Any) -> Backoff:
    if not isinstance(raw, Mapping):
        return Backoff(float(raw))
    return Backoff(float(raw["factor"]), seconds(raw.get("max"), float("inf")))


def _think(raw: Raw, building: _Building) -> Step:
    return ThinkStep(raw.get("name", "think"), *parse_duration_range(raw["think"]), **building.common(raw))


def _pace(raw: Raw, building: _Building) -> Step:
    return PaceStep(raw.get("name", "pace"), *parse_duration_range(raw["pace"]), **building.common(raw))


def _wait_until(raw: Raw, building: _Building) -> Step:
    meeting = raw["wait_until"]
    timeout = seconds(meeting.get("timeout"), 30.0)
    return WaitUntilStep(raw.get("name", "wait_until"), meeting["users"], timeout, **building.common(raw))


def _repeat(raw: Raw, building: _Building) -> Step:
    how = raw["repeat"] if isinstance(raw["repeat"], Mapping) else {"times": raw["repeat"]}
    return RepeatStep(
        raw.get("name", "repeat"),
        building.steps(raw["steps"]),
        times=how.get("times"),
        over=text_of(how["over"]) if "over" in how else None,
        while_=text_of(how["while"]) if "while" in how else None,
        item=how.get("as", ""),
        index=how.get("index", ""),
        at_most=how.get("at_most"),
        **building.common(raw),
    )


def _if(raw: Raw, building: _Building) -> Step:
    rows = [raw, *raw.get("elif", [])]
    branches = tuple((text_of(row["if"]), building.steps(row["then"])) for row in rows)
    return IfStep(raw.get("name", "if"), branches, building.steps(raw.get("else", [])), **building.common(raw))


def _choose(raw: Raw, building: _Building) -> Step:
    branches = tuple(
        Branch(float(row["weight"]), building.steps(row["steps"]), row.get("name", "")) for row in raw["choose"]
    )
    return ChooseStep(raw.get("name", "choose"), branches, **building.common(raw))


def _parallel(raw: Raw, building: _Building) -> Step:
    return ParallelStep(raw.get("name", "parallel"), building.steps(raw["parallel"]), **building.common(raw))


def _group(raw: Raw, building: _Building) -> Step:
    steps = building.steps(raw["steps"])
    return GroupStep(raw.get("name", raw["group"]), raw["group"], steps, raw.get("tags", {}), **building.common(raw))


_KINDS: dict[str, Callable[[Raw, _Building], Step]] = {
    "call": _call,
    "poll": _poll,
    "think": _think,
    "pace": _pace,
    "wait_until": _wait_until,
    "repeat": _repeat,
    "if": _if,
    "choose": _choose,
    "parallel": _parallel,
    "group": _group,
}
"""Action key → what makes its step."""
