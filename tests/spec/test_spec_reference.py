"""The reference spec, field by field."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from importlib import resources

import pytest
from msgspec.structs import replace

from loadspec.load import RampingVus, Stage
from loadspec.masking import revealed
from loadspec.spec import Spec, build, load
from loadspec.spec.model import (
    UNSET,
    Auth,
    CallStep,
    Capture,
    Classify,
    EnvVar,
    MetricDef,
    PollStep,
    Request,
    Target,
    ThinkStep,
    Timeouts,
)

REFERENCE = resources.files("loadspec.specs") / "image-generation.yaml"
ACCEPT = {"Accept": "application/json"}
LOGIN = Request(
    method="POST",
    path="/api/auth/login",
    headers=ACCEPT,
    json={"email": "{{ env.LOAD_USER }}", "password": "{{ env.LOAD_PASS }}"},
    captures=(Capture("token", "jsonpath", "$.token", secret=True),),
    checks={"login successful": "status == 200 and defined(json.token)"},
)
GENERATE = Request(
    method="POST",
    path="/api/images/seedream4/generate",
    headers=ACCEPT,
    json={"prompt": "{{ pool.prompts }}"},
    auth=Auth("bearer", {"token": "{{ token }}"}),
    captures=(Capture("session_id", "jsonpath", "$.session_id"),),
    checks={
        "status is 202": "status == 202",
        "has session_id": "defined(json.session_id)",
        "has client_key": "defined(json.clientKey)",
    },
)
STATUS = Request(
    method="GET",
    path="/api/sessions/{{ session_id }}",
    headers=ACCEPT,
    auth=Auth("bearer", {"token": "{{ token }}"}),
)


@pytest.fixture(scope="module")
def spec() -> Spec:
    loaded = load(str(REFERENCE))
    assert loaded.warnings == ()
    return loaded.spec


def test_head(spec: Spec) -> None:
    assert spec.name == "image generation"
    assert spec.env == {
        "API_BASE": EnvVar("API_BASE", "http://127.0.0.1:8089"),
        "LOAD_USER": EnvVar("LOAD_USER", "loadtest@example.com"),
        "LOAD_PASS": EnvVar("LOAD_PASS", "mock-password", secret=True),
    }
    assert {name: revealed(value) for name, value in spec.env_values.items()} == {
        name: variable.default for name, variable in spec.env.items()
    }
    assert spec.vars == {"await_image": False}
    assert replace(spec.target, folder=".") == Target("{{ env.API_BASE }}", Timeouts(120.0), ACCEPT)
    assert spec.source == str(REFERENCE)
    assert (spec.setup_timeout, spec.teardown_timeout) == (60.0, 60.0)


def test_pools_and_metrics(spec: Spec) -> None:
    assert spec.pools["prompts"].pick == "random"
    assert len(spec.pools["prompts"].items) == 8
    assert spec.pools["prompts"].items[0] == "A scenic landscape at sunset"
    assert list(spec.metrics.values()) == [
        MetricDef("response_time", "trend", "time"),
        MetricDef("time_to_image", "trend", "time"),
        MetricDef("errors", "rate"),
        MetricDef("generation_success", "rate"),
        MetricDef("credit_errors", "counter"),
        MetricDef("provider_errors", "counter"),
        MetricDef("other_errors", "counter"),
    ]


def test_endpoints(spec: Spec) -> None:
    assert spec.endpoints == {"login": LOGIN, "generate": GENERATE, "image_status": STATUS}
    assert spec.endpoints["image_status"].json is UNSET


def test_flow(spec: Spec) -> None:
    assert spec.setup == (CallStep("login", "login", LOGIN, on_fail="abort"),)
    assert spec.teardown == ()
    (scenario,) = spec.scenarios
    assert scenario.name == "default"
    assert scenario.flow == (
        CallStep("login", "login", LOGIN),
        CallStep(
            "generate",
            "generate",
            GENERATE,
            record={"response_time": "duration", "errors": "not ok", "generation_success": "ok"},
            classify=(
                Classify("status == 402", "credit_errors"),
                Classify("status >= 500", "provider_errors"),
                Classify(None, "other_errors"),
            ),
        ),
        PollStep(
            "image_status",
            "image_status",
            STATUS,
            when="vars.await_image and steps.generate.ok",
            record={"time_to_image": "since('generate')"},
            every=1.0,
            timeout=120.0,
            until="json.status == 'done'",
            fail_when="json.status in ['failed', 'cancelled']",
        ),
        ThinkStep("think", 1.0, 3.0),
    )


def test_load(spec: Spec) -> None:
    stages = (Stage(10.0, 5), Stage(20.0, 10), Stage(30.0, 10), Stage(10.0, 0))
    assert spec.scenarios[0].load == RampingVus(stages)


def test_thresholds(spec: Spec) -> None:
    assert [(t.title, t.limit) for t in spec.thresholds] == [
        ("errors: rate < 10%", 0.1),
        ("http_req_duration: p(95) < 30s", 30_000.0),
        ("http_req_duration: p(99) < 60s", 60_000.0),
        ("generation_success: rate > 80%", 0.8),
        ("http_req_failed: rate < 10%", 0.1),
    ]


def test_document_is_what_runs(spec: Spec) -> None:
    assert "profiles" not in spec.document
    sent = json.loads(json.dumps(spec.document))
    assert build(sent, dict(spec.env_values), spec.source) == spec
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET


def test_a_worker_needs_neither_yaml_nor_jsonschema() -> None:
    code = (
        "import sys, loadspec.spec; assert 'loadspec.spec.reader' not in sys.modules;"
        "from loadspec.spec import build;"
        "build({'flow': [{'think': '1s'}]}, {}, 'x');"
        "print([m for m in ('yaml', 'jsonschema', 'gevent', 'requests', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_reference_validates_without_jsonpath_or_gevent() -> None:
    code = (
        f"import sys; from loadspec.spec import load; load({str(REFERENCE)!r});"
        "print([m for m in ('jsonpath', 'gevent', 'requests', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
