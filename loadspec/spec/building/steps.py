"""Steps of a document → the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from loadspec.spec.building.request import build_request
from loadspec.spec.building.values import seconds
from loadspec.spec.merge import merge_request
from loadspec.spec.model import CallStep, Classify, OnFail, PollStep, Step, Target, ThinkStep
from loadspec.spec.resolve import text_of
from loadspec.units import parse_duration_range


def build_steps(raw: list[Any], endpoints: Mapping[str, Any], target: Target, on_fail: OnFail) -> tuple[Step, ...]:
    """Steps, each with its request merged over its endpoint."""
    return tuple(_step(step, endpoints, target, on_fail) for step in raw)


def _step(raw: Mapping[str, Any], endpoints: Mapping[str, Any], target: Target, on_fail: OnFail) -> Step:
    when = text_of(raw["when"]) if "when" in raw else None
    if "think" in raw:
        low, high = parse_duration_range(raw["think"])
        return ThinkStep(raw.get("name", "think"), low, high, when)
    is_poll = "poll" in raw
    endpoint = raw["poll" if is_poll else "call"]
    name = raw.get("name", endpoint)
    request = build_request(merge_request(target.headers, endpoints[endpoint], raw, is_poll))
    record = {metric: text_of(value) for metric, value in raw.get("record", {}).items()}
    classify = tuple(map(_classify, raw.get("classify", [])))
    fails = cast(OnFail, raw.get("on_fail", on_fail))
    if not is_poll:
        return CallStep(name, endpoint, request, when, record, classify, fails)
    return PollStep(
        name,
        endpoint,
        request,
        when,
        record,
        classify,
        fails,
        every=seconds(raw.get("every"), 1.0),
        timeout=seconds(raw.get("timeout"), 60.0),
        until=text_of(raw["until"]),
        fail_when=text_of(raw["fail_when"]) if "fail_when" in raw else None,
    )


def _classify(raw: Mapping[str, Any]) -> Classify:
    return Classify(None, raw["else"]) if "else" in raw else Classify(text_of(raw["when"]), raw["count"])
