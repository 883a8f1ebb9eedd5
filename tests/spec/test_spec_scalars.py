from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.spec.scalars import NumberError, scalar

CASES: list[tuple[str, Any]] = [
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nUll", "nUll"),
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("FALSE", False),
    ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"),
    ("1:50", "1:50"), ("190:20:30", "190:20:30"), ("2001-12-14", "2001-12-14"),
    ("010", 10), ("0o17", 15), ("0o8", "0o8"), ("0x1f", 31), ("0X1F", "0X1F"), ("0b11", "0b11"),
    ("1_000", "1_000"), ("+5", 5), ("-0", 0), ("--5", "--5"), ("-", "-"), (".", "."), ("+.", "+."),
    ("1.", 1.0), (".5", 0.5), ("-1.5e3", -1500.0), ("1e3", 1000.0), ("1e", "1e"), ("e3", "e3"),
    ("9223372036854775807", 2**63 - 1), ("18446744073709551615", 2**64 - 1), ("<<", "<<"), ("=", "="),
    ("\u0661", "\u0661"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CASES)
def test_core_schema(text: str, value: Any) -> None:
    found = scalar(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", [".inf", "-.INF", ".nan", "1e999", "18446744073709551616", "-9223372036854775809", "9" * 5000]
)
def test_numbers_that_json_cannot_hold(text: str) -> None:
    with pytest.raises(NumberError):
        scalar(text)


@given(st.integers(-(2**63), 2**64 - 1))
def test_whole_numbers_read_back(value: int) -> None:
    assert scalar(str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_read_back(value: float) -> None:
    assert scalar(repr(value)) == value
