"""Thresholds as JSON values, as a run's head keeps them: what comes back is what went out."""

from __future__ import annotations

import msgspec
import pytest

from loadspec.metrics import BUILTIN
from loadspec.thresholds import Threshold, parse_thresholds
from loadspec.thresholds.expressions import parse_expression

TEXTS = [
    ("http_req_duration", "p(95) < 2s"),
    ("http_req_duration{endpoint:generate, poll:any}", {"that": "within(500ms) >= 99.9%", "failures": "infinite"}),
    ("http_reqs{status~5..}", {"that": "count == 0", "abort": True, "after": "10s", "grace": "5s"}),
    ("http_req_failed", {"that": "rate < 1%", "level": "warn", "window": "30s", "empty": "pass"}),
]


def test_an_expression_there_and_back():
    text = "count(http_reqs{status~5..}) < 5% of (count(http_reqs) + 1)"
    threshold = parse_expression({"that": text, "window": "30s"}, BUILTIN, {})
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(threshold)), Threshold) == threshold


@pytest.mark.parametrize(("key", "item"), TEXTS)
def test_there_and_back(key, item):
    (threshold,) = parse_thresholds(key, item, BUILTIN)
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(threshold)), Threshold) == threshold
