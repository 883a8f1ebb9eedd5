"""Definite assignment against a slow reference: every way through a flow, walked one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from loadspec.spec.semantics.assignment import Assignment, There

Names = frozenset[str]
Seen = dict[tuple[Any, ...], list[Names]]


def provided(step: Any) -> Names:
    return frozenset(step.get("captures", ()))


def analysed(flow: list[Any]) -> tuple[dict[tuple[Any, ...], There], There]:
    found: dict[tuple[Any, ...], There] = {}

    def at(step: Any, path: Any, there: There, _within: There, _after: There) -> None:
        if "call" in step:
            found[path] = there

    return found, Assignment(provided, lambda step: step.get("name", ""), at).flow(flow, (), There())


def ways(steps: list[Any], path: tuple[Any, ...], there: Names, seen: Seen) -> Iterator[Names]:
    """What is there after each way through the steps; `seen` gathers what was there before each call."""
    if not steps:
        yield there
        return
    first, rest = steps[0], steps[1:]
    for after in one(first, path, there, seen):
        yield from ways(rest, (*path[:-1], path[-1] + 1), after, seen)


def one(step: Any, path: tuple[Any, ...], there: Names, seen: Seen) -> Iterator[Names]:
    if "when" in step:
        yield there
    if "call" in step:
        seen.setdefault(path, []).append(there)
        yield there | provided(step)
    elif "group" in step:
        yield from ways(step["steps"], (*path, "steps", 0), there, seen)
    elif "choose" in step:
        for index, row in enumerate(step["choose"]):
            yield from ways(row["steps"], (*path, "choose", index, "steps", 0), there, seen)
    elif "if" in step:
        yield from ways(step["then"], (*path, "then", 0), there, seen)
        for index, row in enumerate(step["elif"]):
            yield from ways(row["then"], (*path, "elif", index, "then", 0), there, seen)
        if "else" in step:
            yield from ways(step["else"], (*path, "else", 0), there, seen)
        else:
            yield there
    elif "parallel" in step:
        yield from together(step["parallel"], path, there, there, 0, seen)
    else:
        yield from passes(step, path, there, 0 if isinstance(step["repeat"], dict) else 1, seen)


def together(
    branches: list[Any], path: tuple[Any, ...], start: Names, done: Names, index: int, seen: Seen
) -> Iterator[Names]:
    if index == len(branches):
        yield done
        return
    for end in one(branches[index], (*path, "parallel", index), start, seen):
        yield from together(branches, path, start, done | end, index + 1, seen)


def passes(step: Any, path: tuple[Any, ...], there: Names, least: int, seen: Seen) -> Iterator[Names]:
    """Up to two passes: a third adds nothing."""
    ends = [there]
    for number in range(3):
        if number >= least:
            yield from ends
        if number < 2:
            ends = sorted(
                {end for begin in ends for end in ways(step["steps"], (*path, "steps", 0), begin, seen)}, key=sorted
            )


CALLS = st.builds(lambda names: {"call": "a", "captures": names}, st.lists(st.sampled_from("uvwxyz"), max_size=2))


def holding(steps: Any) -> Any:
    several = st.lists(steps, max_size=2)
    rows = st.lists(st.builds(lambda s: {"weight": 1, "steps": s}, several), min_size=1, max_size=2)
    others = st.lists(st.builds(lambda s: {"if": "c", "then": s}, several), max_size=1)
    return st.one_of(
        st.builds(lambda s: {"group": "g", "steps": s}, several),
        st.builds(lambda r: {"choose": r}, rows),
        st.builds(lambda t, e: {"if": "c", "then": t, "elif": e}, several, others),
        st.builds(lambda t, e, o: {"if": "c", "then": t, "elif": e, "else": o}, several, others, several),
        st.builds(lambda s: {"parallel": s}, st.lists(steps, min_size=1, max_size=2)),
        st.builds(lambda s: {"repeat": 2, "steps": s}, several),
        st.builds(lambda s: {"repeat": {"over": "l"}, "steps": s}, several),
    )


def maybe_when(step: Any, when: bool) -> Any:
    return {**step, "when": "iteration"} if when else step


STEPS = st.recursive(CALLS, lambda steps: st.builds(maybe_when, holding(steps), st.booleans()), max_leaves=6)


@given(st.lists(STEPS, max_size=3))
@settings(max_examples=300)
def test_what_is_there_is_what_every_way_brings(flow: list[Any]) -> None:
    seen: Seen = {}
    # the same condition asked twice may be another answer: no hints between conditions here
    ends = list(ways(flow, (0,), frozenset(), seen))
    found, end = analysed(strip_hints(flow, iter(range(10**6))))
    assert end.sure == frozenset.intersection(*ends)
    assert end.sure | end.maybe == frozenset().union(*ends)
    for path, starts in seen.items():
        assert found[path].sure == frozenset.intersection(*starts), path
        assert found[path].sure | found[path].maybe >= frozenset().union(*starts), path


def strip_hints(value: Any, numbers: Iterator[int]) -> Any:
    """Every condition another one."""
    if isinstance(value, list):
        return [strip_hints(part, numbers) for part in value]
    if isinstance(value, dict):
        words = {key: f"c{next(numbers)}" for key in ("when", "if") if key in value}
        return {**{key: strip_hints(part, numbers) for key, part in value.items()}, **words}
    return value


def sure(flow: list[Any], path: tuple[Any, ...]) -> Names:
    """What a step may count on: with its `when`."""
    found: dict[tuple[Any, ...], There] = {}
    step_name = lambda step: step.get("name", step.get("call", ""))  # noqa: E731
    Assignment(provided, step_name, lambda s, p, t, within, a: found.__setitem__(p, within)).flow(flow, (), There())
    return found[path].sure


LOGIN = {"call": "login", "captures": ["token"]}


def test_who_asks_first_may_count_on_it() -> None:
    maybe = {"if": "vars.x", "then": [LOGIN]}
    assert sure([maybe, {"call": "a"}], (1,)) == set()
    for condition in ("defined(token)", "steps.login.ok and vu > 3", "vars.x", " vars.x "):
        assert sure([maybe, {"call": "a", "when": condition}], (1,)) == {"token"}
        assert sure([maybe, {"if": condition, "then": [{"call": "a"}]}], (1, "then", 0)) == {"token"}
        assert (
            sure([maybe, {"if": condition, "then": [{"call": "a"}], "else": [{"call": "b"}]}], (1, "else", 0)) == set()
        )
    assert sure([{**LOGIN, "when": "vars.y"}, {"call": "a", "when": "vars.y"}], (1,)) == {"token"}
    assert sure([{**LOGIN, "when": "vars.y"}, {"call": "a", "when": "vars.z"}], (1,)) == set()


def test_one_that_is_there_is_a_sign_of_what_came_with_it() -> None:
    maybe = {"if": "vars.x", "then": [LOGIN, {"call": "generate", "captures": ["id"]}]}
    assert sure([maybe, {"call": "a", "when": "defined(id)"}], (1,)) == {"token", "id"}
    assert sure([maybe, {"call": "a", "when": "steps.generate.ok"}], (1,)) == {"token", "id"}
    assert sure([maybe, {"call": "a", "when": "defined(token)"}], (1,)) == {"token"}
    other = {"if": "vars.y", "then": [{"call": "generate", "captures": ["id"]}]}
    assert sure([maybe, other, {"call": "a", "when": "defined(id)"}], (2,)) == {"id"}


def test_a_branch_that_is_never_drawn_is_no_way() -> None:
    flow = [{"choose": [{"weight": 1, "steps": [LOGIN]}, {"weight": 0, "steps": []}]}, {"call": "a"}]
    assert sure(flow, (1,)) == {"token"}


def test_the_names_of_a_loop_are_there_in_it_only() -> None:
    loop = {"repeat": {"over": "vars.sizes", "as": "size", "index": "i"}, "steps": [{"call": "a"}]}
    assert sure([loop, {"call": "b"}], (0, "steps", 0)) == {"size", "i"}
    assert sure([loop, {"call": "b"}], (1,)) == set()
