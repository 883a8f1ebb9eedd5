"""The table of kinds is closed: all that the code makes is in it, and the page shows what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from support_kinds import made_kinds

import loadspec
from loadspec.error_kinds import KINDS, THEMES, error_code, way_out
from loadspec.error_kinds.kind import REQUEST_PHASES

PAGE = Path(loadspec.__file__).parents[1] / "docs" / "errors.md"


def test_every_kind_that_the_code_makes_is_in_the_table() -> None:
    made = made_kinds()
    assert len(made) > 40
    assert {"refused", "tls_name", "missing_value", "no_token", "poll_timeout", "decode"} <= {kind for kind, _ in made}
    unknown = {(kind, phase) for kind, phase in made if kind not in KINDS or (phase and phase not in KINDS[kind].codes)}
    assert not unknown


def test_kinds_stand_in_one_theme_and_say_what_to_do() -> None:
    assert len(KINDS) == sum(map(len, THEMES.values()))
    for name, kind in KINDS.items():
        assert kind.codes, name
        assert kind.meaning.endswith("."), name
        assert kind.way_out.endswith("."), name
        assert way_out(name) == kind.way_out
        assert kind.meaning[0].isupper() or kind.meaning[0] == "`", name


def test_phases_are_those_of_requests_and_steps() -> None:
    steps = {"template", "flow", "poll", "check", "capture", ""}
    for name, kind in KINDS.items():
        assert kind.codes.keys() <= {*REQUEST_PHASES, *steps}, name


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        # k6's own numbers: lib/netext/httpext/error_codes.go
        (("dns", "dns"), 1101),
        (("dns_failed", "dns"), 1100),
        (("blocked_ip", "connect"), 1110),
        (("blocked_host", "connect"), 1111),
        (("reset", "write"), 1201),
        (("timeout", "connect"), 1211),
        (("refused", "connect"), 1212),
        (("reset", "body"), 1220),
        (("timeout", "headers"), 1050),
        (("tls", "tls"), 1300),
        (("tls_untrusted", "tls"), 1310),
        (("tls_name", "tls"), 1311),
        (("decode", "decode"), 1701),
        (("protocol", "status"), 1000),
        # answers
        (("status", "status", 503), 1503),
        (("status", "status", 404), 1404),
        (("status", "status", 302), 0),
        (("check", "is fine", 200), 0),
        (("check", "is fine", 500), 1500),
        (("", "", 200), 0),
        (("", "", 418), 1418),
        (("", "", 0), 0),
        # what no table can know
        (("refused", "elsewhere"), 1212),
        (("of a plugin", "connect"), 1000),
    ],
)
def test_codes(asked: tuple[str, str, int], code: int) -> None:
    assert error_code(*asked) == code


def test_a_kind_that_there_is_not_has_no_way_out() -> None:
    assert way_out("nonsense") == ""


def test_the_page_has_every_kind_and_code() -> None:
    page = PAGE.read_text()
    for name, kind in KINDS.items():
        (row,) = [line for line in page.split("\n") if line.startswith(f"| `{name}` |")]
        assert kind.meaning in row
        assert all(str(code) in row for code in kind.codes.values() if code)
