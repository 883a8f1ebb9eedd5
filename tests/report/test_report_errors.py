"""Failures that say the same are one entry; samples are of several endpoints, and of several moments."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from support_results import make_result

from loadspec.report.sections.errors import figures
from loadspec.results.model import ErrorClass


def error(endpoint: str, message: str, count: int = 1, at: str = "1.0", **more: Any) -> ErrorClass:
    first = make_result(10).errors[0]
    sample = {"request": f"GET /{endpoint}", "at": at}
    return replace(first, endpoint=endpoint, message=message, count=count, sample=sample, **more)


def groups(*errors: ErrorClass) -> list[dict[str, Any]]:
    found = figures(make_result(1, errors=errors))["groups"]
    assert isinstance(found, list)
    return found


def test_messages_that_differ_in_numbers_only_are_one() -> None:
    (one,) = groups(
        error("a", "connection to 10.0.0.1:8080 failed, id 7f3a-99", 2, first=5.0, last=6.0),
        error("b", "connection to 10.0.0.2:9090 failed, id 88aa-01", 5, first=3.0, last=9.0),
    )
    assert (one["count"], one["first"], one["last"]) == (7, 3.0, 9.0)
    assert one["endpoints"] == [("b", 5), ("a", 2)]
    assert one["error"].endpoint == "b"


def test_words_tell_apart() -> None:
    assert len(groups(error("a", "reset by peer"), error("a", "refused"))) == 2
    assert len(groups(error("a", "x"), error("a", "x", status=500))) == 2
    assert len(groups(error("a", "x"), error("a", "x", phase="setup"))) == 2


def test_the_commonest_comes_first() -> None:
    assert [g["count"] for g in groups(error("a", "x", 1), error("a", "y", 3), error("b", "x", 4))] == [5, 3]


def test_three_samples_of_all_endpoints_before_a_second_one_of_any() -> None:
    later = [{"response": "two", "at": "2.0"}, {"response": "three", "at": "3.0"}]
    (one,) = groups(error("a", "x", 9, later_samples=later), error("b", "x", 2, at="61.5"))
    assert [(s["endpoint"], s["at"]) for s in one["samples"]] == [("a", "00:01"), ("b", "01:01"), ("a", "00:02")]
    assert one["samples"][2]["texts"] == [("response", "two")]


def test_what_has_no_text_is_no_sample_and_what_is_no_moment_is_not_shown() -> None:
    (one,) = groups(replace(error("a", "x"), sample={"at": "1.0"}, later_samples=[]))
    assert one["samples"] == []
    (one,) = groups(error("a", "x", at="<script>"))
    assert one["samples"][0]["at"] == ""
