"""Every example spec, mutated as a tree: it is a spec, or told with places in the file that print everywhere."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support_mutations import mutated

from loadspec.spec import Diagnostic, SpecError, load_bytes, render, resolved_yaml
from loadspec.spec.codes import CODES
from loadspec.spec.compose import compose
from loadspec.spec.formats import Checked, as_github, as_json
from loadspec.spec.plain import with_plain_texts
from loadspec.spec.source import Source

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


@cache
def read(path: Path) -> Any:
    source = Source(str(path), path.read_text(encoding="utf-8"))
    compose(source)
    assert source.root is not None
    return with_plain_texts(source.root)


def judged(data: bytes, path: Path) -> tuple[list[Diagnostic], bool]:
    """What is said of a text that stands in the specs' folder; the spec itself must be one that a worker can read."""
    try:
        loaded = load_bytes(data, str(path))
    except SpecError as refused:
        return list(refused.diagnostics), False
    assert resolved_yaml(loaded.spec)
    return list(loaded.warnings), True


def check(data: bytes, path: Path) -> None:
    lines = data.decode().split("\n")
    found, valid = judged(data, path)
    assert valid == all(each.level == "warning" for each in found)
    for each in found:
        assert each.code in CODES
        assert each.message
        if each.file == str(path):
            assert 1 <= each.line <= len(lines) + 1, each
            assert 1 <= each.column <= len(each.text) + 1, each
            if each.text:
                assert each.text.strip("\r") in data.decode()
    assert all(char.isprintable() or char == "\n" for char in render(found))
    assert json.loads(as_json([Checked(str(path), tuple(found))]))["version"] == 1
    assert "\r" not in as_github([Checked(str(path), tuple(found))])


@given(st.sampled_from(SPECS), st.integers(0, 2**32), st.booleans())
@settings(max_examples=120)
def test_a_mutated_tree_is_a_spec_or_told_with_its_place(path: Path, seed: int, flow: bool) -> None:
    document = mutated(read(path), Random(seed))
    check(yaml.safe_dump(document, allow_unicode=True, default_flow_style=flow, sort_keys=False).encode(), path)


@given(st.sampled_from(SPECS), st.data())
@settings(max_examples=80)
def test_so_is_a_text_that_is_cut_or_stitched(path: Path, data: st.DataObject) -> None:
    text = path.read_text(encoding="utf-8")
    other = data.draw(st.sampled_from(SPECS)).read_text(encoding="utf-8")
    lines, others = text.split("\n"), other.split("\n")
    at = data.draw(st.integers(0, len(lines)))
    start = data.draw(st.integers(0, len(others)))
    size = data.draw(st.integers(0, 12))
    drop = data.draw(st.integers(0, 5))
    check("\n".join([*lines[:at], *others[start : start + size], *lines[at + drop :]]).encode(), path)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_key_deleted_once(path: Path) -> None:
    """Each node of the upper levels, one after the other."""
    document = read(path)
    for trail in _trails(document, 2):
        copy = json.loads(json.dumps(document))
        parent = copy
        for part in trail[:-1]:
            parent = parent[part]
        del parent[trail[-1]]
        check(yaml.safe_dump(copy, allow_unicode=True, sort_keys=False).encode(), path)


def _trails(value: Any, depth: int) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not depth:
        return []
    return [trail for key, below in items for trail in [(key,), *((key, *rest) for rest in _trails(below, depth - 1))]]
