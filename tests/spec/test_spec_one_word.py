"""One word that is wrong gives one error: what is only missing because of it is not told, and what stands in it is."""

from __future__ import annotations

import pytest

from loadspec.spec import Diagnostic, SpecError, load_bytes

SPEC = """\
loadspec: 1
env:
  API_BASE: {default: "http://127.0.0.1:8089"}
vars:
  size: 512
target:
  base_url: "{{ env.API_BASE }}"
pools:
  prompts:
    items: [a fox, a lake]
metrics:
  time_to_image: trend
  errors: rate
endpoints:
  login:
    method: POST
    path: /api/auth/login
    capture: {token: {jsonpath: $.token}}
    checks: {has a token: defined(json.token)}
  generate:
    method: POST
    path: /api/images/generate
    auth: {bearer: "{{ token }}"}
    json: {prompt: "{{ pool.prompts }}", size: "{{ vars.size }}"}
    capture: {session_id: $.session_id}
  image:
    path: "/api/sessions/{{ session_id }}"
    auth: {bearer: "{{ token }}"}
flow:
  - call: login
  - call: generate
    record: {errors: not ok}
  - if: steps.generate.ok
    then:
      - poll: image
        until: json.status == 'done'
        record: {time_to_image: since('generate')}
    else:
      - think: 1s
stages: 10s:5, 20s:10
thresholds:
  errors: rate < 10%
  http_req_duration{endpoint:generate}: p(95) < 2s
profiles:
  smoke: {vus: 1, duration: 30s}
"""

SLIPS = {
    "flow:": ("flows:", "LS012"),
    "endpoints:": ("endpoint:", "LS012"),
    "metrics:": ("metricss:", "LS012"),
    "pools:": ("pool:", "LS012"),
    "vars:": ("variables:", "LS012"),
    "env:": ("envs:", "LS012"),
    "target:": ("targt:", "LS012"),
    "base_url:": ("url:", "LS012"),
    "loadspec:": ("version:", "LS012"),
    "items:": ("values:", "LS012"),
    "capture: {session_id": ("captur: {session_id", "LS012"),
    "jsonpath:": ("json:", "LS012"),
    "then:": ("do:", "LS012"),
    "else:": ("otherwise:", "LS012"),
    "duration: 30s": ("durtion: 30s", "LS012"),
    "until:": ("untill:", "LS012"),
    "API_BASE:": ("API-BASE:", "LS038"),
    "time_to_image: trend": ("time-to-image: trend", "LS038"),
    "{errors:": ("{error:", "LS021"),
    "- call: login": ("- cal: login", "LS014"),
    "- call: login ": ("- request: login", "LS014"),
    "- call: login  ": ("- get: /api/auth/login", "LS014"),
    "- call: login   ": ("- call: POST /api/auth/login", "LS020"),
    "- call: login    ": ("- call: {endpoint: login}", "LS013"),
    "- call: generate": ("- call: genrate", "LS020"),
    "- call: generate ": ("- call: generate\n    if: vars.size", "LS017"),
    "a fox": ("*fox", "LS009"),
}
"""What stands there (and blanks, to tell them apart) → what is written instead, and the one code that it gives."""


def errors(text: str) -> list[Diagnostic]:
    try:
        load_bytes(text.encode(), "s.yaml")
    except SpecError as refused:
        return [each for each in refused.diagnostics if each.level == "error"]
    return []


def test_the_spec_is_right() -> None:
    assert load_bytes(SPEC.encode(), "s.yaml").warnings == ()


@pytest.mark.parametrize("right", SLIPS)
def test_one_word_one_error(right: str) -> None:
    wrong, code = SLIPS[right]
    assert right.strip() in SPEC
    assert [each.code for each in errors(SPEC.replace(right.strip(), wrong, 1))] == [code]


def test_what_stands_under_a_misspelt_key_is_judged() -> None:
    text = SPEC.replace("flow:", "flows:").replace("- call: generate", "- cal: generate").replace("until:", "untill:")
    text = (
        text.replace("thresholds:", "threshold:")
        .replace("rate < 10%", "rate < 10")
        .replace("steps.generate", "steps.x")
    )
    found = [(each.code, each.line) for each in errors(text)]
    assert found == [
        ("LS012", 29),
        ("LS014", 31),
        ("LS025", 33),
        ("LS012", 36),
        ("LS012", 41),
        ("LS028", 42),
    ]


def test_a_name_that_nothing_explains_is_told_beside_a_lost_step() -> None:
    text = SPEC.replace("- call: login", "- cal1: login").replace("{{ session_id }}", "{{ sesion }}")
    assert [each.code for each in errors(text)] == ["LS024", "LS014"]
