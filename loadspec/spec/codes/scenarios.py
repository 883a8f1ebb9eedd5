"""Several scenarios in one test."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS085": Code(
        "a flow beside scenarios",
        "`flow` at top level is the short form of a test with one scenario. Beside `scenarios` nobody would run it.",
        "flow:\n  - call: home\nscenarios:\n  visit:\n    flow:\n      - call: home\nvus: 1\n",
        "scenarios:\n  visit:\n    flow:\n      - call: home\nvus: 1\n",
    ),
    "LS086": Code(
        "a mix of scenarios without a load",
        "Scenarios without a load of their own form one mix of users, which the file's load drives. This file has "
        "none. Give the file a load, or each scenario one of its own; a profile or an option may do it, too.",
        "scenarios:\n  visit:\n    flow:\n      - call: home\n",
        "scenarios:\n  visit:\n    flow:\n      - call: home\nvus: 5\nduration: 1m\n",
    ),
    "LS087": Code(
        "a load that drives nothing",
        "A load at top level drives the scenarios that have none of their own. Where each has one, the file's load, "
        "and `--vus`, `--stages`, `--duration` and `--iterations`, which set it, would be ignored. Likewise a setting "
        "of a load in a scenario that has none.",
        "scenarios:\n  visit:\n    flow:\n      - call: home\n    vus: 5\n    duration: 1m\nstages: 10s:5\n",
        "scenarios:\n  visit:\n    flow:\n      - call: home\n    stages: 10s:5\n",
    ),
    "LS088": Code(
        "a weight that decides nothing",
        "A weight is a scenario's share of the iterations of a mix, relative to the other weights. A scenario with a "
        "load of its own is in no mix, and a mix in which nobody has a weight above 0 has nothing to run.",
        "scenarios:\n  visit:\n    flow:\n      - call: home\n    vus: 5\n    duration: 1m\n    weight: 3\n",
        "scenarios:\n  visit:\n    flow:\n      - call: home\n    weight: 3\nvus: 5\nduration: 1m\n",
    ),
    "LS089": Code(
        "a scenario that could not begin so",
        "A scenario with a load of its own begins with the test, at `start_at`, or when the scenario has ended that "
        "`after` names: one of the three. It cannot wait for itself, by way of others neither. The scenarios of a mix "
        "begin together, with the test.",
        "scenarios:\n  visit:\n    flow:\n      - call: home\n    vus: 5\n    duration: 1m\n    after: warm_up\n",
        "scenarios:\n  warm_up:\n    flow:\n      - call: home\n    vus: 1\n    duration: 10s\n"
        "  visit:\n    flow:\n      - call: home\n    vus: 5\n    duration: 1m\n    after: warm_up\n",
    ),
}
