"""A resolved document without errors → the model. Also what a worker does with the document it is sent.

Imports neither YAML nor jsonschema nor the grammar: each worker would pay for them. A document that was not validated
raises whatever it raises.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from loadspec.masking import Secret, revealed
from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.spec.building.auth import build_auth
from loadspec.spec.building.checks import with_schemas
from loadspec.spec.building.outputs import build_outputs
from loadspec.spec.building.pools import build_pool
from loadspec.spec.building.request import build_request, build_timeouts
from loadspec.spec.building.scenarios import build_scenarios
from loadspec.spec.building.settings import build_settings
from loadspec.spec.building.steps import build_steps
from loadspec.spec.building.tags import own_tags
from loadspec.spec.building.values import DEFAULT_TIMEOUT, read_env, seconds, text_of
from loadspec.spec.merge import merge_request
from loadspec.spec.model import EnvVar, MetricDef, Spec, Target, Timeouts
from loadspec.spec.tree import load_endpoints
from loadspec.thresholds import Threshold, read_slos, read_thresholds
from loadspec.thresholds.submetric import parse_submetric


def build(document: Mapping[str, Any], env_values: Mapping[str, str | Secret], source: str) -> Spec:
    """The `Spec` of a resolved, validated document."""
    written, document = document, with_schemas(document, PurePath(source).parent)
    folder = str(PurePath(source).parent)
    endpoints: Mapping[str, Any] = document.get("endpoints", {})
    target = build_target(document.get("target", {}), PurePath(source).parent)
    metrics = {name: _metric(name, value) for name, value in document.get("metrics", {}).items()}
    env = {name: _env(name, setting) for name, setting in document.get("env", {}).items()}
    return Spec(
        name=document.get("name", PurePath(source).stem),
        env=env,
        env_values={name: Secret(revealed(value)) if env[name].secret else value for name, value in env_values.items()},
        vars=document.get("vars", {}),
        target=target,
        pools={name: build_pool(name, pool, folder) for name, pool in document.get("pools", {}).items()},
        metrics=metrics,
        endpoints={
            name: build_request(merge_request(target.headers, raw, {}), target) for name, raw in endpoints.items()
        },
        setup=build_steps(document.get("setup", []), endpoints, target, "abort"),
        teardown=build_steps(document.get("teardown", []), endpoints, target, "continue"),
        scenarios=build_scenarios(
            document, lambda raw: build_steps(raw, endpoints, target, "continue"), target.timeout.total, folder
        ),
        thresholds=(
            *_thresholds(
                document.get("thresholds", {}), metrics, dict.fromkeys(own_tags(document)), load_endpoints(document)
            ),
            *read_slos(document.get("slos", {}), {}),
        ),
        outputs=tuple(build_outputs(document.get("outputs") or {})),
        tags=document.get("tags", {}),
        submetrics=tuple(
            parse_submetric(key, {*BUILTIN, *metrics}, dict.fromkeys(own_tags(document)))
            for key in document.get("submetrics", [])
        ),
        document=written,
        source=source,
        settings=build_settings(document, PurePath(source).parent),
        setup_timeout=seconds(document.get("setup_timeout"), DEFAULT_TIMEOUT),
        teardown_timeout=seconds(document.get("teardown_timeout"), DEFAULT_TIMEOUT),
    )


def _env(name: str, setting: Any) -> EnvVar:
    default, required = read_env(setting)
    return EnvVar(name, default, required, isinstance(setting, Mapping) and setting.get("secret", False))


def build_target(raw: Mapping[str, Any], folder: PurePath) -> Target:
    """The system under test."""
    return Target(
        base_url=raw.get("base_url", ""),
        timeout=build_timeouts(raw["timeout"]) if "timeout" in raw else Timeouts(),
        headers={name: text_of(value) for name, value in raw.get("headers", {}).items()},
        auth=None if raw.get("auth") is None else build_auth(raw["auth"]),
        cookies=raw.get("cookies", "iteration"),
        transport=raw.get("transport", "fast"),
        folder=str(folder),
    )


def _metric(name: str, value: Any) -> MetricDef:
    if isinstance(value, Mapping):
        return MetricDef(name, "trend", value["trend"])
    return MetricDef(name, value, "time" if value == "trend" else "default")


def _thresholds(
    raw: Mapping[str, Any],
    metrics: Mapping[str, MetricDef],
    tags: Mapping[str, Collection[str] | None],
    endpoints: Sequence[str],
) -> tuple[Threshold, ...]:
    kinds = {**BUILTIN, **{name: MetricInfo(metric.kind, metric.contains) for name, metric in metrics.items()}}
    return read_thresholds(raw, kinds, lambda _key: tags, endpoints)
