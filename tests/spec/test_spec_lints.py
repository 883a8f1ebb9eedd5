"""Lints: what each finds, and that it keeps silent where nothing is odd."""

from __future__ import annotations

import pytest

from loadspec.spec import Diagnostic, SpecError, load_bytes

HEAD = """loadspec: 1
target: {base_url: "http://127.0.0.1:1"}
metrics: {errors: rate, slow: trend}
endpoints:
  a: {path: /a, checks: {came: status == 200}}
  job: {path: /job}
"""
FLOW = """flow:
  - call: a
    record: {errors: not ok, slow: duration}
  - poll: job
    until: json.done
"""


def found(text: str) -> list[Diagnostic]:
    try:
        return list(load_bytes(text.encode(), "f.yaml").warnings)
    except SpecError as refused:
        return list(refused.diagnostics)


def codes(text: str) -> list[str]:
    return [each.code for each in found(text)]


@pytest.mark.parametrize(
    "key",
    [
        *("errors", "slow", "checks", "http_reqs", "http_req_duration", "iterations", "vus", "data_sent"),
        *("errors{endpoint:a}", "errors{endpoint!:job}", "errors{endpoint~a|b}", "checks{check:came}"),
        *("http_req_duration{endpoint:job}", "http_req_duration{poll:true}", "http_req_duration{poll:any}"),
        *(
            "http_req_duration{scenario:default}",
            "http_reqs{status:404}",
            "http_reqs{status:0}",
            "http_reqs{status~5..}",
        ),
        *("http_reqs{expected_response:false}", "dropped_iterations", "iteration_duration{scenario:default}"),
    ],
)
def test_thresholds_that_samples_reach(key: str) -> None:
    limit = {"errors": "rate < 1%", "checks": "rate > 1%", "http_reqs": "count > 1", "iterations": "count > 1"}
    limit |= {"vus": "max < 9", "data_sent": "count < 5MB", "dropped_iterations": "count < 1"}
    text = limit.get(key.partition("{")[0], "p(95) < 1s")
    assert codes(f'{HEAD}{FLOW}thresholds: {{"{key}": {text}}}\n') == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("errors{endpoint:job}", "rate < 1%"),
        ("errors{endpoint~j.*}", "rate < 1%"),
        ("checks{endpoint:job}", "rate > 1%"),
        ("checks{check:cam}", "rate > 1%"),
        ("http_reqs{status:1000}", "count > 1"),
        ("http_reqs{endpoint:a,poll:true}", "count > 1"),
        ("group_duration", "p(95) < 1s"),
        ("scheduled_latency", "p(95) < 1s"),
        ("scheduled_latency{endpoint:a}", "p(95) < 1s"),
    ],
)
def test_thresholds_that_no_sample_reaches(key: str, text: str) -> None:
    assert codes(f'{HEAD}{FLOW}thresholds: {{"{key}": {text}}}\n') == ["LS045"]
    passes = f'{HEAD}{FLOW}thresholds: {{"{key}": {{that: {text}, empty: pass}}}}\n'
    assert [(each.code, each.level) for each in found(passes)] == [("LS045", "warning")]


SCHEDULED = 'thresholds: {"scheduled_latency{scenario:SCENARIO}": p(95) < 1s, dispatch_delay: p(99) < 5ms}\n'
MIXED = """scenarios:
  open: {flow: [{call: a}], rate_stages: 1m:50/s}
  closed: {flow: [{call: a}], vus: 1, duration: 1m}
  drawn: {flow: [{call: a}], weight: 1}
  too: {flow: [{call: a}], weight: 1}
"""


@pytest.mark.parametrize(
    ("text", "scenario", "found"),
    [
        (FLOW + "rate: 10/s\nduration: 1m\n", "default", []),
        (FLOW + "vus: 1\nduration: 1m\n", "default", ["LS045"]),
        (MIXED + "rate: 10/s\nduration: 1m\n", "drawn", []),
        (MIXED + "vus: 1\nduration: 1m\n", "drawn", ["LS045"]),
        (MIXED + "vus: 1\nduration: 1m\n", "open", []),
        (MIXED + "rate: 10/s\nduration: 1m\n", "closed", ["LS045"]),
    ],
)
def test_only_open_loads_have_a_schedule(text: str, scenario: str, found: list[str]) -> None:
    told = codes(HEAD + text + SCHEDULED.replace("SCENARIO", scenario))
    assert [code for code in told if code == "LS045"] == found


NESTED = """flow:
  - group: shop
    steps:
      - if: iteration == 0
        then:
          - call: a
            record: {errors: not ok}
      - choose:
          - {weight: 1, name: fast, steps: [{poll: job, until: ok, record: {slow: duration}}]}
          - {weight: 1, steps: []}
"""


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("group_duration{group:shop}", []),
        ("group_duration{group:shop::fast}", []),
        ("http_req_duration{group:shop}", []),
        ("http_req_duration{group:shop, endpoint:job}", ["LS045"]),
        ("http_req_duration{group:shop::fast, endpoint:a}", ["LS045"]),
        ("slow{endpoint:job}", []),
    ],
)
def test_steps_inside_steps_count(key: str, code: list[str]) -> None:
    kept = "\n  errors: rate < 100%" if not key.startswith("errors") else ""
    assert codes(f'{HEAD}{NESTED}thresholds:\n  "{key}": p(95) < 1s{kept}\n') == code


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("errors: rate < 0%", "error"),
        ("errors: rate > 100%", "error"),
        ("errors: rate <= 100%", "warning"),
        ("errors: rate >= 0%", "warning"),
        ("errors: rate == 0%", None),
        ("errors: rate <= 0%", None),
        ("errors: rate < 100%", None),
        ("http_reqs: count >= 0", "warning"),
        ("http_reqs: count > 0", None),
        ("http_req_duration: p(95) < 0ms", "error"),
        ("http_req_duration: p(95) <= 0ms", None),
        ("http_req_duration: max >= 0ms", "warning"),
        ("slow: min >= 0ms", None),  # whatever a step records
        ("slow: count >= 0", "warning"),
        ("slow: [avg > 1s, avg < 1s]", "error"),
        ("slow: [avg >= 1s, avg <= 1s]", None),
        ("slow: [avg > 1s, avg < 2s]", None),
        ("slow: [avg > 2s, p(95) < 1s]", None),
        ("slow: [avg == 2s, avg < 1s]", "error"),
    ],
)
def test_thresholds_that_are_decided(text: str, level: str | None) -> None:
    levels = [(each.code, each.level) for each in found(f"{HEAD}{FLOW}thresholds: {{{text}}}\n")]
    assert levels == ([("LS046", level)] if level else [])


def extended(**sections: str) -> str:
    text = HEAD + (FLOW if "flow" not in sections else "")
    return text + "".join(f"{name}: {value}\n" for name, value in sections.items())


@pytest.mark.parametrize(
    ("use", "unused"),
    [
        ('"{{ vars.v }}"', []),
        ("\"{{ vars['v'] }}\"", []),
        ('"{{ upper(vars.v) }} and {{ env.E }}"', []),
        ('"vars.v"', ["LS048"]),
        ('"{{ run.id }}"', ["LS048"]),
    ],
)
def test_variables_are_used_by_templates(use: str, unused: list[str]) -> None:
    flow = f"[{{call: a, query: {{q: {use}}}, record: {{errors: not ok, slow: duration}}}}, {{poll: job, until: ok}}]"
    text = extended(vars="{v: x}", flow=flow).replace("metrics:", "env: {_E: x, E: y}\nmetrics:")
    assert [each.code for each in found(text) if "`v`" in each.message] == unused


@pytest.mark.parametrize("where", ["when: c == 1", "until: c == 1", 'query: {c: "{{ c }}"}', "checks: {c: c == 1}"])
def test_captures_are_used_by_expressions(where: str) -> None:
    text = HEAD.replace("path: /a,", "path: /a, capture: {c: $.c},") + (
        f"flow:\n  - call: a\n    record: {{errors: not ok, slow: duration}}\n  - poll: job\n    {where}\n"
    )
    text += "" if where.startswith("until") else "    until: ok\n"
    assert [each.code for each in found(text) if each.code == "LS048"] == []


def test_an_endpoint_called_as_a_key_hides_nothing() -> None:
    text = HEAD.replace("  job:", "  body:").replace("path: /a,", "path: /a, capture: {c: $.c},")
    text += (
        "flow:\n  - call: a\n    record: {errors: not ok, slow: duration}\n  - call: body\n    checks: {path: c == 1}\n"
    )
    assert codes(text) == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("Authorization", "Bearer {{ env.E }}", False),
        ("Authorization", "Bearer abc", True),
        ("X-Api-Key", "abc", True),
        ("X-Auth-Token", "abc", True),
        ("X-Token-Count", "5", False),
        ("Accept", "application/json", False),
        ("Idempotency-Key", "abc", False),
        ("X-Password", "", False),
    ],
)
def test_secrets_in_headers(name: str, value: str, told: bool) -> None:
    text = extended().replace("path: /a,", f'path: /a, headers: {{{name}: "{value}"}},')
    text = text.replace("metrics:", "env: {E: {secret: true}}\nmetrics:")
    assert ("LS049" in codes(text)) == told


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Acept", "Accept"),
        ("Content_Type", "Content-Type"),
        ("Autorization", "Authorization"),
        ("X-Request-ID", ""),
        ("X-Tenant", ""),
        ("Accept-Charsets", "Accept-Charset"),
        ("Except", ""),
        ("Host", ""),
    ],
)
def test_headers_that_are_misspelt(name: str, near: str) -> None:
    labels = [each.label for each in found(extended().replace("path: /a,", f"path: /a, headers: {{{name}: x}},"))]
    assert labels == ([f"did you mean `{near}`?"] if near else [])


def test_an_unused_name_that_a_profile_uses_is_used() -> None:
    text = HEAD + "  more: {path: /more}\n" + FLOW + "vars: {v: 1}\n"
    assert codes(text) == ["LS050", "LS048"]
    text += 'profiles:\n  p: {flow: [{call: a}, {poll: job, until: ok}, {call: more, query: {q: "{{ vars.v }}"}}]}\n'
    assert codes(text) == []


def test_a_profile_s_own_warning_is_told_whichever_profile_runs() -> None:
    text = HEAD + FLOW + "profiles:\n  p: {thresholds: {errors: rate <= 100%}}\n"
    assert codes(text) == ["LS046"]


def test_steps_of_one_name_in_branches_are_told_apart() -> None:
    flow = "flow:\n  - if: iteration == 0\n    then: [{call: a}]\n    else: [{call: a}]\n  - call: job\n"
    asked = flow + "    when: steps.a.ok\n"
    both = asked.replace("  - call: job", "  - call: a\n  - call: job")
    assert "LS019" not in codes(HEAD + flow)
    assert "LS019" not in codes(HEAD + asked)
    assert "LS019" in codes(HEAD + both)
