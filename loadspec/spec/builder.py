"""A resolved document without errors → the model. Also what a worker does with the document it is sent.

Imports neither YAML nor jsonschema. A document that was not validated raises whatever it raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, cast

from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.spec.merge import merge_request
from loadspec.spec.model import (
    UNSET,
    Auth,
    CallStep,
    Capture,
    CaptureSource,
    Classify,
    EnvVar,
    MetricDef,
    OnFail,
    PollStep,
    PoolDef,
    Request,
    Scenario,
    Spec,
    Step,
    Target,
    ThinkStep,
    Timeouts,
    Tls,
)
from loadspec.spec.resolve import read_env, text_of
from loadspec.spec.shapes import build_load
from loadspec.thresholds import Threshold, parse_thresholds
from loadspec.units import parse_duration, parse_duration_range

_DEFAULT_TIMEOUT = 60.0


def build(document: Mapping[str, Any], env_values: Mapping[str, str], source: str) -> Spec:
    """The `Spec` of a resolved, validated document."""
    endpoints: Mapping[str, Any] = document.get("endpoints", {})
    target = _target(document.get("target", {}), PurePath(source).parent)
    metrics = {name: _metric(name, value) for name, value in document.get("metrics", {}).items()}
    return Spec(
        name=document.get("name", PurePath(source).stem),
        env={name: _env(name, setting) for name, setting in document.get("env", {}).items()},
        env_values=dict(env_values),
        vars=document.get("vars", {}),
        target=target,
        pools={name: _pool(name, pool) for name, pool in document.get("pools", {}).items()},
        metrics=metrics,
        endpoints={name: _request(merge_request(target.headers, raw, {})) for name, raw in endpoints.items()},
        setup=_steps(document.get("setup", []), endpoints, target, "abort"),
        teardown=_steps(document.get("teardown", []), endpoints, target, "continue"),
        scenarios=(Scenario("default", _steps(document["flow"], endpoints, target, "continue"), build_load(document)),),
        thresholds=_thresholds(document.get("thresholds", {}), metrics),
        document=document,
        source=source,
        setup_timeout=_seconds(document.get("setup_timeout"), _DEFAULT_TIMEOUT),
        teardown_timeout=_seconds(document.get("teardown_timeout"), _DEFAULT_TIMEOUT),
    )


def _env(name: str, setting: Any) -> EnvVar:
    default, required = read_env(setting)
    return EnvVar(name, default, required, isinstance(setting, Mapping) and setting.get("secret", False))


def _target(raw: Mapping[str, Any], folder: PurePath) -> Target:
    tls = raw.get("tls", {})
    ca_file = str(folder / tls["ca_file"]) if "ca_file" in tls else None
    return Target(
        base_url=raw.get("base_url", ""),
        timeout=_timeouts(raw["timeout"]) if "timeout" in raw else Timeouts(),
        headers={name: text_of(value) for name, value in raw.get("headers", {}).items()},
        tls=Tls(ca_file, tls.get("insecure_skip_verify", False)),
    )


def _pool(name: str, raw: Mapping[str, Any]) -> PoolDef:
    return PoolDef(name, raw.get("pick", "random"), tuple(raw["items"]))


def _metric(name: str, value: Any) -> MetricDef:
    if isinstance(value, Mapping):
        return MetricDef(name, "trend", value["trend"])
    return MetricDef(name, value, "time" if value == "trend" else "default")


def _thresholds(raw: Mapping[str, Any], metrics: Mapping[str, MetricDef]) -> tuple[Threshold, ...]:
    kinds = {**BUILTIN, **{name: MetricInfo(metric.kind, metric.contains) for name, metric in metrics.items()}}
    return tuple(threshold for key, value in raw.items() for threshold in parse_thresholds(key, value, kinds))


def _steps(raw: list[Any], endpoints: Mapping[str, Any], target: Target, on_fail: OnFail) -> tuple[Step, ...]:
    return tuple(_step(step, endpoints, target, on_fail) for step in raw)


def _step(raw: Mapping[str, Any], endpoints: Mapping[str, Any], target: Target, on_fail: OnFail) -> Step:
    when = text_of(raw["when"]) if "when" in raw else None
    if "think" in raw:
        low, high = parse_duration_range(raw["think"])
        return ThinkStep(raw.get("name", "think"), low, high, when)
    is_poll = "poll" in raw
    endpoint = raw["poll" if is_poll else "call"]
    name = raw.get("name", endpoint)
    request = _request(merge_request(target.headers, endpoints[endpoint], raw, is_poll))
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
        every=_seconds(raw.get("every"), 1.0),
        timeout=_seconds(raw.get("timeout"), 60.0),
        until=text_of(raw["until"]),
        fail_when=text_of(raw["fail_when"]) if "fail_when" in raw else None,
    )


def _classify(raw: Mapping[str, Any]) -> Classify:
    return Classify(None, raw["else"]) if "else" in raw else Classify(text_of(raw["when"]), raw["count"])


def _request(raw: Mapping[str, Any]) -> Request:
    """A merged request."""
    auth, timeout, statuses, body = (raw.get(key) for key in ("auth", "timeout", "expected_statuses", "body"))
    return Request(
        method=raw.get("method", "GET"),
        path=raw["path"],
        headers={name: text_of(value) for name, value in raw.get("headers", {}).items()},
        query=raw.get("query", {}),
        json=raw.get("json", UNSET),
        form=raw.get("form"),
        body=None if body is None else text_of(body),
        auth=None if auth is None else _auth(auth),
        captures=tuple(_capture(name, value) for name, value in raw.get("capture", {}).items()),
        checks={name: text_of(value) for name, value in raw.get("checks", {}).items()},
        timeout=None if timeout is None else _timeouts(timeout),
        expected_statuses=None if statuses is None else _statuses(statuses),
    )


def _auth(raw: Mapping[str, Any]) -> Auth:
    if "bearer" in raw:
        return Auth("bearer", bearer=text_of(raw["bearer"]))
    basic = raw["basic"]
    return Auth("basic", username=text_of(basic["username"]), password=text_of(basic["password"]))


def _capture(name: str, raw: Any) -> Capture:
    if isinstance(raw, str):
        return Capture(name, "jsonpath", raw)
    source: CaptureSource = "jsonpath" if "jsonpath" in raw else "header" if "header" in raw else "regex"
    return Capture(name, source, raw[source], raw.get("optional", False), raw.get("secret", False))


def _timeouts(raw: Any) -> Timeouts:
    if isinstance(raw, str):
        return Timeouts(parse_duration(raw))
    connect, first_byte = raw.get("connect"), raw.get("first_byte")
    return Timeouts(
        _seconds(raw.get("total"), _DEFAULT_TIMEOUT),
        None if connect is None else parse_duration(connect),
        None if first_byte is None else parse_duration(first_byte),
    )


def _statuses(raw: list[Any]) -> frozenset[int]:
    found: set[int] = set()
    for item in raw:
        if isinstance(item, int):
            found.add(item)
        else:
            first, last = item.split("-")
            found.update(range(int(first), int(last) + 1))
    return frozenset(found)


def _seconds(text: str | None, default: float) -> float:
    return default if text is None else parse_duration(text)
