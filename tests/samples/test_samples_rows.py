"""Rows of a tape as lines: what each format says of them, and that no text of a spec or server gets out of its cell."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics.tape import Row, Tape
from loadspec.samples.formats import Csv, Format, Jsonl
from loadspec.samples.rows import COLUMNS, Renderer

TAGS = {"scenario": "buy", "endpoint": "login", "poll": "false", "team": "a,b", "100%": "s%d"}
TAPE = Tape("load")


def answered(status: int = 200, late: float | None = None, **tags: str) -> Row:
    """Sent at 12.5 s of the monotonic clock, 2.5 s of the phase."""
    source = TAPE.source("answered", {**TAGS, **tags}, expected=status < 400)
    return (source, 12.5, 12.51, 12.511, 12.6, 12.602, 0.002, 0.005, 0.001, late, status, 120, 345, 6, 3)


def lost() -> Row:
    return (TAPE.source("lost", TAGS, expected=False), 13.0, "refused", "connect", 0, 6, 4)


def rendered(format: Format, *rows: Row, mask: Any = str) -> str:
    render = Renderer(format, 1_000_000.0, lambda phase: {"load": 10.0}[phase], mask)
    text, count = render(rows)
    assert text.count("\n") == count
    return render.header() + text


def table(*rows: Row, **options: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered(Csv(), *rows, **options), newline="")))


def lines(*rows: Row, **options: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in rendered(Jsonl(), *rows, **options).splitlines()]


EXPECTED = {
    "timestamp": 1000012.5,
    "elapsed_s": 2.5,
    "phase": "load",
    "scenario": "buy",
    "group": "",
    "endpoint": "login",
    "poll": False,
    "expected_response": True,
    "status": 200,
    "error": None,
    "error_phase": None,
    "error_code": None,
    "http_req_duration_ms": 92.0,
    "http_req_blocked_ms": 2.0,
    "http_req_connecting_ms": 5.0,
    "http_req_tls_handshaking_ms": 1.0,
    "http_req_sending_ms": 1.0,
    "http_req_waiting_ms": 89.0,
    "http_req_receiving_ms": 2.0,
    "scheduled_latency_ms": None,
    "data_sent_bytes": 120,
    "data_received_bytes": 345,
    "vu": 7,
    "iteration": 3,
}


def test_a_request_in_both_formats() -> None:
    (line,), (row,) = lines(answered()), table(answered())
    assert line == {"type": "request", **EXPECTED, "extra_tags": {"team": "a,b", "100%": "s%d"}}
    assert row.pop("extra_tags") == "100%=s%d&team=a,b"
    assert tuple(table(answered())[0]) == COLUMNS
    for name, value in EXPECTED.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert float(row[name]) == pytest.approx(value)
        else:
            assert row[name] == {True: "true", False: "false", None: ""}.get(value, value)  # type: ignore[call-overload]


def test_of_an_open_load_it_says_how_long_after_it_was_due() -> None:
    assert lines(answered(late=0.5))[0]["scheduled_latency_ms"] == pytest.approx(602)


def test_an_error_has_k6s_code_and_no_times() -> None:
    (bad,) = lines(answered(status=503))
    assert (bad["error"], bad["error_code"], bad["expected_response"]) == (None, 1503, False)
    (row,), (line,) = table(lost()), lines(lost())
    assert (row["status"], row["error"], row["error_phase"], row["error_code"]) == ("0", "refused", "connect", "1212")
    assert row["http_req_duration_ms"] == row["scheduled_latency_ms"] == ""
    assert line["http_req_duration_ms"] is None
    assert line["elapsed_s"] == 3.0


def test_csv_has_requests_only_and_jsonl_everything() -> None:
    rows = [
        (TAPE.source("iteration", {"scenario": "buy"}), 11.0, 11.25, 6, 3),
        (TAPE.source("check", TAGS, "status is 200"), 11.0, 500, 6, 3),
        (TAPE.source("metric", TAGS, "cost"), 11.0, 0.1),
        (TAPE.source("metric", TAGS, "paid"), 11.0, True),
    ]
    assert table(*rows) == []
    iteration, check, cost, paid = lines(*rows)
    assert iteration == {
        "type": "iteration",
        "timestamp": 1000011.0,
        "elapsed_s": 1.0,
        "phase": "load",
        "scenario": "buy",
        "extra_tags": {},
        "iteration_duration_ms": 250.0,
        "vu": 7,
        "iteration": 3,
    }
    assert (check["type"], check["check"], check["status"]) == ("check", "status is 200", 500)
    assert (cost["metric"], cost["value"], paid["value"]) == ("cost", 0.1, 1)


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_no_text_is_a_formula(start: str) -> None:
    hostile = f"{start}HYPERLINK(1)"
    (row,) = table(answered(scenario=hostile, group=hostile))
    assert row["scenario"].startswith("'")
    assert row["group"].startswith("'")
    assert lines(answered(scenario=hostile))[0]["scenario"].endswith("HYPERLINK(1)")
    (plain,) = csv.DictReader(io.StringIO(rendered(Csv(guarded=False), answered(scenario=f"{start}1")), newline=""))
    assert not plain["scenario"].startswith("'")


@given(st.text(), st.text())
def test_whatever_a_text_is_it_stays_in_its_cell(scenario: str, tag: str) -> None:
    row = answered(scenario=scenario, team=tag)
    (line,), (cells,) = lines(row), table(row)
    assert None not in cells
    assert (line["endpoint"], cells["endpoint"], cells["vu"]) == ("login", "login", "7")
    for text in (line["scenario"], cells["scenario"], line["extra_tags"]["team"]):
        assert not any(letter in text for letter in "\x00\x07\x1b\x9b\n\r\u202e")


def test_secrets_in_tags_are_masked() -> None:
    row = answered(team="hunter22", scenario="x-hunter22")
    text = rendered(Jsonl(), row, mask=lambda text: text.replace("hunter22", "***"))
    assert "hunter22" not in text
    assert text.count("***") == 2
