"""`junit.xml` for CI systems: the run, every threshold and every check as a test case.

Element texts hold limit, actual value and margin, as GitLab and Jenkins show these and little else. A check that
failed now and then fails its test case only when the run did not pass: what the thresholds tolerate is no failure.
The file is valid by Jenkins' junit-10.xsd, which knows the spec's `file` of the suite, not of a test case.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256

from loadspec.report.text import percent, visible
from loadspec.report.thresholds import distance
from loadspec.results.model import CheckResult, RunResult
from loadspec.thresholds import ThresholdResult, format_actual, format_limit, format_window
from loadspec.units import format_count, format_duration

_RUN_OUTCOME: Mapping[str, str] = {
    "PASS": "",
    "FAIL": "",
    "INCONCLUSIVE": "skipped",
    "INVALID": "error",
    "INTERRUPTED": "error",
    "ABORTED": "error",
}
"""Verdict → outcome of the test case `run`; a failed threshold has a test case of its own."""


def render(result: RunResult) -> str:
    """The XML text."""
    suite = _Suite(result)
    suite.run()
    for threshold in result.thresholds:
        suite.threshold(threshold)
    for check in result.checks:
        suite.check(check)
    root = suite.finish()
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


class _Suite:
    """One test suite in the making; names are unique, as GitLab drops repeated ones."""

    def __init__(self, result: RunResult) -> None:
        self.result = result
        self.names: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.element = ET.Element("testsuite", name=visible(result.spec_name), file=visible(result.spec_path))
        self._properties()

    def _properties(self) -> None:
        result = self.result
        values = {
            "run": result.run_id,
            "verdict": result.verdict,
            "exit_code": str(int(result.exit_code)),
            "sentence": result.sentence,
            "loadspec": result.version,
            "profile": result.profile or "",
            "target": result.target,
            "seed": str(result.seed),
            "spec_sha256": sha256(result.resolved_spec.encode("utf-8", "replace")).hexdigest(),
            **{f"environment.{name}": text for name, text in result.environment.items()},
        }
        properties = ET.SubElement(self.element, "properties")
        for name, value in values.items():
            ET.SubElement(properties, "property", name=visible(name), value=visible(value))

    def case(self, group: str, name: str, seconds: float = 0.0) -> ET.Element:
        self.names[f"{group} {name}"] += 1
        repeat = self.names[f"{group} {name}"]
        return ET.SubElement(
            self.element,
            "testcase",
            name=visible(name if repeat == 1 else f"{name} ({repeat})"),
            classname=visible(f"{self.result.spec_name}: {group}"),
            time=f"{seconds:.3f}",
        )

    def outcome(self, case: ET.Element, kind: str, message: str, text: str) -> None:
        """Close a case: `kind` is failure, error, skipped or, for a passed one, empty: then the text is its output."""
        self.outcomes[kind] += 1
        if kind:
            ET.SubElement(case, kind, message=visible(message), type="loadspec").text = visible(text)
        else:
            ET.SubElement(case, "system-out").text = visible(text)

    def run(self) -> None:
        """The run itself, which takes all the time; an error where it could not be carried through."""
        result = self.result
        case = self.case("run", "run", result.duration)
        kind = "error" if result.failure else _RUN_OUTCOME.get(result.verdict, "error")
        if result.verdict == "FAIL" and not any(found.status == "fail" for found in result.thresholds):
            kind = "error"  # such as a teardown that timed out
        reason = result.failure or result.sentence or result.verdict
        lines = [f"{result.verdict}: {result.sentence}", result.failure, result.hint, *result.warnings]
        self.outcome(case, kind, reason, "\n".join(line for line in lines if line))
        if kind:
            ET.SubElement(case, "system-out").text = "[[ATTACHMENT|report.html]]"

    def threshold(self, found: ThresholdResult) -> None:
        """A threshold: failed ones are failures, inconclusive ones skipped."""
        case = self.case("thresholds", found.threshold.title)
        limit, actual = format_limit(found.threshold, found.limit), format_actual(found.threshold, found.actual)
        lines = [
            f"threshold {found.threshold.title}",
            f"limit     {limit}",
            f"actual    {actual}",
            f"margin    {distance(found)}",
            f"samples   {format_count(found.samples)}",
        ]
        if window := format_window(found):
            lines.append(f"window    {window} of load, the worst one")
        if found.first_crossed is not None:
            lines.append(f"first crossed at {format_duration(round(found.first_crossed, 1))} of load")
        if found.failing_since is not None:
            lines.append(f"failing since {format_duration(round(found.failing_since, 1))} of load")
        kind = {"pass": "", "fail": "failure"}.get(found.status, "skipped")
        self.outcome(case, kind, f"{actual}, limit {limit} ({distance(found)})", "\n".join(lines))

    def check(self, check: CheckResult) -> None:
        """A check of an endpoint with how often it held."""
        case = self.case("checks", f"{check.endpoint}: {check.name}")
        total = check.passes + check.fails
        share = percent(check.passes / total if total else None)
        text = f"held {format_count(check.passes)} of {format_count(total)} times ({share})"
        failed = check.fails and self.result.verdict != "PASS"
        self.outcome(case, "failure" if failed else "skipped" if not total else "", text, text)

    def finish(self) -> ET.Element:
        """The document with its counts."""
        counts = {
            "tests": str(self.outcomes.total()),
            "failures": str(self.outcomes["failure"]),
            "errors": str(self.outcomes["error"]),
            "skipped": str(self.outcomes["skipped"]),
            "time": f"{self.result.duration:.3f}",
        }
        for name, value in counts.items():
            self.element.set(name, value)
        self.element.set("timestamp", visible(self.result.started_at.removesuffix("Z")))
        del counts["skipped"]  # Jenkins' schema knows it of a suite only
        root = ET.Element("testsuites", {"name": "loadspec", **counts})
        root.append(self.element)
        return root
