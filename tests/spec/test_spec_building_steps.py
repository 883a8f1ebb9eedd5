"""Steps of a document as the model has them: what those inside others have from around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loadspec.spec import load_bytes
from loadspec.spec.model import all_steps

CALL = {"call": "a", "name": "inner"}
AROUND: dict[str, dict[str, Any]] = {
    "group": {"group": "g", "steps": [CALL]},
    "repeat": {"repeat": 2, "steps": [CALL]},
    "then": {"if": "vu == 1", "then": [CALL]},
    "elif": {"if": "vu == 1", "then": [{"think": "1s"}], "elif": [{"if": "vu == 2", "then": [CALL]}]},
    "else": {"if": "vu == 1", "then": [{"think": "1s"}], "else": [CALL]},
    "choose": {"choose": [{"weight": 1, "steps": [CALL]}]},
    "parallel": {"parallel": [CALL]},
    "use": {"use": "f"},
    "deep": {"group": "g", "steps": [{"repeat": 2, "steps": [{"parallel": [{"use": "f"}]}]}]},
}


def on_fail(step: dict[str, Any], where: str = "flow") -> str:
    """What the step called `inner` does."""
    document = {
        "loadspec": 1,
        "target": {"base_url": "http://127.0.0.1:1"},
        "endpoints": {"a": {"path": "/a"}},
        "fragments": {"f": [CALL], "unused": [{"use": "f"}]},
        "flow": [{"call": "a"}],
        "iterations": 1,
        where: [step],
    }
    spec = load_bytes(json.dumps(document).encode(), "x.yaml").spec
    steps = spec.setup if where == "setup" else spec.scenarios[0].flow
    return next(str(one.on_fail) for one in all_steps(steps) if one.name == "inner")


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_steps_inside_have_the_on_fail_of_what_is_around_them(around: dict[str, Any]) -> None:
    assert on_fail(around) == "continue"
    assert on_fail({**around, "on_fail": "stop_vu"}) == "stop_vu"
    assert on_fail(around, "setup") == "abort"
    assert on_fail({**around, "on_fail": "continue"}, "setup") == "continue"


def test_the_innermost_on_fail_holds() -> None:
    own = {**CALL, "on_fail": "continue"}
    assert on_fail({"group": "g", "on_fail": "abort", "steps": [own]}) == "continue"
    middle = {"repeat": 2, "on_fail": "end_iteration", "steps": [CALL]}
    assert on_fail({"group": "g", "on_fail": "abort", "steps": [middle]}) == "end_iteration"
