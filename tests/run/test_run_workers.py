"""How many workers run a spec: what is asked for, and what it allows."""

from __future__ import annotations

import pytest

from loadspec.errors import ExitCode, LoadspecError
from loadspec.run import workers
from loadspec.run.workers import fleet_size, workers_asked_for
from loadspec.spec import load_bytes

SPEC = """\
loadspec: 1
name: x
target: {base_url: "http://127.0.0.1:9"}
endpoints: {one: {path: /}}
duration: 1s
flow:
  - call: one
"""
SIDE = """\
loadspec: 1
name: x
target: {base_url: "http://127.0.0.1:9"}
endpoints: {one: {path: /}}
scenarios:
  a: {vus: 1, duration: 1s, flow: [{call: one}]}
  b: {rate: 10/s, duration: 1s, max_vus: 2, flow: [{call: one}]}
"""
MEETING = SPEC + "  - group: all\n    steps: [{wait_until: {users: 2}}]\n"


@pytest.mark.parametrize(
    ("option", "variable", "count"),
    [(None, None, 1), (None, "", 1), ("3", None, 3), (None, "3", 3), ("2", "3", 2), ("auto", "2", 7), (" 4 ", None, 4)],
)
def test_the_option_goes_over_the_variable(
    monkeypatch: pytest.MonkeyPatch, option: str | None, variable: str | None, count: int
) -> None:
    monkeypatch.setattr(workers, "usable_cores", lambda: 8)
    monkeypatch.setattr(workers, "cpu_quota", lambda: 7.5)
    assert workers_asked_for(option, {} if variable is None else {"LOADSPEC_WORKERS": variable}) == count


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "257", "1" * 5000, "٣", ""])
def test_what_is_no_number_is_told_with_its_name(text: str) -> None:
    with pytest.raises(LoadspecError, match="--workers takes") as caught:
        workers_asked_for(text, {})
    assert caught.value.exit_code == ExitCode.USAGE
    if text:
        with pytest.raises(LoadspecError, match="LOADSPEC_WORKERS takes") as caught:
            workers_asked_for(None, {"LOADSPEC_WORKERS": text})
        assert caught.value.exit_code == ExitCode.INVALID_SPEC


def test_usable_cores_are_those_of_this_process() -> None:
    assert workers.usable_cores() >= 1


@pytest.mark.parametrize(
    ("text", "load", "asked", "log", "count", "why"),
    [
        (SPEC, "vus: 6", 4, None, 4, ""),
        (SPEC, "vus: 3", 4, None, 3, ""),
        (SIDE, "", 4, None, 2, ""),
        (SPEC, "vus: 6", 1, "log", 1, ""),
        (SPEC, "vus: 6", 4, "log", 1, "instead of 4: --log-http"),
        (MEETING, "vus: 6", 4, None, 1, "instead of 4: `wait_until`"),
        (MEETING, "vus: 3", 4, None, 1, "instead of 3: `wait_until`"),
        (MEETING, "vus: 1", 4, None, 1, ""),
    ],
)
def test_no_more_than_there_are_users_and_one_where_they_must_meet(
    text: str, load: str, asked: int, log: str | None, count: int, why: str
) -> None:
    spec = load_bytes(f"{text}{load}\n".encode(), "spec.yaml").spec
    size, reason = fleet_size(spec, asked, log is not None)
    assert size == count
    assert why in reason
    assert bool(reason) == bool(why)
