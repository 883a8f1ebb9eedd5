from __future__ import annotations

import json
import re
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from loadspec.spec import Diagnostic
from loadspec.spec.diagnostics import MAX_DIAGNOSTICS
from loadspec.spec.formats import Checked, as_github, as_json

COMMAND = re.compile(r"::(error|warning) ((?:[a-zA-Z]+=[^,:\n\r]*,?)+)::([^\n\r]*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it."""
    match = COMMAND.fullmatch(line)
    assert match, line
    pairs = (pair.split("=", 1) for pair in match[2].split(","))
    return match[1], {name: unquote(value) for name, value in pairs}, unquote(match[3])


@given(st.text(), st.text(), st.text(), st.text(), st.integers(0, 5))
def test_no_text_of_a_file_leaves_its_annotation(message: str, label: str, help: str, file: str, line: int) -> None:
    found = Diagnostic("error", "LS012", message, line, 3, 4, (), label, help, file, "text")
    printed = as_github([Checked("f", (found,))])
    assert printed.endswith("\n")
    assert len(re.split("[\n\r\x85\u2028\u2029]", printed)) == 2
    level, properties, _ = read(printed[:-1])
    assert level == "error"
    assert properties.keys() <= {"file", "line", "col", "endLine", "endColumn", "title"}
    assert properties["title"] == "loadspec LS012"


def test_escapes_are_the_toolkit_s() -> None:
    found = Diagnostic("warning", "LS034", "50% of a: b,\nc\r", 2, 3, 4, file="a,b:c%.yaml", text="x")
    assert as_github([Checked("f", (found,))]) == (
        "::warning file=a%2Cb%3Ac%25.yaml,line=2,col=3,endLine=2,endColumn=7,title=loadspec LS034::"
        "50%25 of a: b,%0Ac%0D%0Aloadspec explain LS034\n"
    )


def test_annotations_are_capped_and_the_rest_counted() -> None:
    many = tuple(Diagnostic("error", "LS012", f"m{n}", n, 1) for n in range(1, MAX_DIAGNOSTICS + 8))
    lines = as_github([Checked("f", many)]).splitlines()
    assert lines[-1] == "::warning::and 7 more"
    assert len(lines) == MAX_DIAGNOSTICS + 1


@given(st.text(), st.text())
def test_json_is_ascii_and_reads_back(message: str, file: str) -> None:
    found = Diagnostic("error", "LS012", message, 1, 1, 1, file=file, text=message, path=("a", 1))
    printed = as_json([Checked(file, (found,))])
    assert printed.isascii()
    row = json.loads(printed)["diagnostics"][0]
    assert (row["message"], row["file"], row["path"], row["source"]) == (message, file, ["a", 1], message)
