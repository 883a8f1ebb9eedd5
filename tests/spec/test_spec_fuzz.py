"""No input gives a traceback: always a spec, or diagnostics that render."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadspec.spec import SpecError, load_bytes, render, resolved_yaml

REFERENCE = (resources.files("loadspec.specs") / "image-generation.yaml").read_text(encoding="utf-8")
WORDS = [
    "{{",
    "}}",
    "- ",
    ":",
    ": ",
    "\n",
    "  ",
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    "null",
    "~",
    "5",
    "\t",
    "#",
    "*",
    "&a ",
    "*a",
    "!",
    "|",
    ">",
    "%",
    "@",
    "x",
    "status",
    "vus",
    "poll",
    "10s:5",
    "-1",
    "1e999",
    "é",
    "漢",
    "\r",
    "---",
    "<<: ",
]


def digest(data: bytes) -> str:
    try:
        loaded = load_bytes(data, "f.yaml")
    except SpecError as refused:
        return render(refused.diagnostics)
    return resolved_yaml(loaded.spec)


@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    assert digest(data)


@given(st.text(alphabet=st.sampled_from("ab:-[]{},'\"\n \t#&*!|>%@`?~1.\\"), max_size=60))
def test_yaml_shaped_text(text: str) -> None:
    assert digest(text.encode())


@given(
    st.lists(
        st.tuples(st.integers(0, len(REFERENCE)), st.integers(0, 40), st.sampled_from(["", *WORDS])),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=200)
def test_mutations(edits: list[tuple[int, int, str]]) -> None:
    text = REFERENCE
    for start, length, word in edits:
        text = text[:start] + word + text[start + length :]
    assert digest(text.encode())


KEYS = [
    "loadspec",
    "env",
    "vars",
    "target",
    "base_url",
    "timeout",
    "headers",
    "pools",
    "items",
    "pick",
    "metrics",
    "endpoints",
    "path",
    "method",
    "json",
    "form",
    "body",
    "auth",
    "bearer",
    "basic",
    "capture",
    "checks",
    "expected_statuses",
    "setup",
    "flow",
    "call",
    "poll",
    "think",
    "when",
    "until",
    "every",
    "record",
    "classify",
    "count",
    "else",
    "stages",
    "vus",
    "duration",
    "iterations",
    "thresholds",
    "that",
    "after",
    "profiles",
    "a",
    "b",
    "trend",
    "default",
    "secret",
]
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-5, 600)
    | st.sampled_from(
        [
            "a",
            "1s",
            "10s:5",
            "ok",
            "status == 200",
            "{{ a }}",
            "{{",
            "$.a",
            "p(95) < 1s",
            "/a",
            "http://h",
            "GET",
            "trend",
            "rate < 1%",
            "steps.a.ok",
            "since('a')",
            "1s..2s",
            "200-299",
            "",
        ]
    )
)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


def flow_style(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow_style(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_style, value)) + "]"
    return "null" if value is None else repr(value).lower() if isinstance(value, bool) else f"{value!r}"


@given(st.dictionaries(st.sampled_from(KEYS), trees, max_size=8))
@settings(max_examples=200)
def test_documents(document: dict[str, Any]) -> None:
    assert digest(flow_style({"loadspec": 1, "flow": [{"call": "a"}], **document}).encode())


HEAD = 'loadspec: 1\ntarget: {base_url: "http://127.0.0.1:1"}\n'
LARGE = {
    "steps": HEAD + "endpoints: {a: {path: /a}}\nflow:\n" + "- {call: a}\n" * 80_000,
    "a thousand steps": HEAD + "endpoints: {a: {path: /a}}\nflow:\n" + "- {call: a, name: x}\n" * 1000,
    "one endpoint, many checks": HEAD
    + "endpoints:\n  a:\n    path: /a\n    checks:\n"
    + "".join(f"      c{n}: status == {n}\n" for n in range(5000))
    + "flow:\n"
    + "- {call: a}\n" * 1000,
    "many captures": HEAD
    + "endpoints:\n"
    + "".join(
        f"  e{k}:\n    path: /{k}\n    capture:\n" + "".join(f"      c{k}_{n}: $.x\n" for n in range(8))
        for k in range(900)
    )
    + "flow:\n"
    + "".join(f"- {{call: e{k}}}\n" for k in range(900)),
    "unused endpoints": HEAD
    + "endpoints:\n"
    + "".join(f"  e{k}: {{path: /a, capture: {{c{k}: $.x}}}}\n" for k in range(3000))
    + "flow: [{call: e0}]\n",
    "unknown keys": HEAD + "flow: [{think: 1s}]\n" + "".join(f"key{n}: {n}\n" for n in range(9000)),
    "profiles": HEAD + "flow: [{think: 1s}]\nprofiles:\n" + "".join(f"  p{n}: {{name: x{n}}}\n" for n in range(5000)),
    "profiles of flows": HEAD
    + "endpoints: {a: {path: /a, checks: {x: status == 200}}}\nflow:\n"
    + "- {call: a}\n" * 900
    + "profiles:\n"
    + "".join(f"  p{n}: {{name: x{n}, endpoints: {{a: {{path: /b}}}}}}\n" for n in range(900)),
    "brackets": "[" * 1_000_000,
    "braces": HEAD + "vars: " + "{{" * 400_000,
    "one long line": HEAD + "name: " + "x" * 1_000_000,
    "one long expression": HEAD + "endpoints: {a: {path: /a}}\nflow: [{call: a, when: " + "a+" * 400_000 + "1}]",
    "one long template": HEAD + 'endpoints: {a: {path: "/' + "{{ x }}" * 100_000 + '"}}\nflow: [{call: a}]',
    "one long duration": HEAD + "flow: [{think: " + "1" * 900_000 + "x}]",
    "one long stage": HEAD + "flow: [{think: 1s}]\nstages: " + "1s:1," * 150_000,
    "high ramps": HEAD + "flow: [{think: 1s}]\nstages: " + "1s:1000000, 1s:0, " * 4999 + "1s:2000000",
    "aliased texts": HEAD + "vars: {a: &a " + "x" * 900_000 + "}\npools: {p: {items: [" + "*a, " * 20_000 + "]}}\n",
    "many anchors": "".join(f"k{n}: &a{n} x\n" for n in range(60_000)),
    "quotes": '"' * 1_000_001,
    "tabs": "a:\n" + "\tb\n" * 300_000,
    "questions": "? " * 500_000,
    "many colons": ": " * 500_000,
    "many dashes": "- " * 500_000,
    "comments": "#\n" * 500_000,
    "lines": "\n" * 1_000_000,
    "pool of rows": HEAD + "flow: [{think: 1s}]\npools:\n  p:\n    items:\n" + "    - {a: 1}\n" * 30_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_input_ends(name: str) -> None:
    """Caps keep each of these under a second; a quadratic algorithm would run into the suite's time limit."""
    assert digest(LARGE[name].encode())
