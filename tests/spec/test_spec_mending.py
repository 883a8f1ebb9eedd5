"""A misspelt key read as what it means gives no errors of its own, and keeps its name."""

from __future__ import annotations

import pytest

from loadspec.spec import Diagnostic, SpecError, load_bytes

SPEC = "loadspec: 1\ntarget: {base_url: http://127.0.0.1:9}\nendpoints:\n  a: {path: /a}\nflow: [{call: a}]\n"


def found(text: str) -> list[Diagnostic]:
    with pytest.raises(SpecError) as refused:
        load_bytes(text.encode(), "s.yaml")
    return list(refused.value.diagnostics)


@pytest.mark.parametrize(
    "load",
    [
        "stages: 10s:5\nduraton: 5s",
        "duration: 5s\nstags: 10s:5",
        "duration: 5s\ngracefull_ramp_down: 5s",
        "duration: 5s\nmax_duraton: 5s",
        "stags: 10s:5\nduraton: 5s",
        "duraton: 5s\nvu: 5",
    ],
)
def test_a_guess_gives_a_load_no_second_shape(load: str) -> None:
    assert {each.code for each in found(f"{SPEC}{load}\n")} == {"LS012"}


def test_a_mended_key_is_called_what_it_is_in_the_file() -> None:
    text = SPEC.replace("{path: /a}", "{path: /a, header: x, capture: {t: {jsonpath: $.a, optionl: maybe}}}")
    messages = [each.message for each in found(text) if each.code == "LS013"]
    assert messages == [
        "`header` must be a mapping, not the text `x`",
        "`optionl` must be true or false, not the text `maybe`",
    ]


def test_a_key_with_a_bracket_in_it_is_not_only_misspelt() -> None:
    text = SPEC.replace("{path: /a}", "\n    path: /a\n    capture {t: $.t}")
    assert [each.code for each in found(text)] == ["LS012"]
