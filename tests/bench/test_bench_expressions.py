from __future__ import annotations

import math

from bench.expression_page import BOUND, Row, judge, page, sentence
from bench.expressions import User, UserScope, cases
from loadspec.pools import Pool

FAST, SLOW, FREE = Row("A", "status == 200", 80.0), Row("B", "uuid()", BOUND + 1), Row("B", "jwt({}, 'k')", 1e6, None)


def test_the_bound_holds_for_rows_that_have_one():
    assert judge([FAST, FREE]).holds
    assert judge([FAST, FREE]).worst == FAST
    assert judge([FAST, Row("A", "at the bound", BOUND)]).holds
    assert judge([FAST, SLOW, FREE]).slow == (SLOW,)
    assert not judge([FAST, SLOW]).holds


def test_nothing_measured_is_no_pass():
    assert not judge([]).holds
    assert not judge([FREE]).holds
    assert not judge([Row("A", "x", math.nan)]).holds
    assert sentence(judge([])) == "Nothing was measured."


def test_the_verdict_is_a_sentence():
    assert sentence(judge([FAST, FREE])) == "Met: the dearest of them, `status == 200`, takes 80 ns."
    assert "Not met" in sentence(judge([FAST, SLOW]))
    assert "`uuid()`" in sentence(judge([FAST, SLOW]))


def test_the_page_has_a_table_for_each_section():
    text = page([FAST, SLOW, FREE], {"machine": "a small one"}, 7, 20_000)
    assert "| machine | a small one |" in text
    assert text.index("## A") < text.index("| `status == 200` | 80 |") < text.index("## B") < text.index("`uuid()` |")


def test_every_case_runs():
    user = User()
    rows = list(cases(UserScope(Pool("prompts", ["a", "b"], "random", 1, 10))))
    for _, _, run, _ in rows:
        run(user)
    assert len({text for _, text, _, _ in rows}) == len(rows)
