"""StatsD's lines and datagrams, by UDP and by a Unix socket."""

from __future__ import annotations

import re
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_live import head, store, tick

from loadspec.metrics import BUILTIN, Store, tags_of
from loadspec.metrics.figures import parse_figures
from loadspec.outputs.pump import Refused
from loadspec.outputs.reach import Reach
from loadspec.outputs.selected import with_submetrics
from loadspec.outputs.statsd import DogStatsD, StatsD
from loadspec.outputs.statsd_lines import datagrams, plain_lines, tagged_lines
from loadspec.outputs.target import Target
from loadspec.thresholds.submetric import parse_submetric

FIGURES = parse_figures(["avg", "p(99.9)"])
_LINE = re.compile(r"[\w.-]+:-?\d+(\.\d+)?\|[cg](\|#[^\s|#,]+:[^\s|#,]+(,[^\s|#,]+:[^\s|#,]+)*)?", re.ASCII)


def test_statsd_has_each_metric_in_all():
    made = store(2)
    made.merge(store(2, endpoint="generate"))
    assert sorted(plain_lines(tick(made, tags={"testid": "7"}), FIGURES, "loadspec.")) == [
        "loadspec.checks.passes:2|c",
        "loadspec.checks.rate:0.5|g",
        "loadspec.checks.total:4|c",
        "loadspec.http_req_duration.avg:15|g",
        "loadspec.http_req_duration.count:4|c",
        "loadspec.http_req_duration.p99_9:20|g",
        "loadspec.http_reqs:4|c",
        "loadspec.vus:2|g",
    ]


def test_dogstatsd_has_each_series_with_its_tags():
    lines = set(tagged_lines(tick(store(2), tags={"testid": "7", "none": ""}), FIGURES, ""))
    assert "http_reqs:2|c|#endpoint:login,scenario:default,testid:7" in lines
    assert "vus:2|g|#testid:7" in lines


def test_a_gauge_below_zero_is_set_to_zero_first_where_a_sign_would_change_it():
    made = Store()
    made.gauge("balance").add(-2.5)
    assert list(plain_lines(tick(made), FIGURES, "")) == ["balance:0|g", "balance:-2.5|g"]
    assert list(tagged_lines(tick(made), FIGURES, "")) == ["balance:-2.5|g"]


@given(st.text(min_size=1), st.text(), st.text(), st.floats(0, 1e12))
def test_whatever_is_in_names_and_tags_a_line_is_one(metric, name, text, number):
    made = Store()
    made.counter(metric, ((name, text),)).add(number)
    for lines in (plain_lines, tagged_lines):
        (line,) = lines(tick(made), FIGURES, "")
        assert _LINE.fullmatch(line) or (not text or not name), line
        assert "\n" not in line


@given(st.lists(st.text("abc", min_size=1, max_size=30), max_size=60), st.integers(1, 80))
def test_datagrams_hold_all_lines_and_no_more_bytes_than_they_may(lines, most):
    sent = list(datagrams(lines, most))
    assert "\n".join(part.decode() for part in sent).split("\n") == (lines or [""])
    assert all(len(part) <= most or b"\n" not in part for part in sent)


def test_a_unix_socket_takes_larger_datagrams(tmp_path):
    made = Store()
    for number in range(300):
        made.counter("reqs", tags_of(endpoint=f"endpoint-{number}")).add()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "dsd.sock"))
        server.settimeout(10)
        output = DogStatsD(Target("dogstatsd", f"unix:{tmp_path / 'dsd.sock'}"), head())
        output.send(tick(made))
        output.close()
        parts = [server.recv(65536) for _ in range(2)]
    assert 1432 < max(map(len, parts)) <= 8192
    assert sum(part.count(b"|c") for part in parts) == 300


def test_what_is_not_there_or_not_allowed_is_said(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        StatsD(Target("statsd", f"unix:{tmp_path}/none"), head()).send(tick(store()))
    folder = str(tmp_path / "spec")
    with pytest.raises(Refused, match="does not lie below"):
        StatsD(Target("statsd", f"unix:{tmp_path}/none", {}, Reach(None, folder)), head()).send(tick(store()))


def test_of_statsd_a_sub_metric_has_its_selector_in_its_name():
    parts = [parse_submetric(key, BUILTIN, {}) for key in ("http_reqs{endpoint:login}", "http_reqs{endpoint!:login}")]
    made = store(2)
    made.merge(store(3, endpoint="generate"))
    wider = with_submetrics(made, parts)
    lines = set(plain_lines(tick(wider), FIGURES, ""))
    assert {
        "http_reqs:5|c",
        "http_reqs_submetric.endpoint_login:2|c",
        "http_reqs_submetric.endpoint_not_login:3|c",
    } <= lines
    assert "http_reqs_submetric:2|c|#selector:endpoint:login" in set(tagged_lines(tick(wider), FIGURES, ""))
    assert made.series.keys() < wider.series.keys()


def test_sub_metrics_have_names_of_their_own_however_they_are_spaced():
    keys = ("endpoint: login", "endpoint!:login", "endpoint!: login", "endpoint~login", "endpoint:login")
    wider = with_submetrics(store(2), [parse_submetric(f"http_reqs{{{key}}}", BUILTIN, {}) for key in keys])
    names = [line.partition(":")[0] for line in plain_lines(tick(wider), FIGURES, "") if "_submetric" in line]
    ends = [name.removeprefix("http_reqs_submetric.") for name in names]
    assert ends == ["endpoint_login", "endpoint_like_login"]
