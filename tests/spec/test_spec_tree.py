from __future__ import annotations

from loadspec.spec.tree import children, flows, walk

STEP = {"call": "a"}


def test_children_of_each_kind() -> None:
    assert children({"call": "a"}) == []
    assert children({"repeat": 3, "steps": [STEP]}) == [(("steps",), [STEP])]
    assert children({"group": "g", "steps": [STEP]}) == [(("steps",), [STEP])]
    assert children({"parallel": [STEP]}) == [(("parallel",), [STEP])]
    assert children({"choose": [{"steps": [STEP]}, {"steps": []}]}) == [
        (("choose", 0, "steps"), [STEP]),
        (("choose", 1, "steps"), []),
    ]
    assert children({"if": "x", "then": [1], "elif": [{"if": "y", "then": [2]}], "else": [3]}) == [
        (("then",), [1]),
        (("elif", 0, "then"), [2]),
        (("else",), [3]),
    ]


def test_what_is_malformed_is_passed_over() -> None:
    assert children({"repeat": 3, "steps": "no"}) == []
    assert children({"choose": {"steps": [STEP]}}) == []
    assert children({"if": "x", "then": None, "elif": [3, {"then": 4}]}) == []
    assert list(walk({"flow": 3, "scenarios": [], "fragments": {"a": 1}, "setup": [None, STEP]})) == [
        (("setup", 1), STEP)
    ]


def test_walk_comes_to_every_step_of_every_flow() -> None:
    inner = {"if": "x", "then": [STEP]}
    document = {
        "setup": [STEP],
        "flow": [{"repeat": 2, "steps": [inner]}],
        "scenarios": {"s": {"flow": [STEP]}},
        "fragments": {"f": [STEP]},
    }
    assert [path for path, _ in flows(document)] == [
        ("setup",),
        ("flow",),
        ("scenarios", "s", "flow"),
        ("fragments", "f"),
    ]
    assert [path for path, _ in walk(document)] == [
        ("setup", 0),
        ("flow", 0),
        ("flow", 0, "steps", 0),
        ("flow", 0, "steps", 0, "then", 0),
        ("scenarios", "s", "flow", 0),
        ("fragments", "f", 0),
    ]
