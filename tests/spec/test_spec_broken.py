"""The corpus of broken specs: each YAML file beside the exact text that it must give.

After a deliberate change of wording: `UPDATE_GOLDEN=1 pytest tests/spec/test_spec_broken.py`, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadspec.spec import SpecError, load_bytes, render
from loadspec.spec.codes import CODES

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def diagnose(path: Path) -> SpecError:
    with pytest.raises(SpecError) as caught:
        load_bytes(path.read_bytes(), f"specs/{path.name}")
    return caught.value


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_says_exactly(path: Path) -> None:
    text = render(diagnose(path).diagnostics)
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_places_are_in_the_file(path: Path) -> None:
    for found in diagnose(path).diagnostics:
        assert found.code in CODES
        assert found.message[0] != " "
        if found.line:
            assert 1 <= found.column <= len(found.text) + 1
            assert found.length >= 1


def test_there_are_enough() -> None:
    assert len(BROKEN) >= 60
    texts = {path.stem for path in (Path(__file__).parent / "broken").glob("*.txt")}
    assert texts == {path.stem for path in BROKEN}


def test_every_code_of_a_file_is_shown_somewhere() -> None:
    shown = {found.code for path in BROKEN for found in diagnose(path).diagnostics}
    elsewhere = {"LS001", "LS007", "LS036", "LS041", "LS042", "LS050", "LS051"}  # files, options, environment, warnings
    assert set(CODES) - shown <= elsewhere
