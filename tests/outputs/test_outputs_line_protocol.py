"""InfluxDB's line protocol against a real InfluxDB."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_databases import influx_query, influxdb, needs_influxdb
from support_live import store, tick

from loadspec.metrics import Store, tags_of
from loadspec.metrics.figures import parse_figures
from loadspec.outputs.line_protocol import lines
from loadspec.outputs.posting import Poster
from loadspec.outputs.pump import Refused
from loadspec.outputs.target import Target

FIGURES = parse_figures(["avg", "max", "p(95)"])
HOSTILE = ["a b,c=d", "back\\slash\\", "new\nline\r", 'quo"te', "é", "x\\,y", " ", "#no comment", "\\ "]


def write(url: str, text: str) -> None:
    Poster(Target("influxdb", f"{url}/write?db=loadtest&precision=ms")).post(text.encode())


@needs_influxdb
def test_influxdb_takes_every_kind_of_series_and_every_text(tmp_path):
    made = store(4)
    for number, text in enumerate(HOSTILE):
        made.counter("odd", tags_of(number=str(number), text=text, **{f"name {text}": "x"})).add()
    with influxdb(tmp_path) as url:
        write(url, "\n".join(lines(tick(made, tags={"testid": "7", "none": ""}), FIGURES)))
        (duration,) = influx_query(url, "SELECT * FROM http_req_duration", epoch="ms")
        (checks,) = influx_query(url, 'SELECT passes, total, value, "testid", "endpoint" FROM checks', epoch="ms")
        (reqs,) = influx_query(url, "SELECT value FROM http_reqs", epoch="ms")
        (vus,) = influx_query(url, "SELECT value FROM vus", epoch="ms")
        odd = influx_query(url, "SELECT value FROM odd GROUP BY number, text")
    row = dict(zip(duration["columns"], duration["values"][0], strict=True))
    tags = {"endpoint": "login", "scenario": "default", "testid": "7"}
    fields = {"avg": 25, "count": 4, "max": 40, "p95": pytest.approx(38.5, rel=0.01), "sum": 100}
    assert row == {"time": 1_700_000_000_000, **tags, **fields}
    assert checks["values"] == [[1_700_000_000_000, 2, 4, 0.5, "7", "login"]]
    assert (reqs["values"][0][1], vus["values"][0][1]) == (4, 4)
    shown = {int(one["tags"]["number"]): one["tags"]["text"] for one in odd}
    assert shown == {n: text.translate({10: " ", 13: " ", 92: "/"}) for n, text in enumerate(HOSTILE)}


@needs_influxdb
def test_a_wrong_password_is_refused_and_the_right_one_is_taken(tmp_path):
    with influxdb(tmp_path, auth=True) as url:
        text = "\n".join(lines(tick(store(1)), FIGURES))
        with pytest.raises(Refused, match="answered 401"):
            write(url, text)
        write(url.replace("//", "//tester:s3cret@"), text)
        assert influx_query(url, "SELECT * FROM http_reqs", u="tester", p="s3cret")


@given(st.text(), st.text(), st.text())
def test_a_series_is_one_line(metric, name, text):
    made = Store()
    made.counter(metric or "m", ((name, text),)).add()
    (line,) = lines(tick(made), FIGURES)
    assert "\n" not in line
    assert "\\\\" not in line


def test_what_is_not_finite_is_left_out():
    made = Store()
    made.gauge("temperature").add(float("nan"))
    assert list(lines(tick(made), FIGURES)) == []
