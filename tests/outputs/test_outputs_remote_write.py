"""Remote write against a real Prometheus; protobuf and snappy against the official libraries."""

from __future__ import annotations

import time
from collections import Counter as Tally

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_databases import needs_prometheus, prometheus, query
from support_live import head, store, tick

from loadspec.metrics import BUILTIN, Store, Trend, tags_of
from loadspec.metrics.figures import parse_figures
from loadspec.outputs import protobuf
from loadspec.outputs.exponential import SCALE, exponential
from loadspec.outputs.posting import Poster
from loadspec.outputs.prometheus_rw import PrometheusRemoteWrite
from loadspec.outputs.remote_write import Naming, label, write_request
from loadspec.outputs.target import Target

FIGURES = parse_figures(["count", "sum", "avg", "max", "p(99)"])
NAMING = Naming(BUILTIN, FIGURES)
_INT64 = st.integers(0, 2**63 - 1)


def send(url: str, data: bytes) -> None:
    kind = {"content_type": "application/x-protobuf", "content_encoding": "snappy"}
    Poster(Target("prometheus-rw", f"{url}/api/v1/write"), **kind).post(protobuf.snappy(data))


@needs_prometheus
def test_prometheus_takes_every_kind_of_series(tmp_path):
    now = time.time()
    first, then = store(4, odd='a"b\\c\nd é'), store(2, odd='a"b\\c\nd é')
    total = Store()
    with prometheus(tmp_path) as url:
        for at, new in ((now - 5, first), (now, then)):
            total.merge(new)
            send(url, write_request(tick(new, at, total=total, tags={"testid": "7", "scenario": "not this"}), NAMING))
        own = {"endpoint": "login", "scenario": "default", "odd": 'a"b\\c\nd é', "testid": "7"}
        found = {row["metric"].pop("__name__"): row for row in query(url, '{__name__=~"loadspec_.+"}', now)}
    assert {name: float(row["value"][1]) for name, row in found.items()} == pytest.approx(
        {
            "loadspec_http_reqs_total": 6,
            "loadspec_http_req_duration_count": 6,
            "loadspec_http_req_duration_sum": 0.13,
            "loadspec_http_req_duration_avg": 0.015,
            "loadspec_http_req_duration_max": 0.02,
            "loadspec_http_req_duration_p99": 0.0199,
            "loadspec_checks_rate": 0.5,
            "loadspec_vus": 2,
        }
    )
    assert found["loadspec_http_reqs_total"]["metric"] == own
    assert found["loadspec_vus"]["metric"] == {"testid": "7", "scenario": "not this"}


@needs_prometheus
def test_prometheus_takes_native_histograms(tmp_path):
    now, trend = time.time(), Store()
    for value in range(1, 1001):
        trend.trend("http_req_duration", tags_of(endpoint="login")).add(value)
    with prometheus(tmp_path) as url:
        send(url, write_request(tick(trend, now), Naming(BUILTIN, FIGURES, histograms=True)))
        name = "loadspec_http_req_duration_seconds"
        quantile = query(url, f"histogram_quantile(0.5, {name})", now)
        count, total = query(url, f"histogram_count({name})", now), query(url, f"histogram_sum({name})", now)
    assert float(quantile[0]["value"][1]) == pytest.approx(0.5, rel=0.05)
    assert float(count[0]["value"][1]) == 1000
    assert float(total[0]["value"][1]) == pytest.approx(500.5)


def test_a_trend_that_counts_no_time_keeps_its_unit():
    made = Store()
    made.trend("tokens").add(40)
    assert b"loadspec_tokens_max" in write_request(tick(made), NAMING)
    histograms = write_request(tick(made), Naming(BUILTIN, FIGURES, histograms=True))
    assert b"loadspec_tokens" in histograms
    assert b"loadspec_tokens_seconds" not in histograms


@pytest.mark.parametrize(
    ("name", "written"), [("a-b.c", "a_b_c"), ("1st", "_1st"), ("__name__", "_name__"), ("", "_"), ("é", "_")]
)
def test_a_label_is_what_prometheus_takes(name, written):
    assert label(name) == written


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_are_protobufs_own(number):
    encoder = pytest.importorskip("google.protobuf.internal.encoder")
    parts: list[bytes] = []
    encoder.Int64Encoder(1, False, False)(parts.append, number, True)
    encoder.SInt64Encoder(2, False, False)(parts.append, number, True)
    assert protobuf.integer(1, number) + protobuf.signed(2, number) == b"".join(parts)


@given(st.binary(max_size=300), st.integers(0, 600))
def test_snappy_is_read_by_a_library(data, times):
    cramjam = pytest.importorskip("cramjam")
    data *= times
    for written in (protobuf.snappy(data), protobuf.literals(data)):
        assert bytes(cramjam.snappy.decompress_raw(written)) == data


@given(st.lists(st.floats(1e-3, 1e6) | st.floats(-1e6, -1e-3) | st.just(0.0), min_size=1, max_size=50))
def test_each_value_lies_in_its_exponential_bucket(values):
    trend, base = Trend(), 2.0 ** (2.0**-SCALE)
    for value in values:
        trend.add(value)
    found = exponential(trend)
    assert found.zeros == values.count(0.0)
    for side, sign in ((found.positive, 1), (found.negative, -1)):
        sizes = sorted(value * sign for value in values if value * sign > 0)
        places = list(Tally(side).elements())
        for place, size in zip(places, sizes, strict=True):
            assert base**place / (1 + 1 / 128) <= size <= base ** (place + 1) * (1 + 1 / 128)


@needs_prometheus
@pytest.mark.parametrize("histograms", [False, True])
def test_at_its_end_a_runs_series_end(tmp_path, histograms):
    """Prometheus shows none of them right after, not the last sample for five minutes more."""
    now = time.time()
    with prometheus(tmp_path) as url:
        target = Target(
            "prometheus-rw", f"{url}/api/v1/write", {"native_histograms": histograms, "trend_stats": "avg,count"}
        )
        output = PrometheusRemoteWrite(target, head(tags={"testid": "7"}))
        output.send(tick(store(4), now - 1, tags={"testid": "7"}))
        before = query(url, '{__name__=~"loadspec_.+"}', now - 0.5)
        output.close()
        after = query(url, '{__name__=~"loadspec_.+"}', now)
        assert len(before) == (4 if histograms else 5)
        assert after == []
        assert len(query(url, '{__name__=~"loadspec_.+"}', now - 1)) == len(before), "what was measured stays"


def test_a_run_that_has_sent_nothing_ends_nothing():
    output = PrometheusRemoteWrite(Target("prometheus-rw", "http://127.0.0.1:1/w"), head())
    output.close()
