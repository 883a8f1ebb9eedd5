from __future__ import annotations

import jsonschema
import pytest
import yaml

from bench import server
from bench.cases import RAMP, SECONDS, THINK, USERS, cases
from bench.tools.base import HERE, SPECS
from loadspec.spec.schema import spec_schema


def read(name: str) -> dict:
    return yaml.safe_load((SPECS / f"{name}.yaml").read_text())


FLOW = read("flow")


def test_every_case_has_its_spec():
    assert {case.job.spec for case in cases(50, 8)} == {path.stem for path in SPECS.glob("*.yaml")}


@pytest.mark.parametrize("name", sorted(path.stem for path in SPECS.glob("*.yaml")))
def test_specs_keep_to_the_schema(name):
    jsonschema.Draft7Validator(spec_schema()).validate(read(name))


def test_the_gzip_flow_differs_by_its_header_alone():
    headers = {**FLOW["target"]["headers"], "Accept-Encoding": "gzip"}
    assert read("flow-gzip") == {**FLOW, "name": "bench flow, gzip", "target": {**FLOW["target"], "headers": headers}}


def test_shared_connections_differ_by_that_alone():
    spec = read("flow-http2-shared")
    assert spec.pop("http") == {"share_connections": True}
    assert spec == {**read("flow-http2"), "name": "bench flow, HTTP/2 shared"}


@pytest.mark.parametrize(("name", "more"), [("TLS", {}), ("HTTP/2", {"transport": "curl"})])
def test_the_encrypted_flows_differ_by_how_the_server_is_reached_alone(name, more):
    spec = read("flow-http2" if more else "flow-tls")
    assert spec.pop("target") == {**FLOW["target"], "tls": {"insecure_skip_verify": True}, **more}
    assert spec.pop("env") == {**FLOW["env"], "API_BASE": {"default": "https://127.0.0.1:8089"}}
    assert spec.pop("name") == f"bench flow, {name}"
    assert spec == {key: FLOW[key] for key in FLOW if key not in ("name", "target", "env")}


def test_ten_thousand_users_differ_by_think_time_and_shape_alone():
    many = read("users-10k")
    low, high = THINK
    assert many.pop("stages") == f"{RAMP}s:{USERS}, {SECONDS - RAMP}s:{USERS}"
    assert many.pop("flow") == [*FLOW["flow"], {"think": f"{low}s..{high}s"}]
    assert many.pop("name") == "bench 10 000 users"
    assert many == {key: FLOW[key] for key in FLOW if key not in ("name", "flow", "vus", "duration")}


@pytest.mark.parametrize("script", ["k6_flow.js", "locustfile.py", "wrk_flow.lua"])
def test_all_tools_send_the_same(script):
    text = (HERE / script).read_text()
    missing = [prompt for prompt in FLOW["pools"]["prompts"]["items"] if prompt not in text]
    assert missing == []
    for path, _, _ in server.ANSWERS.values():
        assert path in text


@pytest.mark.parametrize("script", ["k6_flow.js", "locustfile.py"])
def test_the_peers_check_the_same(script):
    text = (HERE / script).read_text()
    checks = [name for endpoint in FLOW["endpoints"].values() for name in endpoint["checks"]]
    assert len(checks) == 4
    assert [name for name in checks if name not in text] == []
