"""What a person sees who edits a spec: the real yaml-language-server with the published schema."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_lsp import Editor

from loadspec.spec.grammar import STEPS

HERE = Path(__file__).parents[2]
SCHEMA = HERE / "schemas" / "loadspec.schema.json"


def server() -> str:
    """The server's path. Without it the test fails in CI and is skipped elsewhere."""
    installed = Path(sys.prefix) / "node" / "node_modules" / ".bin" / "yaml-language-server"
    path = str(installed) if installed.exists() else shutil.which("yaml-language-server")
    if path:
        return path
    message = "yaml-language-server is missing: run `make editor` (it needs npm)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    client = Editor([server()], SCHEMA)
    client.problems(client.open("warm-up", "loadspec: 1\n"))  # the schema is loaded by now
    yield client
    client.close()


def labels(editor: Editor, name: str, text: str) -> list[str]:
    """What is offered where `|` stands in a text."""
    before, _, after = text.partition("|")
    uri = editor.open(name, before + after)
    editor.problems(uri)
    line, character = before.count("\n"), len(before) - before.rfind("\n") - 1
    return [item["label"] for item in editor.completions(uri, line, character)]


def test_completes_at_the_top_level(editor: Editor) -> None:
    offered = labels(editor, "top", "loadspec: 1\n|\n")
    assert {"endpoints", "flow", "stages", "thresholds", "profiles", "a load test"} <= set(offered)


def test_a_new_step_offers_every_kind(editor: Editor) -> None:
    offered = labels(editor, "new-step", "loadspec: 1\nflow:\n  - |\n")
    assert set(STEPS) <= set(offered)
    assert "headers" not in offered


def test_completes_in_a_step_by_its_action(editor: Editor) -> None:
    call = labels(editor, "call", "loadspec: 1\nflow:\n  - call: login\n    |\n")
    poll = labels(editor, "poll", "loadspec: 1\nflow:\n  - poll: login\n    |\n")
    think = labels(editor, "think", "loadspec: 1\nflow:\n  - think: 1s\n    |\n")
    assert {"checks", "capture", "record", "on_fail"} <= set(call)
    assert not {"until", "every"} & set(call)
    assert {"until", "every", "fail_when"} <= set(poll)
    assert "when" in think
    assert not {"checks", "until"} & set(think)


def test_completes_choices(editor: Editor) -> None:
    offered = labels(editor, "choices", "loadspec: 1\nflow:\n  - call: login\n    on_fail: |\n")
    assert offered == ["continue", "end_iteration", "stop_vu", "abort"]


@pytest.mark.parametrize(
    ("place", "some"),
    [
        ("thresholds:\n  |", {"http_req_failed", "http_req_duration", "checks", "iterations"}),
        ("thresholds:\n  http_req_failed: |", {"rate < 1%"}),
        ("metrics:\n  jobs: |", {"trend", "rate", "counter", "gauge"}),
        ("endpoints:\n  a:\n    auth:\n      |", {"bearer", "basic", "digest", "oauth2", "hmac", "api_key"}),
        ("endpoints:\n  a:\n    capture:\n      id: |", {"$.token"}),
        ("endpoints:\n  a:\n    checks:\n      |", {"status", "max_duration", "content_type"}),
        ("endpoints:\n  a:\n    checks:\n      fast: |", {"status == 200", "max_duration: 500ms"}),
        ("endpoints:\n  a:\n    multipart:\n      a: |", {"a caption", "file: images/cat.png"}),
        ("pools:\n  p:\n    types: |", {"int", "id: int, vip: bool"}),
    ],
)
def test_completes_what_a_section_holds(editor: Editor, place: str, some: set[str]) -> None:
    offered = labels(editor, f"section-{place.encode().hex()}", f"loadspec: 1\n{place}\n")
    assert some <= set(offered)
    assert "[object Object]" not in offered


@pytest.mark.parametrize(
    ("line", "character", "text"),
    [(1, 2, "Pass or fail"), (1, 17, "without an answer"), (3, 6, "whose request is sent"), (4, 6, "does to its user")],
)
def test_hover_explains_a_key(editor: Editor, line: int, character: int, text: str) -> None:
    document = "loadspec: 1\nthresholds: {http_req_failed: rate < 1%}\nflow:\n  - call: login\n    on_fail: abort\n"
    uri = editor.open(f"hover-{line}-{character}", document)
    editor.problems(uri)
    assert text in editor.hover(uri, line, character)


@pytest.mark.parametrize(
    ("line", "character", "text"),
    [(1, 2, "lie under this file"), (2, 2, "use in several places"), (5, 6, "brings the endpoints")],
)
def test_hover_explains_what_is_written_once(editor: Editor, line: int, character: int, text: str) -> None:
    document = "loadspec: 1\ninclude: a.yaml\nfragments: {x: [{think: 1s}]}\nflow:\n  - think: 1s\n  - use: x\n"
    uri = editor.open(f"hover-reuse-{line}", document)
    assert editor.problems(uri) == []
    assert text in editor.hover(uri, line, character)


def test_completes_what_is_written_once(editor: Editor) -> None:
    assert {"include", "fragments"} <= set(labels(editor, "top-reuse", "loadspec: 1\n|\n"))
    used = labels(editor, "use", "loadspec: 1\nflow:\n  - use: login\n    |\n")
    assert {"when", "run", "name", "on_fail"} <= set(used)
    assert "checks" not in used
    assert "call" in labels(editor, "fragment", "loadspec: 1\nfragments:\n  a:\n    - |\n")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("flow:\n  - poll: x\n    until: ok\n    evry: 1s\n", 4, "evry"),
        ("flow:\n  - call: x\n    on_fail: explode\n", 3, "continue"),
        ("treshold: 1\nflow: [{call: x}]\n", 1, "treshold"),
        ("flow:\n  - think: 1s\n    checks: {}\n", 3, "checks"),
    ],
)
def test_an_error_stands_in_its_line(editor: Editor, text: str, line: int, message: str) -> None:
    problems = editor.problems(editor.open(f"error-{message}", "loadspec: 1\n" + text))
    assert [problem["range"]["start"]["line"] for problem in problems] == [line]
    assert message in problems[0]["message"]


def test_the_examples_are_clean_with_the_schema_that_their_first_line_names(editor: Editor) -> None:
    for path in sorted((HERE / "specs").glob("*.yaml")):
        problems = editor.problems(editor.open(path, path.read_text("utf-8")))
        assert problems == [], path.name
