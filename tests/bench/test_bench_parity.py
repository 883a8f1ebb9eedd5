"""The comparison on made-up counts; the cases against a slow simulation: none hangs on a few milliseconds."""

from __future__ import annotations

import json
from heapq import heapify, heappop, heappush
from pathlib import Path

import pytest

from bench.parity import ROOT, document, serving, told
from bench.parity_cases import CASES
from bench.parity_page import Counts, Row, apart, counts_table, of_k6, of_loadspec, page
from loadspec.load import crews_of
from loadspec.spec import load_bytes

SOME = Counts(21, 3, 2, 24)
PAGE = (ROOT / "bench" / "PARITY.md").read_text()


def off(**by):
    return SOME._replace(**{name: getattr(SOME, name) + delta for name, delta in by.items()})


@pytest.mark.parametrize(
    ("one", "two", "verdict", "holds"),
    [
        (SOME, SOME, "equal", True),
        (SOME, off(completed=1, requests=1), "within 1", True),
        (off(dropped=-1), SOME, "within 1", True),
        (SOME, off(interrupted=2), "**differs by 2**", False),
        (off(requests=-3), SOME, "**differs by 3**", False),
        (SOME, None, "**failed**", False),
    ],
)
def test_counts_may_differ_by_one(one, two, verdict, holds):
    row = Row("a load", SOME, {1: one, 2: two})
    assert (row.verdict, row.holds) == (verdict, holds)


def test_without_k6_nothing_agrees():
    assert not Row("a load", None, {1: SOME, 2: SOME}).holds
    assert not Row("a load", SOME, {}).holds


def test_the_greatest_difference_counts():
    assert apart(SOME, off(completed=1, dropped=-4)) == 4


def test_k6_is_read_from_its_last_line_and_its_summary():
    output = "running (1s), 3/3 VUs, 4 complete and 0 interrupted iterations\n" * 2
    output += "running (3.5s), 0/3 VUs, 21 complete and 3 interrupted iterations\n"
    assert of_k6(output, {"metrics": {"dropped_iterations": {"count": 2}}}, 24) == SOME
    assert of_k6(output, {"metrics": {}}, 24) == SOME._replace(dropped=0)
    with pytest.raises(ValueError, match="no iterations"):
        of_k6("level=error msg=nothing", {"metrics": {}}, 0)


def test_loadspec_is_read_from_its_books():
    books = {"started": 24, "completed": 21, "interrupted": 3, "dropped": 2}
    assert of_loadspec({"iterations": books}, 24) == SOME


def test_the_page_has_a_row_a_case_and_what_was_told():
    text = page([Row("a load", SOME, {1: SOME, 2: None})], {"machine": "a small one"}, {"a load": "think: 1 s"})
    assert "| a load | 21 / 3 / 2, 24 | 21 / 3 / 2, 24 | – | **failed** |" in text.splitlines()
    assert "| machine | a small one |" in text.splitlines()
    assert "a load:\n\n```text\nthink: 1 s\n```" in text


def loads(case):
    spec = load_bytes(json.dumps(document(case, "http://127.0.0.1:1", "/")).encode(), "case.yaml").spec
    return spec.scenarios, crews_of(spec.scenarios)


def simulate(case, latency):
    """(completed, interrupted, dropped), by the rules of docs/load.md; each request takes `latency` seconds."""
    scenarios, crews = loads(case)
    assert [s.min_iteration_duration for s in scenarios] == [case.shortest] * len(scenarios)
    took = latency + case.think
    found = [
        closed(crew.load, took, case.shortest)
        if (starts := crew.load.starts(0)) is None
        else opened(crew.load, starts, took)
        for crew in crews
    ]
    return tuple(map(sum, zip(*found, strict=True)))


def opened(load, starts, took):
    ends, dropped = [], 0
    for start in starts:
        if sum(end > start for end in ends) < load.max_vus:
            ends.append(start + took)
        else:
            dropped += 1
    cut = sum(end > load.end for end in ends)
    return len(ends) - cut, cut, dropped


def closed(load, took, shortest):
    """One event after the other: commands, and what users then do. `life` tells a user's iterations apart."""
    events = [(at, 0, action, user, 0) for at, action, user in load.commands()]
    heapify(events)
    wanted, life, busy = set(), dict.fromkeys(range(load.max_vus), 0), set()
    completed = interrupted = 0
    begun = dict.fromkeys(range(load.max_vus), 0)
    budget = load.budget()

    def may_begin(user):
        if budget is None:
            return user in wanted
        return user in wanted and (begun[user] if budget.per_user else sum(begun.values())) < budget.total

    while events:
        at, _, what, user, number = heappop(events)
        if what == "start":
            new = user not in busy
            wanted.add(user)
            if new:
                heappush(events, (at, 1, "begin", user, life[user]))
        elif what == "retire":
            wanted.discard(user)
        elif what == "kill" and user in busy:
            busy.discard(user)
            life[user] += 1
            interrupted += 1
        elif what == "begin" and number == life[user] and may_begin(user):
            begun[user] += 1
            busy.add(user)
            heappush(events, (at + took, 1, "done", user, number))
        elif what == "done" and number == life[user]:
            busy.discard(user)
            completed += 1
            heappush(events, (at + max(0.0, shortest - took), 1, "begin", user, number))
    planned = 0 if budget is None else budget.total * (load.max_vus if budget.per_user else 1)
    return completed, interrupted, max(0, planned - sum(begun.values()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_count_hangs_on_a_few_milliseconds(case):
    counts = {simulate(case, latency / 1000) for latency in (0.1, 2, 5, 10, 15, 20, 25)}
    assert len(counts) == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_k6_made_of_a_case_is_what_its_load_means(case):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {case.name} |"))
    completed, interrupted, dropped = simulate(case, 0.001)
    assert row.split(" | ")[1] == f"{completed} / {interrupted} / {dropped}, {completed + interrupted}"


def test_the_page_was_made_of_these_cases():
    assert all(f"{case.name}:\n\n```text\n{told(case)}\n```" in PAGE for case in CASES)
    assert PAGE.count("```text") == len(CASES)


def test_the_documentation_has_the_table_of_the_page():
    head = counts_table([]).splitlines()[0]
    table = PAGE[PAGE.index(head) :].partition("\n\n")[0]
    assert table.count("\n") == len(CASES) + 1
    assert table in Path(ROOT, "docs", "from-k6.md").read_text()


def test_the_server_counts_by_path():
    from urllib.request import urlopen

    with serving() as server:
        for path in ("/1/k6", "/1/k6", "/1/loadspec-2"):
            with urlopen(server.url(path)) as answer:
                assert answer.status == 200
        assert server.counts == {"/1/k6": 2, "/1/loadspec-2": 1}
