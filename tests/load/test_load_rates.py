"""Rates and ways to arrive as text."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.load import (
    EVEN,
    Arrivals,
    RateStage,
    StageError,
    format_rate,
    format_rate_stages,
    parse_arrivals,
    parse_rate,
    parse_rate_stages,
)

LEGAL = [
    ("200/s", Fraction(200), "200/s"),
    (" 30 / m ", Fraction(1, 2), "0.5/s"),
    ("20/m", Fraction(1, 3), "20/m"),
    ("1/h", Fraction(1, 3600), "1/h"),
    ("2.5/s", Fraction(5, 2), "150/m"),
    ("0.1/s", Fraction(1, 10), "6/m"),
    ("0", Fraction(0), "0/s"),
    ("0/s", Fraction(0), "0/s"),
    ("1000000/s", Fraction(10**6), "1000000/s"),
]


@pytest.mark.parametrize(("text", "rate", "_"), LEGAL)
def test_legal(text, rate, _):
    assert parse_rate(text) == rate


ILLEGAL = [
    ("200", "`200` is not a rate: give it a unit, for example 200/s or 200/m"),
    ("0.5", "`0.5` is not a rate: give it a unit, for example 0.5/s or 0.5/m"),
    ("", "`` is not a rate: for example 200/s, 30/m or 1000/h"),
    ("200 rps", "`200 rps` is not a rate: for example 200/s, 30/m or 1000/h"),
    ("-1/s", "`-1/s` is not a rate: for example 200/s, 30/m or 1000/h"),
    ("1e3/s", "`1e3/s` is not a rate: for example 200/s, 30/m or 1000/h"),
    ("٣/s", "`٣/s` is not a rate: for example 200/s, 30/m or 1000/h"),
    ("1000001/s", "`1000001/s` is more than 1000000/s"),
]


@pytest.mark.parametrize(("text", "message"), ILLEGAL)
def test_illegal(text, message):
    with pytest.raises(ValueError, match=r"rate|arrive|shape|more") as caught:
        parse_rate(text)
    assert str(caught.value) == message


millionths = st.integers(0, 10**9).map(lambda n: f"{n / 10**6:.6f}")


@given(millionths, st.sampled_from("smh"))
def test_format_and_parse_are_inverse(number, unit):
    rate = parse_rate(f"{number}/{unit}")
    assert parse_rate(format_rate(rate)) == rate


@pytest.mark.parametrize(
    ("text", "arrivals"),
    [
        ("constant", EVEN),
        ("poisson", Arrivals("poisson", 1.0)),
        ("gamma(0.5)", Arrivals("gamma", 0.5)),
        ("gamma( 4 )", Arrivals("gamma", 4.0)),
    ],
)
def test_arrivals(text, arrivals):
    assert parse_arrivals(text) == arrivals
    assert parse_arrivals(str(arrivals)) == arrivals


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Poisson", "`Poisson` is no way to arrive: write constant, poisson or gamma(SHAPE), such as gamma(0.5)"),
        ("gamma", "`gamma` is no way to arrive: write constant, poisson or gamma(SHAPE), such as gamma(0.5)"),
        ("gamma(0)", "the shape of gamma gaps lies between 0.01 and 1000"),
        ("gamma(1001)", "the shape of gamma gaps lies between 0.01 and 1000"),
    ],
)
def test_no_arrivals(text, message):
    with pytest.raises(ValueError, match=r"rate|arrive|shape|more") as caught:
        parse_arrivals(text)
    assert str(caught.value) == message


def test_stages_of_rates():
    stages = (RateStage(60, Fraction(50)), RateStage(0, Fraction(1, 2)), RateStage(5, Fraction(0)))
    assert parse_rate_stages("1m:50/s, 0s : 30/m, 5s:0") == stages
    assert parse_rate_stages(format_rate_stages(stages)) == stages


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "there is no stage"),
        ("1m:50/s,", 8, "a stage is missing here"),
        ("1m:50/s, 2m: 100", 13, "`100` is not a rate: give it a unit, for example 100/s or 100/m"),
        ("1m:", 3, "here should be a rate such as 50/s"),
        ("1m50/s", 0, "`1m50/s` is not a stage: it has no colon"),
        ("60:50/s", 0, "`60` is not a duration: give it a unit, for example 60s or 60ms"),
    ],
)
def test_no_stages_of_rates(text, offset, message):
    with pytest.raises(StageError) as caught:
        parse_rate_stages(text)
    assert (caught.value.offset, caught.value.message) == (offset, message)
    assert "users" not in caught.value.hint
