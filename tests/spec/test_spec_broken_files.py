"""Broken specs of several files: a folder each, with spec.yaml and the exact text that it must give.

After a deliberate change of wording: `UPDATE_GOLDEN=1 pytest tests/spec/test_spec_broken_files.py`, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadspec.spec import SpecError, load, render
from loadspec.spec.codes import CODES

FOLDERS = sorted(path.parent for path in (Path(__file__).parent / "broken_files").glob("*/spec.yaml"))


def diagnose(folder: Path, monkeypatch: pytest.MonkeyPatch) -> SpecError:
    monkeypatch.chdir(folder)
    with pytest.raises(SpecError) as caught:
        load("spec.yaml")
    return caught.value


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_says_exactly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = render(diagnose(folder, monkeypatch).diagnostics)
    golden = folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_code_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {each.code for folder in FOLDERS for each in diagnose(folder, monkeypatch).diagnostics}
    warnings = {"LS067"}
    assert {code for code in CODES if "LS060" <= code <= "LS069"} - shown == warnings


def test_places_are_in_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in FOLDERS:
        for found in diagnose(folder, monkeypatch).diagnostics:
            if found.line and found.excerpt:
                text = (folder / found.file).read_text(encoding="utf-8")
                assert text.splitlines()[found.line - 1] == found.text
