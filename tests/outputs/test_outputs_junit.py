from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree
from msgspec.structs import replace
from support_results import judged, make_result

from loadspec.outputs.junit import render
from loadspec.results.model import CheckResult, RunResult

JENKINS = etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "junit-10.xsd"))
VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "INVALID", "INTERRUPTED", "ABORTED")


def assert_valid(text: str) -> None:
    """By the schema of Jenkins' xUnit plugin."""
    JENKINS.validate(etree.fromstring(text.encode()))
    assert [f"{error.line}: {error.message}" for error in JENKINS.error_log] == []


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("duration", [0.0, 70.0, 86_400.0])
def test_jenkins_accepts_it(verdict: str, duration: float) -> None:
    result = make_result(verdict=verdict, duration=duration)
    inconclusive = [replace(found, status="inconclusive") for found in result.thresholds]
    assert_valid(render(result))
    assert_valid(render(replace(result, failure="setup failed", thresholds=inconclusive, checks=[])))


def test_the_schema_refuses_what_jenkins_refuses() -> None:
    text = render(make_result()).replace("<testcase ", '<testcase file="a.yaml" ', 1)
    assert not JENKINS.validate(etree.fromstring(text.encode()))


def suite_of(result: RunResult) -> ET.Element:
    root = ET.fromstring(render(result))
    assert root.tag == "testsuites"
    suite = root.find("testsuite")
    assert suite is not None
    return suite


def case_named(suite: ET.Element, name: str) -> ET.Element:
    return next(case for case in suite.iter("testcase") if case.get("name") == name)


def outcome(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "pass")


def test_one_case_for_the_run_each_threshold_and_each_check() -> None:
    result = make_result()
    cases = list(suite_of(result).iter("testcase"))
    assert len(cases) == 1 + len(result.thresholds) + len(result.checks)
    assert suite_of(result).get("file") == "specs/image-generation.yaml"
    assert sum(float(case.get("time", "nan")) for case in cases) == 70.0


def test_a_failed_threshold_says_actual_limit_and_margin() -> None:
    case = case_named(suite_of(make_result()), "errors: rate < 10%")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "11.48%, limit < 10% (−14.8%)"
    for part in ("limit     < 10%", "actual    11.48%", "margin    −14.8%", "failing since 38s"):
        assert part in (failure.text or "")


def test_of_windows_the_worst_one_is_told() -> None:
    result = make_result()
    found = judged("http_req_failed", {"that": "rate < 1%", "window": "3s"}, result)
    windowed = replace(found, worst_window=(10.0, 13.0))
    failure = case_named(suite_of(replace(result, thresholds=[windowed])), windowed.threshold.title).find("failure")
    assert failure is not None
    assert "window    3s to 00:13 of load, the worst one" in (failure.text or "")


def test_counts_match_the_cases() -> None:
    suite = suite_of(make_result())
    outcomes = Counter(outcome(case) for case in suite.iter("testcase"))
    assert suite.get("tests") == str(outcomes.total())
    assert suite.get("failures") == str(outcomes["failure"]) == "5"
    assert (suite.get("errors"), suite.get("skipped")) == ("0", "0")


def test_what_the_thresholds_tolerate_is_no_failure() -> None:
    result = make_result(verdict="PASS", thresholds=[])
    assert {outcome(case) for case in suite_of(result).iter("testcase")} == {"pass"}
    text = case_named(suite_of(result), "generate: status is 202").findtext("system-out")
    assert text == "held 185 of 209 times (88.52%)"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"verdict": "PASS"}, "pass"),
        ({"verdict": "FAIL"}, "pass"),
        ({"verdict": "INCONCLUSIVE"}, "skipped"),
        ({"verdict": "INVALID"}, "error"),
        ({"verdict": "INTERRUPTED"}, "error"),
        ({"verdict": "ABORTED", "failure": "setup failed: refused"}, "error"),
    ],
)
def test_the_case_of_the_run(changes: dict[str, str], expected: str) -> None:
    case = case_named(suite_of(make_result(**changes)), "run")
    assert outcome(case) == expected
    if expected == "error":
        assert case.find("error").get("message") == changes.get("failure", make_result().sentence)  # type: ignore[union-attr]


def test_an_inconclusive_threshold_is_skipped() -> None:
    result = make_result()
    found = replace(result.thresholds[1], status="inconclusive")
    case = case_named(suite_of(replace(result, thresholds=[found])), found.threshold.title)
    assert outcome(case) == "skipped"


def test_repeated_names_are_told_apart() -> None:
    result = make_result(1)
    twice = replace(result, thresholds=[result.thresholds[0]] * 2, checks=[CheckResult("c", "e", 1, 0)] * 3)
    names = [(case.get("classname"), case.get("name")) for case in suite_of(twice).iter("testcase")]
    assert len(set(names)) == len(names) == 6
    assert names[-1][1] == "e: c (3)"


def test_properties_identify_the_run() -> None:
    properties = {p.get("name"): p.get("value") for p in suite_of(make_result()).iter("property")}
    assert properties["seed"] == "7"
    assert properties["exit_code"] == "99"
    assert len(properties["spec_sha256"] or "") == 64
    assert properties["environment.git"] == "4c1d9e2 (clean)"


@pytest.mark.parametrize("hostile", ["\x1b[31m", "\x00", "\ufffe", "\ud800", "\u202e", "]]>", '"><failure/>', "<!--"])
def test_hostile_text_is_legal_xml(hostile: str) -> None:
    result = make_result(3)
    poisoned = replace(
        result,
        spec_name=hostile,
        sentence=hostile,
        failure=hostile,
        environment={hostile: hostile},
        checks=[CheckResult(hostile, hostile, 1, 1)],
    )
    text = render(poisoned)
    assert_valid(text)
    assert not set("\x00\x1b\ufffe\ud800\u202e") & set(text)
    assert len(list(ET.fromstring(text).iter("testcase"))) == 2 + len(result.thresholds)
