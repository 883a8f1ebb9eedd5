"""Rows of failures as one: counts add up, the first sample stays first, a few more follow."""

from __future__ import annotations

from typing import Any

from loadspec.results.failures import LATER, add_failures


def row(first: float, **more: Any) -> dict[str, Any]:
    return {"key": ["e", "status", "status", 503], "count": 2, "first": first, "last": first + 1, **more}


def sample(at: str) -> dict[str, str]:
    return {"at": at, "response": "HTTP/1.1 503"}


def test_counts_add_up_and_moments_widen() -> None:
    known = row(5.0, message="m", sample=sample("5"))
    add_failures(known, row(3.0))
    add_failures(known, row(9.0))
    assert (known["count"], known["first"], known["last"]) == (6, 3.0, 10.0)
    assert "later_samples" not in known


def test_samples_of_other_workers_and_later_seconds_follow_the_first() -> None:
    known = row(1.0, message="m", sample=sample("1"))
    add_failures(known, row(2.0, message="other", sample=sample("2"), later_samples=[]))
    seconds = [sample("3"), sample("4")]
    add_failures(known, row(3.0, later_samples=seconds))
    assert (known["message"], known["sample"]) == ("m", sample("1"))
    assert known["later_samples"] == [sample("2"), sample("3")]
    assert len(known["later_samples"]) == LATER
    assert seconds == [sample("3"), sample("4")], "the row is left as it was"


def test_what_is_described_later_is_described() -> None:
    known = row(1.0)
    add_failures(known, row(2.0, message="m", sample=sample("2")))
    assert (known["message"], known["sample"]) == ("m", sample("2"))
