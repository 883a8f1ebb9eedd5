"""What hurts users of other tools (and of YAML), and where the corpus shows that it is told here.

A row: the trap → the golden files of `broken/` that show what is said of it, and a phrase that must be in the text.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "broken"

TRAPS: dict[str, list[tuple[str, str]]] = {
    # Typos swallowed
    "unknown keys are ignored, at any depth": [
        ("trap_typos_everywhere", "did you mean `base_url`?"),
        ("trap_typos_everywhere", "did you mean `checks`?"),
        ("schema_deep_place", "did you mean `optional`?"),
        ("schema_unknown_keys", "unknown key"),
    ],
    "the first error hides the others": [
        ("trap_typos_everywhere", "did you mean `thresholds`?"),
        ("schema_many_errors", "cal"),
        ("yaml_several_mistakes", "error[LS003]"),
    ],
    "an error without a place": [("schema_deep_place", "specs/schema_deep_place.yaml:10:9")],
    "unknown root options only warn": [("trap_k6", "unknown key `options`")],
    "unknown scenario keys": [("schema_scenarios", "did you mean `weight`?")],
    "near-misses only are linted": [("trap_locust", "unknown key `catch_response`")],
    "an unknown action panics": [("schema_step_misspelt", "a step needs one of"), ("trap_drill", "unknown key `plan`")],
    "a misspelt name of a function makes a condition true": [("expr_functions", "did you mean `defined`?")],
    # Gates that pass wrongly
    "a rate without samples has passed": [("trap_gate_without_samples", "so this threshold never has a sample")],
    "a gate on what only setup measures": [("trap_gate_without_samples", "thresholds are about the load")],
    "an unknown label is a debug line": [
        ("trap_gate_of_urls", "there is no endpoint `/items`"),
        ("threshold_trouble", "there is no endpoint `b`"),
        ("trap_gate_of_misspelt_check", "did you mean `status is 200`?"),
    ],
    "an unanchored pattern loses the rest of a gate": [("trap_taurus", "`fro 1m` is too much")],
    "a pattern that matches a part": [("trap_gate_of_regex", "has to fit as a whole")],
    "colons of a URL break the short form": [("trap_gate_of_urls", "has no tag `url`")],
    "the culprit is not named": [("threshold_trouble", "specs/threshold_trouble.yaml:9:28")],
    "odd names of metrics": [("trap_gate_of_urls", "did you mean `http_req_duration`?")],
    "a gate that always or never holds": [("threshold_bounds", "this can never hold")],
    "an aggregate of another kind of metric": [("threshold_aggregates", "a counter has no `p`")],
    "a limit without its unit": [("threshold_units", "write 500ms"), ("trap_k6", "write 1%")],
    "polls or setup judged with the rest": [("trap_gate_of_polls_only", "this threshold leaves polls out")],
    "a check that is a status": [("trap_status_as_check", "write status == 200")],
    # Type loss
    "a number in quotes": [("schema_types", "remove the quotes"), ("trap_types", "write 1, without quotes")],
    "a text compared with a number": [("kinds_text_against_number", "cannot compare a number with text")],
    "hex and other bases": [("yaml_1_2_scalars", "")],
    "a union's error misleads": [("trap_unions", "write 5s"), ("schema_step_two_actions", "a step does one thing")],
    # Undefined names and surprise randomness
    "a missing name is the text `undefined`": [("trap_undefined_names", "did you mean `env.API_KEY`?")],
    "an unset variable is blank": [("names_undeclared_env", "LS023"), ("env_names", "did you mean `HOST`?")],
    "a name used before it has a value": [("names_capture_order", "LS039")],
    "a pool by another name": [
        ("names_unknown_pool", "LS022"),
        ("trap_undefined_names", "did you mean `pool.prompts`?"),
    ],
    "another tool's template is sent as it stands": [
        ("odd_foreign_templates", "a template is written {{ env.API_KEY }}")
    ],
    "a template inside a list of variables": [("vars_template", "LS043")],
    # Quoting
    "a leading {{ is a mapping": [("yaml_template_unquoted", "needs quotes")],
    "`>80%` is a block of text": [("trap_greater_than", "YAML takes this for a folded block")],
    "` #` cuts a value": [
        ("yaml_comment_cuts", "is a comment to YAML"),
        ("trap_comment_in_text", "is a comment to YAML"),
    ],
    "a bare comparison": [("trap_quoting", "the aggregate is missing")],
    "a colon in a value": [("yaml_colon_in_value", "quotes")],
    "@, ` and % begin nothing": [("yaml_at_sign", "write"), ("yaml_backtick", "write"), ("yaml_percent", "%")],
    "* and & are aliases": [("yaml_star", "mark aliases and anchors")],
    "{{ }} around an expression": [("expr_braces", "this is an expression already")],
    # YAML 1.1 and duplicates
    "`on` and `no` are truth values": [("trap_yes_and_no", "in YAML 1.2, `yes` is a text")],
    "base 60": [("trap_yaml_1_1", "write 1m50s"), ("trap_types", "write 1m50s")],
    "the last duplicate wins": [
        ("yaml_duplicate_key", "given twice"),
        ("trap_duplicates_deep", "first given in line 11"),
    ],
    "merge keys": [("yaml_merge_key", "LS006")],
    "tags run code": [("yaml_tags", "LS005")],
    "tabs": [("yaml_tab", "a tab cannot indent YAML")],
    "several documents": [("yaml_documents", "LS007")],
    # Polling
    "a loop whose condition is misspelt": [("trap_poll", "unknown key `whileTrue`")],
    "a poll without an end": [("schema_poll_without_until", "needs `until`"), ("trap_poll", "needs `until`")],
    "a poll that asks once": [("odd_times_against_each_other", "this poll asks once")],
    "until on a plain request": [("trap_poll", "`until` is a key of `poll` steps")],
    "a timeout of nothing": [("times_zero", "must be longer than 0s")],
    # Merging
    "a second load shape is merged": [("load_two_shapes", "a test has one load shape")],
    "users alone over stages": [("load_profile_vus_over_stages", "LS040"), ("trap_profiles", "LS040")],
    "a profile that nobody ran is broken": [("trap_profiles", "did you mean `login`?"), ("profile_breaks_flow", "LS")],
    "a profile takes away what a gate needs": [("profile_own_findings", "so it is with profile `bare`")],
    "a load without a user": [("load_nobody", "no stage has a user")],
    # Secrets and strangers
    "secrets in the file": [("odd_secrets", "a secret in plain text")],
    "files of others": [("files_outside", "lies outside the spec's folder")],
    "a bomb of aliases": [("yaml_bomb", "LS008")],
    "constants that stall": [
        ("expr_hostile", "`**` is not an operator here"),
        ("expr_too_long", "longer than 1000 characters"),
    ],
    "escapes of the sandbox": [
        ("expr_hostile", "values have no methods"),
        ("expr_hostile", "a comprehension is not part"),
    ],
    "pipes and operators of other languages": [("expr_pipes", "there is no pipe"), ("expr_pipes", "write `and`")],
    # Words of other tools
    "Artillery": [("trap_artillery", "unknown key `config`")],
    "k6": [("trap_k6", "did you mean `think`?"), ("trap_k6", "did you mean `abort`?")],
    "Taurus": [("trap_taurus", "unknown key `execution`")],
    "Drill": [("trap_drill", "did you mean `vus`?")],
    "Hurl and Step CI": [("trap_hurl_and_step_ci", "did you mean `capture`?")],
    "Locust": [("trap_locust", "a step waits")],
}


@pytest.mark.parametrize("trap", TRAPS)
def test_it_is_told(trap: str) -> None:
    for name, phrase in TRAPS[trap]:
        text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
        assert phrase in text, f"{name}.txt"
