from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_results import make_result

from bench.tools import TOOLS, Figures, Job, k6, loadspec, locust, wrk
from loadspec.metrics import Store
from loadspec.outputs import results_json

FLOW = Job("flow", "http://127.0.0.1:1", Path("/scratch"), users=50, seconds=8)
MANY = replace(FLOW, spec="users-10k", users=10_000, seconds=30, ramp=10, think=(9, 11))


def test_loadspec_results():
    result = make_result()
    latency = result.stores["load"].select("http_req_duration")
    found = loadspec.figures(results_json.render(result))
    assert found.requests == sum(row.sent for row in result.requests if row.phase == "load") > 0
    assert found.failures == sum(check.fails for check in result.checks) > 0
    assert [found.p50, found.p99] == pytest.approx(latency.percentiles((50, 99)))


def test_loadspec_results_without_an_answer():
    silent = make_result(stores={phase: Store() for phase in ("setup", "load", "teardown")})
    with pytest.raises(LookupError):
        loadspec.figures(results_json.render(silent))


def test_loadspec_results_are_found_in_the_report_folder(tmp_path):
    job = replace(FLOW, folder=tmp_path)
    with pytest.raises(OSError, match=r"no results\.json"):
        loadspec.parse(job, "")
    run = tmp_path / "reports" / "20260412-080910-3fa2"
    run.mkdir(parents=True)
    (run / "results.json").write_text(results_json.render(make_result(seconds=7)))
    (tmp_path / "reports" / "latest").symlink_to(run)
    assert loadspec.parse(job, "").requests > 0


def test_k6_summary(recorded):
    assert k6.figures(recorded("k6.json")) == Figures(9672, pytest.approx(0.116148), pytest.approx(0.931409), 0)


def test_locust_json(recorded):
    assert locust.figures(recorded("locust.json")) == Figures(4998, 0.0, 0.0, 0)


def test_locust_sums_endpoints_and_failures():
    text = """[{"num_requests": 3, "num_failures": 1, "response_times": {"2": 2, "10": 1}},
               {"num_requests": 1, "num_failures": 2, "response_times": {"300": 1}}]"""
    assert locust.figures(text) == Figures(4, 2.0, 300.0, 3)


def test_wrk_output(recorded):
    assert wrk.figures(recorded("wrk.txt")) == Figures(32886, 0.053, 0.657, 0)


def test_wrk_failures_and_units():
    text = """
     50%    1.50ms
     99%    2.25s
  100 requests in 1.00s, 7.20MB read
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 50
"""
    assert wrk.figures(text) == Figures(100, 1.5, 2250.0, 60)


@pytest.mark.parametrize("figures", [k6.figures, locust.figures, wrk.figures])
def test_an_empty_output_is_an_error_not_a_zero(figures):
    with pytest.raises(ValueError):  # noqa: PT011 - each tool words it its own way
        figures("")


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 20), min_size=1), st.sampled_from([0.01, 0.5, 0.99, 1.0]))
def test_percentile_equals_that_of_the_written_out_list(histogram, share):
    written_out = sorted(value for value, count in histogram.items() for _ in range(count))
    assert locust.percentile(histogram, share) == written_out[math.ceil(share * len(written_out)) - 1]


def test_percentile_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="no request"):
        locust.percentile({5.0: 0}, 0.5)


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_commands_carry_address_users_and_seconds(name):
    words = " ".join(TOOLS[name].command(FLOW))
    assert "http://127.0.0.1:1" in words
    assert "50" in words
    assert "8s" in words


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("loadspec", "--stages 10s:10000,20s:10000"),
        ("k6", "--env STAGES=10s:10000,20s:10000 --env THINK=9,11"),
        ("locust", "--spawn-rate 1000 --run-time 30s"),
    ],
)
def test_a_ramp_becomes_the_same_shape_everywhere(name, shape):
    assert shape in " ".join(TOOLS[name].command(MANY))


@pytest.mark.parametrize(("name", "asks"), [("k6", "GZIP=1"), ("wrk", "-- gzip")])
def test_gzip_is_asked_for_only_when_wanted(name, asks):
    assert asks in " ".join(TOOLS[name].command(replace(FLOW, variant="gzip")))
    assert asks not in " ".join(TOOLS[name].command(FLOW))


@pytest.mark.parametrize("variant", ["tls", "http2"])
def test_k6_accepts_the_certificate_of_an_encrypted_variant_alone(variant):
    assert "--insecure-skip-tls-verify" in k6.command(replace(FLOW, variant=variant))
    assert "--insecure-skip-tls-verify" not in k6.command(FLOW)
