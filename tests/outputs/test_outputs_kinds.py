"""The table of outputs, those of other packages, and where a spec's files may lie."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from support_results import make_result

from loadspec import outputs
from loadspec.errors import OutputError, UsageError
from loadspec.output_kinds import OUTPUTS, PLACES, Output, file_problem, find_output, output_names
from loadspec.outputs import code_of, parse_out
from loadspec.samples import Member


def lines(result: Any, end: str = "") -> str:
    """An output as another package would bring it."""
    return f"{result.verdict}{end}\n"


def broken(result: Any) -> str:
    raise RuntimeError(f"no luck with {result.verdict}")


OTHER = Output("file", f"{__name__}:lines", "A line with the verdict.", example="verdict.txt")
BROKEN = Output("file", f"{__name__}:broken", "Fails.")
GONE = Output("file", "no_such_module:render", "Not there.")


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {
        name: EntryPoint(name, f"{__name__}:{value}", "loadspec.outputs")
        for name, value in {"line": "OTHER", "bad": "BROKEN", "gone": "GONE", "none": "lines", "far": "NOWHERE"}.items()
    }

    def found(group: str, name: str | None = None) -> list[EntryPoint]:
        assert group == "loadspec.outputs"
        return [point for point in points.values() if name in (None, point.name)]

    monkeypatch.setattr("importlib.metadata.entry_points", found)


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_row_is_whole(name: str) -> None:
    row = OUTPUTS[name]
    made = code_of(row)
    assert callable(made) or isinstance(made, Member)
    assert row.about.endswith(".")
    assert row.example
    assert row.place in PLACES
    assert not set(PLACES) & set(row.options)
    assert row.kind not in ("file", "samples") or (row.on_disk and not file_problem(row.example))
    assert not row.name_problem(row.example)


@pytest.mark.usefixtures("packages")
def test_another_package_brings_an_output() -> None:
    assert find_output("line") == OTHER
    assert output_names()[len(OUTPUTS) :] == ["bad", "far", "gone", "line", "none"]
    assert parse_out("line=x.txt").name == "line"
    assert outputs.render("line", make_result(1), end="!") == "FAIL!\n"


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(("name", "said"), [("none", "is no loadspec.outputs.Output"), ("far", "has no attribute")])
def test_a_package_that_has_no_such_output(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        parse_out(f"{name}=x")
    assert name in caught.value.message


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("name", "said"), [("bad", "output bad failed: RuntimeError: no luck"), ("gone", "no_such_module")]
)
def test_a_package_whose_code_fails(name: str, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        outputs.render(name, make_result(1))


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    needy = Output("file", f"{__name__}:lines", "Needs a library.", needs=("no_such_module", "pip install it"))
    monkeypatch.setitem(OUTPUTS, "needy", needy)
    with pytest.raises(UsageError, match="not installed: no_such_module") as caught:
        parse_out("needy=x")
    assert caught.value.hint == "pip install it"


@pytest.mark.parametrize("text", ["a.txt", "ci/a.txt", "a..b", "ci/./a~"])
def test_files_of_the_runs_folder(text: str, tmp_path: Path) -> None:
    assert file_problem(text) == ""
    assert (tmp_path / text).resolve().is_relative_to(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", "a/", "a\0b"),
        *("/a", "//a", "..", "../a", "a/../../b", "~/a", "~root/a"),
        *(".git/hooks/x", "journal", "journal/x", "results.json", "./results.json"),
    ],
)
def test_places_that_no_spec_writes_to(text: str) -> None:
    assert file_problem(text)
