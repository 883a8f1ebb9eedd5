"""`outputs`: what `validate` says of the settings of an installed package's output, which no schema knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loadspec.output_kinds import OUTPUTS, Option, Output
from loadspec.spec import SpecError, load_bytes
from loadspec.spec.semantics import outputs as module

SPEC = """\
loadspec: 1
target: {{base_url: "http://127.0.0.1:1"}}
vars: {{size: 3}}
endpoints: {{root: {{path: /}}}}
flow: [{{call: root}}]
vus: 1
iterations: 1
outputs: {{tap: {{file: a.tap, {setting}}}}}
"""
OPTIONS = {
    "skipped": Option("flag", "Whether."),
    "lines": Option("size", "How many."),
    "share": Option("number", "Of what."),
    "named": Option("texts", "Names."),
    "stats": Option("figures", "Which.", "avg, p(95)"),
    "of": Option("metric", "Which."),
    "wait": Option("duration", "How long."),
    "how": Option("text", "How.", among=("plain", "fancy", "both")),
    "title": Option("text", "What."),
}


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    tap = Output("file", "tap:render", "Tap.", example="a.tap", options=OPTIONS)
    monkeypatch.setattr(module, "find_output", lambda name: tap)


def said(setting: str) -> list[str]:
    try:
        load_bytes(SPEC.format(setting=setting).encode(), "spec.yaml")
    except SpecError as error:
        return [found.message for found in error.diagnostics if found.level == "error"]
    return []


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("skipped: maybe", "`skipped` is true or false, not `maybe`"),
        ("lines: 0", "`lines` is a whole number above 0, not `0`"),
        ("lines: 1.5", "`lines` is a whole number above 0, not `1.5`"),
        ("lines: true", "`lines` is a whole number above 0, not `true`"),
        ("share: much", "`share` is a number, not `much`"),
        ("named: [a]", "`named` is a mapping of texts, not `['a']`"),
        ("stats: 'avg, p(101)'", "`p(101)` is no figure of a trend; there are avg, min, med, max, sum, count and p(N)"),
        ("of: http_req", "there is no metric `http_req`"),
        ("wait: soon", "`soon` is not a duration: for example 500ms, 30s, 1m30s or 2h"),
        ("how: plane", "`plane` is neither plain nor fancy nor both"),
        ("colour: red", "output `tap` has no setting `colour`"),
    ],
)
def test_a_setting_that_cannot_be_is_found(setting: str, message: str) -> None:
    assert said(setting) == [message]


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    "setting",
    [
        *("skipped: true", "lines: 3", "share: 0.5", "share: -1", "named: {a: b}", "stats: 'avg,p(99.9)'"),
        *("of: 'http_reqs{status:200}'", "wait: 3s", "how: fancy", "title: 7", "lines: '{{ vars.size }}'"),
    ],
)
def test_what_can_be_is_left_alone(setting: str) -> None:
    assert said(setting) == []


@pytest.mark.usefixtures("package")
def test_what_it_needs_and_lacks() -> None:
    text: Any = SPEC.format(setting="x: 1").replace("file: a.tap, x: 1", "title: x")
    with pytest.raises(SpecError, match="output `tap` needs `file`"):
        load_bytes(text.encode(), "spec.yaml")


READ = [
    (name, option)
    for name, row in OUTPUTS.items()
    for option, one in row.options.items()
    if one.type not in ("text", "texts") or one.among
]


@pytest.mark.parametrize(("name", "option"), READ)
def test_a_setting_of_loadspecs_own_that_cannot_be_read_is_found(name: str, option: str) -> None:
    """All but free texts, so that no run finds it first."""
    row = OUTPUTS[name]
    target = {row.place: row.example, option: "no such thing"}
    text = SPEC.partition("outputs:")[0].format() + f"outputs: {json.dumps({name: target})}\n"
    with pytest.raises(SpecError) as caught:
        load_bytes(text.encode(), "spec.yaml")
    assert [found.path[-1] for found in caught.value.diagnostics] == [option]
