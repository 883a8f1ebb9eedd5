"""The example specs are laid out alike, and between them show the grammar."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import pytest
from support_docs_blocks import read_yaml
from support_docs_run import specs

from loadspec.load import EXECUTORS
from loadspec.spec import load
from loadspec.spec.grammar import STEPS
from loadspec.spec.tree import walk

MODELINE = "# yaml-language-server: $schema=../schemas/loadspec.schema.json"


@pytest.mark.parametrize("path", specs(), ids=lambda path: path.name)
def test_an_example_begins_with_the_modeline_and_what_it_shows(path: Path) -> None:
    first, *rest = path.read_text().splitlines()
    about = list(takewhile(lambda line: line.startswith("# "), rest))
    assert first == MODELINE
    assert about
    assert rest[len(about)].startswith("loadspec: 1")


@pytest.mark.parametrize("path", specs(), ids=lambda path: path.name)
def test_an_example_is_valid_without_a_warning_and_aims_at_the_mock(path: Path) -> None:
    loaded = load(path)
    assert loaded.warnings == ()
    assert loaded.spec.target.base_url == "{{ env.API_BASE }}"
    assert loaded.spec.env["API_BASE"].default == "http://127.0.0.1:8089"


def test_each_executor_and_each_action_has_an_example() -> None:
    loaded = [load(path).spec for path in specs()]
    executors = {scenario.load.executor for spec in loaded for scenario in spec.scenarios}
    assert executors == set(EXECUTORS)
    steps = [step for path in specs() for _, step in walk(read_yaml(path.read_text()))]
    keys = {*STEPS, "when", "record", "classify", "name", "run", "retry", "backoff"}
    assert {key for step in steps for key in step} >= keys
    assert {step["on_fail"] for step in steps if "on_fail" in step} >= {"end_iteration", "stop_vu", "abort"}
