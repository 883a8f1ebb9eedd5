"""The corpus of injections in each artifact: it can be read back where that is its job, and is inert everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest
from support_hostile import NAMES, TEXTS, poisoned
from support_html import read

from loadspec.outputs import badge, benchmark, chart, junit, k6_summary, markdown, openmetrics, results_json, slack
from loadspec.outputs.results_json import document
from loadspec.report import build
from loadspec.samples.formats import Csv, Jsonl
from loadspec.ui import summary

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What moves a cursor, hides or reorders text, or is none."""


@cache
def page(text: str) -> str:
    """The report of a run that is full of `text`."""
    return build(poisoned(text))


RENDERED: dict[str, Callable[[str], str]] = {
    "html": page,
    "junit": lambda text: junit.render(poisoned(text)),
    "chart": lambda text: str(chart.render(poisoned(text))),
    "md": lambda text: markdown.render(poisoned(text)),
    "json": lambda text: results_json.render(poisoned(text)),
    "openmetrics": lambda text: openmetrics.render(poisoned(text)),
    "k6-summary": lambda text: k6_summary.render(poisoned(text)),
    "benchmark": lambda text: benchmark.render(poisoned(text)),
    "badge": lambda text: badge.render(poisoned(text)),
    "compact summary": lambda text: summary(poisoned(text), "compact", colour=False),
    "full summary": lambda text: summary(poisoned(text), "full", colour=False, ascii=True),
    "csv": lambda text: Csv().line([("name", Csv().cell(text)), ("tags", Csv().tags({"a": text}))]),
    "jsonl": lambda text: Jsonl().line([("name", Jsonl().cell(text)), ("tags", Jsonl().tags({text: text}))]),
}


@pytest.mark.parametrize("artifact", RENDERED)
@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_no_artifact_moves_a_cursor_or_reorders_text(text: str, artifact: str) -> None:
    shown = RENDERED[artifact](text)
    assert not CONTROL.search(shown)
    assert shown.encode("utf-8")


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_the_page_has_the_same_elements_whatever_is_in_it(text: str) -> None:
    calm, found = read(page("harmless")), read(page(text))
    assert found.problems == []
    assert Counter(tag for tag, _ in found.tags) == Counter(tag for tag, _ in calm.tags)
    assert [sorted(attrs) for _, attrs in found.tags] == [sorted(attrs) for _, attrs in calm.tags]
    assert found.style == calm.style


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_junit_has_the_same_elements_whatever_is_in_it(text: str) -> None:
    calm, found = (ET.fromstring(junit.render(poisoned(one))) for one in ("harmless", text))
    assert [one.tag for one in found.iter()] == [one.tag for one in calm.iter()]


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_json_gives_the_text_back(text: str) -> None:
    found = json.loads(results_json.render(poisoned(text)))
    assert found["sentence"] == found["errors"][0]["message"] == re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert found.keys() == document(poisoned(text)).keys()


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_no_cell_is_a_formula_and_each_line_is_a_row(text: str) -> None:
    rows = list(csv.reader(io.StringIO(RENDERED["csv"](text))))
    assert [len(row) for row in rows] == [2]
    assert not rows[0][0].startswith(("=", "+", "-", "@", "\t", "\r"))
    (line,) = RENDERED["jsonl"](text).splitlines()
    assert set(json.loads(line)) == {"name", "tags"}


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_markdown_has_no_markup_of_others(text: str) -> None:
    shown = re.sub(r"</?(details|summary)>|&#\d+;", "", markdown.render(poisoned(text)))
    assert not set(shown) & set("<>`*_[]{}@~\\$&")
    assert shown.count("\n#") == markdown.render(poisoned("harmless")).count("\n#")


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_a_chat_message_mentions_and_links_nothing(text: str) -> None:
    shown = json.dumps(slack.message(poisoned(text)), ensure_ascii=False)
    assert not re.search(r"<[!@#h]", shown)
