"""Pools as a plan makes them: files, filters, busting; and what a user draws from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support_plan import call

from loadspec.load import ConstantVus, TraceReplay, crews_of
from loadspec.plan.pools import PoolError, make_pool, replays_of
from loadspec.pools import Pool
from loadspec.spec.building.pools import build_pool
from loadspec.spec.model import Scenario

CONSTANTS = {"env": {"REGION": "EU"}, "vars": {"least": 10}, "run": {"id": "r1", "seed": 1}}
USERS = "email,credits\nada@example.com,100\nbob@example.com,5\ncyd@example.com,20\n"


def made(raw: dict[str, Any], folder: Path | str = "", users: int = 4, run_id: str = "r1") -> Pool:
    return make_pool(build_pool("p", raw, str(folder)), CONSTANTS, 1, run_id, users, {})[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "users.csv").write_text(USERS)
    (tmp_path / "list.yaml").write_text("- one\n- two\n")
    return tmp_path


@pytest.mark.parametrize(
    ("raw", "items"),
    [
        ({"items": [3, 2, 1]}, [3, 2, 1]),
        ({"items": [3, 20, 10], "where": "row >= vars.least"}, [20, 10]),
        ({"items": [{"a": 1}, {"b": 1}, "a"], "where": "row.a == 1"}, [{"a": 1}]),
        ({"items": [{"a": "1"}], "types": {"a": "int"}}, [{"a": 1}]),
        ({"file": "list.yaml"}, ["one", "two"]),
        ({"file": "users.csv", "columns": "email", "where": "starts_with(row, 'b')"}, ["bob@example.com"]),
        (
            {
                "file": "users.csv",
                "types": {"credits": "int"},
                "where": "row.credits > vars.least and env.REGION == 'EU'",
            },
            [{"email": "ada@example.com", "credits": 100}, {"email": "cyd@example.com", "credits": 20}],
        ),
    ],
)
def test_items(folder: Path, raw: dict[str, Any], items: list[Any]) -> None:
    assert list(made(raw, folder).items) == items


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"items": [1], "where": "row > 1"}, "pool `p`: `where` leaves no row"),
        ({"file": "users.csv", "where": "row.email == ''"}, "pool `p`: `where` leaves no row"),
        ({"file": "users.csv", "types": {"email": "int"}}, "users.csv:2: column `email`: `ada@example.com` is not"),
        ({"file": "gone.csv"}, "`gone.csv` does not exist"),
    ],
)
def test_what_only_its_values_show_is_a_sentence(folder: Path, raw: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is looked at below
        made(raw, folder)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"items": [1, 2], "where": "row > 2"}, "it holds for none of the 2 there are; for more"),
        ({"file": "users.csv", "where": "row.credits > 1e9"}, "the 3 there are; cells are texts unless `types`"),
        ({"file": "users.csv", "types": {"email": "str"}, "where": "row.credits > 1e9"}, "there are; for more"),
        ({"file": "gone.csv"}, "names are relative"),
    ],
)
def test_what_to_do_about_it(folder: Path, raw: dict[str, Any], says: str) -> None:
    with pytest.raises(PoolError) as caught:
        made(raw, folder)
    assert says in caught.value.hint


def test_weights_of_a_list_and_of_a_column(folder: Path) -> None:
    inline = made({"items": ["a", "b", "c"], "pick": "weighted", "weight": [0, 1, 0], "where": "row != 'a'"})
    assert {inline.draw(user, n) for user in range(4) for n in range(20)} == {"b"}
    column = made({"file": "users.csv", "pick": "weighted", "weight": "credits", "columns": "email"}, folder)
    drawn = [column.draw(user, n) for user in range(4) for n in range(500)]
    assert drawn.count("ada@example.com") > drawn.count("cyd@example.com") > drawn.count("bob@example.com") > 0


def test_busting() -> None:
    plain = made({"items": ["a fox"], "bust": True})
    first, second = plain.draw(0, 0), plain.draw(1, 0)
    assert first != second
    assert [text[16:] for text in (first, second)] == [" a fox"] * 2
    assert made({"items": ["a fox"], "bust": True}).draw(0, 0) == first
    assert made({"items": ["a fox"], "bust": True}, run_id="r2").draw(0, 0) != first
    raw = {"items": [{"prompt": "a fox", "n": 1}], "bust": {"field": "prompt", "template": "{{ value }}/{{ mark }}"}}
    item = made(raw).draw(0, 0)
    assert (item["prompt"][:6], len(item["prompt"]), item["n"]) == ("a fox/", 22, 1)


def test_a_row_of_an_iteration_is_one_row_and_marked_once(lab: Any) -> None:
    pools = {"p": build_pool("p", {"items": [{"a": "x"}], "bust": {"field": "a"}}, "")}
    one = lab(call(path="/{{ pool.p.a }}/{{ pool.p.a }}/{{ draw('p').a }}"), answers=[200] * 2, pools=pools)
    one.run()
    first, again, other = one.paths()[0][1:].split("/")
    assert first == again != other


def test_a_file_that_changes_under_the_load_is_a_missing_value(lab: Any, tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("".join(f"row {number}\n" for number in range(25_000)))
    pools = {"p": build_pool("p", {"file": "big.txt", "pick": "sequential"}, str(tmp_path))}
    one = lab(call(path="/{{ pool.p }}"), answers=[200] * 2, pools=pools)
    one.run()
    (tmp_path / "big.txt").write_bytes(b"\xff\n" * 10)
    one.run()
    assert one.paths() == ["/row%200"]
    assert [failure["key"][1] for failure in one.failures()] == ["missing_value"]


def test_starts_of_a_trace_have_its_rows_and_others_draw_as_ever() -> None:
    raw = {"items": ["a", "b", "c"], "pick": "sequential"}
    replays = [(2, [2, 0, 1]), (5, [1])]
    pool = make_pool(build_pool("p", raw, ""), CONSTANTS, 1, "r1", 6, {}, replays)[0]
    assert [pool.draw(user, 0) for user in range(6)] == ["a", "b", "c", "a", "b", "b"]
    assert [pool.draw(user, 1) for user in range(6)] == ["a", "b", "c", "a", "b", "c"]  # row user + 6
    busted = make_pool(build_pool("p", {**raw, "bust": True}, ""), CONSTANTS, 1, "r1", 6, {}, replays)[0]
    assert [busted.draw(user, 0)[-1] for user in (2, 3, 4, 5)] == ["c", "a", "b", "b"]


def test_a_plan_knows_what_its_crews_replay() -> None:
    trace = TraceReplay("p", [0.0, 1.0], [1, 0], 2.0)
    members = (Scenario("a", (), ConstantVus(3, 1.0)), Scenario("b", (), trace), Scenario("c", (), trace))
    assert replays_of(crews_of(members)) == {"p": [(3, [1, 0]), (5, [1, 0])]}
