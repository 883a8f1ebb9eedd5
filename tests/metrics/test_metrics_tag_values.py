"""The bounds of templated tags."""

from __future__ import annotations

from loadspec.metrics.tag_values import MAX_COMBINATIONS, MAX_VALUES, TagValues


def test_a_tag_has_so_many_values_over_all_endpoints() -> None:
    values = TagValues()
    for number in range(MAX_VALUES):
        assert not values.add(f"e{number % 3}", {"model": str(number)})
    assert not values.add("e9", {"model": "7"})
    wrong = values.add("e9", {"model": "new"})
    assert "endpoint e9" in wrong
    assert f"tag model has more than {MAX_VALUES} values, `new`" in wrong
    assert not values.add("e9", {"other": "new"})


def test_combinations_are_bounded_too() -> None:
    values = TagValues()
    for number in range(MAX_COMBINATIONS):
        assert not values.add("e", {"a": str(number % 100), "b": str(number // 100)})
    assert not values.add("e", {"a": "3", "b": "4"})
    assert f"the values of a and b make more than {MAX_COMBINATIONS} combinations" in values.add(
        "e", {"a": "1", "b": "99"}
    )


def test_each_new_combination_is_told_once() -> None:
    values, told = TagValues(), []
    values.tell = lambda endpoint, tags: told.append((endpoint, dict(tags)))
    for model in ("a", "b", "a"):
        values.add("e", {"model": model})
    values.add("f", {"model": "a"})
    assert told == [("e", {"model": "a"}), ("e", {"model": "b"}), ("f", {"model": "a"})]
