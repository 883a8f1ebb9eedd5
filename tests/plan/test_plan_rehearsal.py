from __future__ import annotations

import pytest
from support_plan import call, poll, spec, think

from loadspec.load import ConstantVus
from loadspec.plan.rehearsal import once, rehearsed
from loadspec.spec.model import (
    Branch,
    ChooseStep,
    GroupStep,
    IfStep,
    PaceStep,
    ParallelStep,
    RepeatStep,
    Scenario,
    Step,
    WaitUntilStep,
)

ONE, WAIT = call("one"), think(1, 3)


@pytest.mark.parametrize(
    ("step", "kept"),
    [
        (ONE, (ONE,)),
        (poll(), (poll(),)),
        (WAIT, ()),
        (PaceStep("pace", 5, 5), ()),
        (WaitUntilStep("meet", 9), (WaitUntilStep("meet", 1),)),
        (RepeatStep("loop", (ONE, WAIT), times=9), (RepeatStep("loop", (ONE,), times=1),)),
        (RepeatStep("loop", (ONE,), times=0), (RepeatStep("loop", (ONE,), times=0),)),
        (RepeatStep("loop", (ONE,), times="n"), (RepeatStep("loop", (ONE,), times="n", at_most=1),)),
        (RepeatStep("loop", (ONE,), over="n"), (RepeatStep("loop", (ONE,), over="n", at_most=1),)),
        (RepeatStep("loop", (ONE,), while_="x", at_most=9), (RepeatStep("loop", (ONE,), while_="x", at_most=1),)),
        (
            IfStep("if", (("x", (ONE, WAIT)),), (WAIT, ONE)),
            (IfStep("if", (("x", (ONE,)),), (ONE,)),),
        ),
        (
            ChooseStep("c", (Branch(3, (ONE, WAIT)), Branch(0, (ONE,), "b"))),
            (ChooseStep("c.1", (Branch(1, (ONE,)),)), ChooseStep("c.2", (Branch(1, (ONE,), "b"),))),
        ),
        (ParallelStep("p", (ONE, WAIT)), (ParallelStep("p", (ONE,)),)),
        (GroupStep("g", "g", (WAIT, ONE)), (GroupStep("g", "g", (ONE,)),)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_left_of_a_step(step: Step, kept: tuple[Step, ...]) -> None:
    assert once([step]) == kept


def test_scenarios_follow_each_other() -> None:
    load = ConstantVus(9, 60.0)
    scenarios = (Scenario("a", (ONE,), load, weight=2.0), Scenario("b", (WAIT,), load, start_at=5.0, tags={"k": "v"}))
    tried = rehearsed(spec((), load, scenarios=scenarios, setup=(WAIT, ONE)))
    assert [(s.name, s.after, s.weight, s.start_at, s.load.max_vus) for s in tried.scenarios] == [
        ("a", None, None, 0.0, 1),
        ("b", "a", None, 0.0, 1),
    ]
    assert tried.scenarios[1].tags == {"k": "v"}
    assert tried.setup == (ONE,)
