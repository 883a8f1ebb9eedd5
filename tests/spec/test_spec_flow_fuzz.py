"""Whatever stands where in nested steps: diagnostics or a spec, never a traceback."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from loadspec.plan import compile_plan
from loadspec.spec import SpecError, load_bytes
from loadspec.spec.grammar import STEPS

CALL = {"call": "a", "name": "x", "capture": {"t": "$.t"}, "retry": {"times": 2, "on": [429, "5xx"], "max": "1s"}}
DOCUMENT: dict[str, Any] = {
    "loadspec": 1,
    "target": {"base_url": "http://127.0.0.1:1"},
    "endpoints": {"a": {"path": "/a"}},
    "setup": [{"group": "s", "steps": [{"call": "a", "capture": {"from_setup": "$.x"}}]}],
    "flow": [
        {"pace": "1s", "run": {"every": "10m"}},
        {**CALL, "run": "once_per_vu"},
        {"repeat": {"over": "[1]", "as": "item", "index": "i", "at_most": 3}, "steps": [{"think": "1s..2s"}]},
        {"repeat": {"while": "vu > 3", "at_most": 3}, "steps": [{**CALL, "name": "y", "query": {"q": "{{ t }}"}}]},
        {"if": "vu == 1", "then": [CALL], "elif": [{"if": "vu == 2", "then": [CALL]}], "else": [{"think": "1s"}]},
        {"choose": [{"weight": 1, "steps": [CALL], "name": "n"}, {"weight": 0.5, "steps": []}]},
        {
            "parallel": [
                {"group": "g", "steps": [{"poll": "a", "until": "ok", "backoff": {"factor": 2}}]},
                {"think": "1s"},
            ]
        },
        {"wait_until": {"users": 1, "timeout": "1s"}, "when": "steps.x.ok"},
    ],
    "vus": 1,
    "duration": "1s",
    "thresholds": {"group_duration{group:n}": "p(95) < 1s"},
}

WORDS = st.sampled_from(
    [*STEPS, "steps", "then", "else", "elif", "weight", "times", "over", "while", "as", "on", "every", "t", "x"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.floats(-1, 2), st.text(max_size=5), WORDS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in below for place in places(inner, (*path, key)))]


PLACES = [place for place in places(DOCUMENT) if place and place[0] in ("flow", "setup", "thresholds", "vus")]


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
@settings(max_examples=200)
def test_a_value_in_the_wrong_place(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = copy.deepcopy(DOCUMENT)
    for place, value in changes:
        parent = document
        try:
            for part in place[:-1]:
                parent = parent[part]
            parent[place[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
    try:
        spec = load_bytes(json.dumps(document).encode(), "fuzzed.yaml").spec
    except SpecError:
        return
    compile_plan(spec, 1)


def test_what_is_changed_is_valid() -> None:
    loaded = load_bytes(json.dumps(DOCUMENT).encode(), "valid.yaml")
    assert compile_plan(loaded.spec, 1).scenarios
