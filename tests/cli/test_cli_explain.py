from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from support_cli import REPOSITORY

from loadspec.cli import main
from loadspec.error_kinds import KINDS
from loadspec.spec.codes import CODES
from loadspec.spec.codes.page import explained, page


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments])


@pytest.mark.parametrize(
    "asked", ["LS020", "ls020", "Ls20", "20", " 020 ", "error[LS020]: no endpoint is called `a`", "[LS020]", "LS-020"]
)
def test_a_code_is_explained_however_it_is_written(asked: str) -> None:
    result = explain(asked)
    assert result.exit_code == 0
    assert result.output.startswith("LS020: an unknown endpoint\n\n`call` and `poll` name")
    assert "Wrong:\n\n    endpoints:\n      login: {path: /login}\n    flow:\n      - call: log_in\n" in result.output
    assert "Right:\n\n    endpoints:\n" in result.output


def test_several_codes_one_after_the_other() -> None:
    assert explain("LS020", "LS021").output == explain("LS020").output + "\n" + explain("LS021").output


@pytest.mark.parametrize("asked", ["hmac", "hmac()"])
def test_a_function_of_expressions_is_explained(asked: str) -> None:
    done = CliRunner().invoke(main, ["explain", asked])
    assert done.exit_code == 0
    assert "hmac(key, message, algorithm?, encoding?): " in done.output
    assert "DbIfBQ" in done.output


def test_without_a_code_all_are_listed() -> None:
    lines = explain().output.splitlines()
    assert [line.split("  ", 1) for line in lines[: len(CODES)]] == [[code, row.title] for code, row in CODES.items()]


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("LS999", "`loadspec explain` lists all of them"),
        ("LX020", "did you mean LS020, an unknown endpoint?"),
        ("endpoint", "lists all of them"),
        ("", "lists all of them"),
        ("\x1b[31mLS", "lists all of them"),
    ],
)
def test_an_unknown_code_is_wrong_usage(asked: str, hint: str) -> None:
    result = explain(asked)
    assert result.exit_code == 2
    assert hint in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize("code", CODES)
def test_every_code_prints(code: str) -> None:
    text = explained(code, 60)
    assert all(char.isprintable() or char == "\n" for char in text)


def test_the_page_of_the_documentation_is_made_of_the_table() -> None:
    written = (REPOSITORY / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    assert written == page(), "run `make docs`, and commit docs/diagnostics.md"
    assert explain("--format", "markdown").output == page()
    assert explain("--format", "markdown", "LS020").exit_code == 2


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("tls_name", ["tls_name"]),
        ("TLS name", ["tls_name"]),
        ("1212", ["refused"]),
        ("1503", ["status"]),
        ("1211", ["timeout"]),
        ("1213", ["unreachable", "fd_exhausted", "port_exhausted", "os_error"]),
    ],
)
def test_a_kind_of_error_is_explained(asked: str, kinds: list[str]) -> None:
    done = explain(asked)
    assert done.exit_code == 0
    titles = [line for line in done.output.splitlines() if line and not line.startswith(" ")]
    assert titles == kinds
    for kind in kinds:
        assert KINDS[kind].way_out[:30] in done.output


@pytest.mark.parametrize("asked", ["1999", "12120", "tls names"])
def test_numbers_and_names_of_nothing(asked: str) -> None:
    assert explain(asked).exit_code == 2
