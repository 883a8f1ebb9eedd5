from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.report import text


@pytest.mark.parametrize(
    ("show", "value", "shown"),
    [
        (text.ms, None, "–"),
        (text.ms, 0.0, "0s"),
        (text.ms, 0.05, "50µs"),
        (text.ms, 45.375, "45.38ms"),
        (text.ms, 644.4444, "644.4ms"),
        (text.ms, 1211.6, "1.21s"),
        (text.percent, 0.1148, "11.48%"),
        (text.percent, 0.0, "0%"),
        (text.percent, 1.0, "100%"),
        (text.percent, 0.000001, "<0.01%"),
        (text.percent, 0.999999, ">99.99%"),
        (text.percent, None, "–"),
        (text.signed_percent, -0.0375, "−3.8%"),
        (text.signed_percent, 0.989, "+98.9%"),
        (text.signed_percent, -1e9, "−>9999%"),
        (text.clock, 38.9, "00:38"),
        (text.clock, 3723, "1:02:03"),
        (text.clock, None, "–"),
        (text.per_second, 0.254, "0.25"),
        (text.per_second, 59.68, "59.7"),
        (text.per_second, 12345.6, "12 346"),
        (text.utc, "2026-04-12T08:09:10Z", "2026-04-12 08:09:10 UTC"),
        (text.utc, "2026-04-12T08:09:10.123456+00:00", "2026-04-12 08:09:10 UTC"),
        (text.utc, "yesterday", "yesterday"),
    ],
)
def test_figures_for_people(show: Callable[[Any], str], value: Any, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("c1\x9b31m", "c1\\x9b31m"),
        ("\ud800", "\\ud800"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("line\r\nline\ttab", "line\nline\ttab"),
        ("Grüße, 日本, 🙂", "Grüße, 日本, 🙂"),
    ],
)
def test_visible_writes_out_what_would_not_show(hostile: str, shown: str) -> None:
    assert text.visible(hostile) == shown


@given(st.text())
def test_visible_text_fits_utf8_and_stays_as_it_is(sample: str) -> None:
    shown = text.visible(sample)
    shown.encode("utf-8")
    assert text.visible(shown) == shown
