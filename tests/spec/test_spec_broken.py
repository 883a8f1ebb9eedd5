"""The corpus of broken and odd specs: each YAML file beside the exact text that it must give.

After a deliberate change of wording: `UPDATE_GOLDEN=1 pytest tests/spec/test_spec_broken.py`, then read the diff. Specs
whose names begin with `odd_` run, and give warnings only.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from loadspec.spec import Diagnostic, SpecError, load_bytes, render
from loadspec.spec.codes import CODES

FOLDER = Path(__file__).parent / "broken"
BROKEN = sorted(FOLDER.glob("*.yaml"))


@cache
def diagnose(path: Path) -> tuple[Diagnostic, ...]:
    """What is said of a spec; a broken one must be refused."""
    try:
        found = load_bytes(path.read_bytes(), f"specs/{path.name}").warnings
    except SpecError as refused:
        assert not path.name.startswith("odd_")
        return refused.diagnostics
    assert path.name.startswith("odd_"), "it runs: nothing is wrong with it"
    return found


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_says_exactly(path: Path) -> None:
    text = render(diagnose(path))
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_places_are_in_the_file(path: Path) -> None:
    found = diagnose(path)
    assert found
    for each in found:
        assert each.code in CODES
        assert each.message[0] != " "
        if each.line:
            assert 1 <= each.column <= len(each.text) + 1
            assert each.length >= 1


def test_there_are_enough() -> None:
    assert len(BROKEN) >= 130
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in BROKEN}
