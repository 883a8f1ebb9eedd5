"""One slip in a right spec gives one error: what only follows from it is not told, whatever line it is in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loadspec.spec import SpecError, load_bytes

SPECS = Path(__file__).parents[2] / "specs"


def slips(text: str) -> Iterator[tuple[str, str]]:
    """(what was done, the text with it) for each line."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        bare = line.lstrip()
        if not bare or bare[0] == "#":
            continue
        made = {
            "further in": " " + line,
            "further out": line[1:] if line[0] == " " else line,
            "a tab": "\t" + bare if line[0] == " " else line,
            "no colon": line.replace(":", "", 1),
            "no blank": line.replace(": ", ":", 1),
            "no dash's blank": line.replace("- ", "-", 1),
            "an open brace": line[::-1].replace("}", "", 1)[::-1],
            "no quote before": line.replace('"', "", 1),
            "no quote behind": line[::-1].replace('"', "", 1)[::-1],
            "no single quote behind": line[::-1].replace("'", "", 1)[::-1],
        }
        for what, new in made.items():
            if new != line:
                yield f"{what} in line {number + 1}", "\n".join([*lines[:number], new, *lines[number + 1 :]])


@pytest.mark.parametrize("name", ["image-generation", "branches", "custom-metrics", "pace"])
def test_one_slip_is_one_syntax_error(name: str) -> None:
    path = SPECS / f"{name}.yaml"
    for what, text in slips(path.read_text(encoding="utf-8")):
        try:
            load_bytes(text.encode(), str(path))
        except SpecError as refused:
            errors = [each for each in refused.diagnostics if each.level == "error"]
        else:
            continue
        syntax = [each for each in errors if each.code == "LS003"]
        assert len(syntax) <= 1, (what, syntax)
        assert not syntax or len(errors) <= 2, (what, errors)
