"""Limits from outside: what they are read from, which holds, and where a spec that goes beyond is told so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loadspec.errors import ExitCode, LoadspecError, UsageError
from loadspec.spec import Overrides, SpecError, load_bytes, render
from loadspec.spec.limits import NAMES, VARIABLES, Limits, from_environment, from_options

SPEC = b"""loadspec: 1
env: {BASE: "http://base.example.com", SHOP_KEY: {default: x, secret: true}}
vars: {other: "{{ env.BASE }}/deep"}
target: {base_url: "{{ vars.other }}"}
endpoints:
  home: {path: /}
  away: {path: "https://away.example.org:8443/x"}
  unknown: {path: "{{ link }}"}
  inline: {path: "http://inline.example.net/"}
setup: [{call: home}]
setup_timeout: 5m
scenarios:
  a:
    flow:
      - {call: away, capture: {link: $.link}}
      - {call: unknown}
    stages: 10s:5, 1m:20
    start_at: 30s
  b:
    flow: [{call: inline}]
    vus: 7
    duration: 1m
    after: a
  c:
    flow: [{call: home}]
vus: 4
iterations: 9
profiles:
  calm: {scenarios: {a: {stages: 5s:1}, b: null}, vus: 1, duration: 20s}
  wild: {vus: 500, duration: 9h}
"""


def found(
    given: dict[str, Any], environ: dict[str, str] | None = None, spec: bytes = SPEC, **overrides: Any
) -> list[tuple[str, str]]:
    """(code, the token under the caret, or the option at fault) of each finding."""
    try:
        load_bytes(spec, "s.yaml", Overrides(limits=from_options(given), **overrides), environ)
    except SpecError as error:
        return [
            (each.code, each.text[each.column - 1 : each.column - 1 + each.length] if each.line else each.file)
            for each in error.diagnostics
        ]
    return []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"max_vus": "31"}, []),
        ({"max_vus": "30"}, [("LS092", "10s:5, 1m:20")]),
        ({"max_duration": "1h"}, []),
        ({"max_duration": "10m"}, []),
        ({"max_duration": "599s"}, [("LS094", "9")]),
        ({"max_duration": "2m"}, [("LS094", "5m"), ("LS094", "9")]),
        ({"allow_env": ["BASE,SHOP_*"]}, []),
        ({"allow_env": ["*"]}, []),
        ({"allow_env": ["BASE"]}, [("LS091", "SHOP_KEY")]),
        ({"allow_env": ["base", "X"]}, [("LS091", "BASE"), ("LS091", "SHOP_KEY")]),
        ({"allow_host": ["*.example.com", "away.example.org:8443, inline.example.net"]}, []),
        ({"allow_host": ["10.0.0.0/8"]}, []),  # whether the names lie in it is seen when they are looked up
        ({"allow_host": ["*.example.com"]}, [("LS090", "https://away.example.org:8443/x"), ("LS090", "http://inline.example.net/")]),
        ({"allow_host": ["away.example.org", "inline.example.net"]}, [("LS090", "{{ vars.other }}")]),
        ({"max_rate": "1"}, []),  # users loop: they are held back
    ],
)  # fmt: skip
def test_what_is_beyond_is_told_where_it_stands(given: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    told = [(code, token.strip('"')) for code, token in found(given)]
    assert told == expected


MOVED = b"""loadspec: 1
target: {base_url: "http://api.example.com"}
endpoints: {home: {path: /}, other: {path: "http://other.example.com:81/"}, local: {path: "http://local.example.com/"}}
flow: [{call: home}, {call: other}, {call: local}]
vus: 1
iterations: 1
network:
  hosts:
    api.example.com: 10.0.0.7
    other.example.com: 10.0.0.8:8443
    local.example.com: unix:/run/api.sock
    never.example.com: 10.9.9.9
"""
SOCKET = "unix:/run/api.sock"


@pytest.mark.parametrize(
    ("allow", "refused"),
    [
        (["*.example.com"], [("LS121", SOCKET), ("LS090", "http://api.example.com"), ("LS090", "http://other.example.com:81/")]),
        (["*.example.com", "10.0.0.0/8"], [("LS121", SOCKET)]),
        (["*.example.com", "10.0.0.0/8", SOCKET], []),
        (["10.0.0.0/8", SOCKET], []),
        (["*.example.com", "10.0.0.7:80", "10.0.0.8:81", SOCKET], [("LS090", "http://other.example.com:81/")]),
        ([SOCKET], [("LS090", "http://api.example.com"), ("LS090", "http://other.example.com:81/")]),
        ([], [("LS121", SOCKET)]),
    ],
)  # fmt: skip
def test_where_a_host_lies_must_be_allowed_too(allow: list[str], refused: list[tuple[str, str]]) -> None:
    try:
        load_bytes(MOVED, "s.yaml", Overrides(limits=from_options({"allow_host": tuple(allow)})))
        told = []
    except SpecError as error:
        told = [(each.code, each.text[each.column - 1 : each.column - 1 + each.length]) for each in error.diagnostics]
    assert sorted((code, token.strip('"')) for code, token in told) == sorted(refused)


def test_a_link_out_of_the_folder_leads_to_no_socket(tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "api.sock").symlink_to(tmp_path / "other.sock")
    for place, codes in {"./api.sock": ["LS121"], "../other.sock": ["LS121"], "run/api.sock": []}.items():
        text = MOVED.replace(b"unix:/run/api.sock", f"unix:{place}".encode())
        try:
            load_bytes(text, str(tmp_path / "spec" / "s.yaml"))
            told = []
        except SpecError as error:
            told = [each.code for each in error.diagnostics]
        assert told == codes


def test_limits_win_over_profiles_options_and_variables() -> None:
    given = {"max_vus": "31", "max_duration": "10m"}
    assert found(given, profile="calm") == []
    assert [code for code, _ in found(given, profile="wild")] == ["LS092", "LS094"]
    assert found(given, vus=50, duration="1m") == [("LS092", "--vus")]
    assert found(given, {"LOADSPEC_VUS": "50", "LOADSPEC_DURATION": "1h"}) == [
        ("LS092", "LOADSPEC_VUS"),
        ("LS094", "LOADSPEC_DURATION"),
    ]
    assert found({}, {"LOADSPEC_MAX_VUS": "31"}, vus=50, duration="1m") == [("LS092", "--vus")]


def test_the_text_names_the_value_and_the_limit() -> None:
    with pytest.raises(SpecError) as refused:
        load_bytes(SPEC, "s.yaml", Overrides(limits=from_options({"max_vus": " 30 "})), {"LOADSPEC_MAX_VUS": "99"})
    text = render(refused.value.diagnostics)
    assert "`a` and the other scenarios together run up to 31 users, more than --max-vus 30 allows" in text
    assert " --> s.yaml:17:13\n" in text
    assert refused.value.exit_code == ExitCode.INVALID_SPEC


def test_without_an_environment_none_is_read() -> None:
    assert found({}) == []


def test_the_stricter_holds() -> None:
    one = from_options({"max_vus": "5", "max_duration": "1m", "allow_host": ["a.com", "b.com"], "allow_env": ["A*"]})
    other = from_environment(
        {"LOADSPEC_MAX_VUS": "9", "LOADSPEC_MAX_RATE": "60/m", "LOADSPEC_MAX_DURATION": "30s",
         "LOADSPEC_ALLOW_HOST": "b.com, c.com", "LOADSPEC_ALLOW_ENV": "*B", "LOADSPEC_VUS": "x"}
    )  # fmt: skip
    for both in (one.and_(other), other.and_(one)):
        assert both.max_vus == (5, "--max-vus 5")
        assert both.max_rate == (1.0, "LOADSPEC_MAX_RATE=60/m")
        assert both.max_duration == (30.0, "LOADSPEC_MAX_DURATION=30s")
        assert both.hosts is not None
        assert [not both.hosts.refused(host, 80) for host in ("a.com", "b.com", "c.com")] == [False, True, False]
        assert [all(n.allow(name) for n in both.allow_env) for name in ("A", "B", "AB")] == [False, False, True]
    assert not Limits()
    assert one
    assert one.and_(Limits()) == one


@pytest.mark.parametrize(
    ("name", "text"),
    [("max_vus", text) for text in ("", "0", "-1", "1.5", "x", "1e3", "٣")]
    + [("max_rate", text) for text in ("0", "-1/s", "x", "1/d", "inf", "nan", "/s", "")]
    + [("max_duration", text) for text in ("0s", "10", "x", "", "-1s")]
    + [("allow_host", text) for text in ("", ",", "http://x", "*", "a b")]
    + [("allow_env", text) for text in ("", " , ")],
)
def test_a_limit_that_cannot_be_read_is_never_ignored(name: str, text: str) -> None:
    option = f"--{name.replace('_', '-')}"
    many = name.startswith("allow")
    with pytest.raises(UsageError, match=option) as wrong:
        from_options({name: (text,) if many else text})
    assert wrong.value.exit_code == ExitCode.USAGE
    with pytest.raises(LoadspecError, match=VARIABLES[name]) as invalid:
        from_environment({VARIABLES[name]: text})
    assert invalid.value.exit_code == ExitCode.INVALID_SPEC


def test_only_the_five_variables_are_looked_at() -> None:
    class Watched(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            asked.append(key)
            return default

    asked: list[str] = []
    assert from_environment(Watched()) == Limits()
    assert asked == [VARIABLES[name] for name in NAMES]
    assert asked == [f"LOADSPEC_{word}" for word in ("ALLOW_HOST", "ALLOW_ENV", "MAX_VUS", "MAX_RATE", "MAX_DURATION")]


def test_rates_are_a_second() -> None:
    rates = {text: from_options({"max_rate": text}).max_rate for text in ("50", "50/s", "30/m", "36 / h", "0.5")}
    assert [bound and bound.value for bound in rates.values()] == [50, 50, 0.5, 0.01, 0.5]


def test_what_a_worker_is_told() -> None:
    limits = from_options({"allow_host": ["a.com,b.com"], "max_rate": "5", "max_duration": "1m", "max_vus": "3"})
    assert limits.wire() == {"hosts": [["a.com", "b.com"]], "rate": 5.0, "duration": 60.0}
    assert Limits().wire() == {"hosts": None, "rate": None, "duration": None}


def test_a_token_url_is_a_url_like_others() -> None:
    text = b"""loadspec: 1
target:
  base_url: "http://127.0.0.1:9"
  auth: {oauth2: {token_url: "http://tokens.example.net/t", client_id: a, client_secret: b}}
endpoints: {home: {path: /}}
flow: [{call: home}]
"""
    with pytest.raises(SpecError) as refused:
        load_bytes(text, "s.yaml", Overrides(limits=from_options({"allow_host": ["127.0.0.1"]})))
    assert [(each.code, each.line) for each in refused.value.diagnostics] == [("LS090", 4)]


RATES = b"""loadspec: 1
target: {base_url: "http://x"}
endpoints: {home: {path: /}}
scenarios:
  steady: {flow: [{call: home}], rate: 600/m, duration: 1m}
  ramp: {flow: [{call: home}], rate_stages: "30s:20/s, 30s:5/s", max_vus: 50}
  later: {flow: [{call: home}], rate: 25/s, duration: 1m, after: ramp, max_vus: 70, pre_allocated_vus: 5}
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"max_rate": "30"}, []),
        ({"max_rate": "29/s"}, [("LS093", '"30s:20/s, 30s:5/s"')]),  # two of them at the same time
        ({"max_rate": "1000/m"}, [("LS093", '"30s:20/s, 30s:5/s"')]),
        ({"max_vus": "720"}, []),  # 600 where each of 10/s takes the 60 seconds of its timeout
        ({"max_vus": "719"}, [("LS092", "600/m")]),
        ({"max_duration": "150s"}, []),
        ({"max_duration": "149s"}, [("LS094", "ramp")]),
    ],
)
def test_open_models_have_limits_too(given: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(given, spec=RATES) == expected


def test_two_rates_of_which_one_is_over_are_not_added() -> None:
    text = RATES.replace(b"20/s", b"10/s")
    assert found({"max_rate": "25"}, spec=text) == []
    assert found({"max_rate": "24"}, spec=text) == [("LS093", "25/s")]
