from __future__ import annotations

import pytest
from support_docs_blocks import read_yaml
from support_docs_run import CommandError, Line, expected_exit_code, map_hosts, read_line
from support_docs_shorten import shorten_command, shorten_duration, shorten_pace, shorten_spec, shorten_stages


@pytest.mark.parametrize(("text", "short"), [("30m", "1s"), ("1s", "1s"), ("300ms", "0.3s")])
def test_a_level_load_lasts_a_second_at_most(text, short):
    assert shorten_duration(text) == short


@pytest.mark.parametrize(("text", "short"), [("1s", "0.05s"), ("1s..3s", "0.05s..0.15s"), ("0s", "0s")])
def test_pauses_are_twenty_times_as_short(text, short):
    assert shorten_pace(text) == short


@pytest.mark.parametrize(
    ("texts", "short"),
    [
        (["1m:50,2m:100,1m:0"], ["0.25s:50, 0.5s:100, 0.25s:0"]),
        (["2s:5", "2s:0"], ["0.5s:5", "0.5s:0"]),
        (["0s:5, 500ms:1"], ["0s:5, 0.5s:1"]),
        (["1m:50/s, 3m:0/s"], ["0.25s:50/s, 0.75s:0/s"]),
        ([], []),
    ],
)
def test_stages_keep_their_proportions_and_users(texts, short):
    assert shorten_stages(texts) == short


SPEC = """# a comment stays
checks: {short: duration < 5}
record: {response_time: duration}
think: 2s   # so does this one
every: 1s
timeout: 120s
max_duration: 10m
thresholds: {errors: {that: rate < 1%, after: 30s}}
stages:
  - 1m:5
  - {duration: 60s, target: 0}
profiles:
  smoke: {vus: 1, duration: 30s}
  stress: {stages: "1m:50, 1m:0"}
"""


def test_a_spec_is_edited_in_place():
    short = shorten_spec(SPEC)
    assert short.splitlines()[:3] == SPEC.splitlines()[:3]
    assert 'think: "0.1s"   # so does this one' in short
    assert read_yaml(short) == {
        "checks": {"short": "duration < 5"},
        "record": {"response_time": "duration"},
        "think": "0.1s",
        "every": "0.05s",
        "timeout": "120s",
        "max_duration": "10m",
        "thresholds": {"errors": {"that": "rate < 1%", "after": "1.5s"}},
        "stages": ["0.5s:5", {"duration": "0.5s", "target": 0}],
        "profiles": {"smoke": {"vus": 1, "duration": "1s"}, "stress": {"stages": "0.5s:50, 0.5s:0"}},
    }


@pytest.mark.parametrize(
    ("words", "short"),
    [
        (["loadspec", "run", "x", "--duration", "60s"], ["loadspec", "run", "x", "--duration", "1s"]),
        (["-d", "60s", "--vus", "20"], ["-d", "1s", "--vus", "20"]),
        (["--stages=1m:5"], ["--stages", "1s:5"]),
        (["-s", "5s:1", "--stage", "5s:0"], ["-s", "0.5s:1", "--stage", "0.5s:0"]),
        (["LOADSPEC_DURATION=5m", "loadspec"], ["LOADSPEC_DURATION=1s", "loadspec"]),
        (["LOADSPEC_STAGES=1m:3", "loadspec"], ["LOADSPEC_STAGES=1s:3", "loadspec"]),
        (["--var", "a=b"], ["--var", "a=b"]),
    ],
)
def test_a_command_is_shortened_word_by_word(words, short):
    assert shorten_command(words) == short


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("# a comment", None),
        ("loadspec validate a.yaml", Line({}, ("loadspec", "validate", "a.yaml"), 0, False)),
        ("$ loadspec validate a.yaml", Line({}, ("loadspec", "validate", "a.yaml"), 0, False)),
        (
            "A=1 B='x y' loadspec run a  # exit code 99",
            Line({"A": "1", "B": "x y"}, ("loadspec", "run", "a"), 99, False),
        ),
        ("loadspec mock &", Line({}, ("loadspec", "mock", "--port", "0"), 0, True)),
        ("loadspec demo", Line({}, ("loadspec", "demo", "--stages", "1s:3"), 0, False)),
        ("make demo", Line({}, ("make", "demo"), 0, False)),
    ],
)
def test_a_line_is_read(text, line):
    assert read_line(text) == line


@pytest.mark.parametrize("text", ["curl http://127.0.0.1", "A=1", "python -m loadspec"])
def test_other_commands_need_a_marker(text):
    with pytest.raises(CommandError, match="not run: REASON"):
        read_line(text)


@pytest.mark.parametrize(
    ("text", "mapped"),
    [
        ("http://127.0.0.1:8089/x", "MOCK/x"),
        ("https://preview.example.com", "MOCK"),
        ("http://example.com", "MOCK"),
        ("loadtest@example.com", "loadtest@example.com"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
    ],
)
def test_example_hosts_are_the_mock(text, mapped):
    assert map_hosts(text, "MOCK") == mapped


@pytest.mark.parametrize(
    ("text", "code"), [("# a\n# exit code: 99\n", 99), ("loadspec: 1\n", 0), ("x: # exit code: 9\n", 0)]
)
def test_a_spec_says_how_it_ends(text, code):
    assert expected_exit_code(text) == code
