"""Every code is explained by a wrong example that gives it and a right one that does not, and codes are stable."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from support_codes import completed, diagnose

import loadspec
from loadspec.output_kinds import OUTPUTS
from loadspec.spec.codes import CODES
from loadspec.wire import carriers
from loadspec.wire.codings import CODINGS

STABLE = Path(__file__).with_name("codes.txt")
_USED = re.compile(r"""["'](LS[0-9]{3})["']""")


@pytest.fixture(autouse=True)
def _without_extras(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS075, LS160, LS181 and LS202 are about what is not installed; where tests run, it is."""
    if "LS075" in request.node.name:
        monkeypatch.setattr("loadspec.extract.markup.installed", lambda: False)
    if "LS160" in request.node.name:
        monkeypatch.setitem(carriers.NEEDS, "curl", ("no_such_module", carriers.NEEDS["curl"][1]))
    if "LS181" in request.node.name:
        monkeypatch.setitem(CODINGS, b"zstd", CODINGS[b"zstd"]._replace(available=lambda: False))
    if "LS202" in request.node.name:
        monkeypatch.setitem(OUTPUTS, "json", replace(OUTPUTS["json"], needs=("no_such_module", "pip install it")))


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_gives_the_code_and_no_other_error(code: str, tmp_path: Path) -> None:
    about = CODES[code]
    found = diagnose(about.wrong, about.files, tmp_path)
    assert code in {each.code for each in found}, found
    others = {each.code for each in found if each.level == "error"} - {code}
    assert not others, found


@pytest.mark.parametrize("code", CODES)
def test_the_right_example_has_no_error_and_is_free_of_the_code(code: str, tmp_path: Path) -> None:
    about = CODES[code]
    found = diagnose(about.right, about.files, tmp_path)
    assert not [each for each in found if each.level == "error" or each.code == code], found


@pytest.mark.parametrize("code", CODES)
def test_texts_are_written(code: str) -> None:
    about = CODES[code]
    assert re.fullmatch(r"LS[0-9]{3}", code)
    assert about.title == about.title.strip()
    assert about.title[-1] not in ".!"
    assert about.text.endswith((".", "!", "?"))
    assert len(about.text) >= 60
    assert about.wrong.endswith("\n")
    assert about.right.endswith("\n")
    assert about.wrong != about.right


def used() -> set[str]:
    """Codes that the source mentions outside the table."""
    root = Path(loadspec.__file__).parent
    table = root / "spec" / "codes"
    files = [path for path in root.rglob("*.py") if table not in path.parents]
    return {code for path in files for code in _USED.findall(path.read_text(encoding="utf-8"))}


def test_the_table_holds_what_the_source_uses_and_nothing_else() -> None:
    assert used() == set(CODES)


def test_codes_are_stable() -> None:
    """A code keeps its meaning for ever: nothing leaves the list, and what is new is added to it."""
    rows = dict(line.split(" ", 1) for line in STABLE.read_text(encoding="utf-8").splitlines())
    if os.environ.get("UPDATE_GOLDEN"):
        rows = dict(sorted({**rows, **{code: about.title for code, about in CODES.items()}}.items()))
        STABLE.write_text("".join(f"{code} {title}\n" for code, title in rows.items()), encoding="utf-8")
    assert list(rows) == sorted(rows)
    assert {code: about.title for code, about in CODES.items()} == rows, "UPDATE_GOLDEN=1 adds new codes"


def test_completion_adds_what_is_missing_only() -> None:
    text = completed("endpoints:\n  a: {path: /a}\n  _b:\n    path: /b\n\n  c: {path: /}\nvus: 1\n")
    assert text.endswith("flow:\n  - call: a\n  - call: c\n")
    assert text.startswith("loadspec: 1\nendpoints:")
    assert completed("loadspec: 1\nflow: []\ntarget: {}\nendpoints: {}\n") == (
        "loadspec: 1\nflow: []\ntarget: {}\nendpoints: {}\n"
    )
