"""Steps that hold steps: what is there in a branch, what is never reached, what could never end."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

_LOGIN = "endpoints:\n  login: {path: /login, capture: {token: $.token}}\n  home: {path: /}\n"

CODES: dict[str, Code] = {
    "LS052": Code(
        "a name that may have no value",
        "A capture that is made in one branch only, in a loop that may run no pass, or in a step with `when`, is not "
        "there on every way to this step. A step whose template lacks a value is not sent. Ask for it first, with "
        "`defined(NAME)` or `steps.STEP.ok` in `when` or `if`, or write `default(NAME, ...)`.",
        f"{_LOGIN}flow:\n  - if: iteration % 2 == 0\n    then: [{{call: login}}]\n"
        '  - {call: home, headers: {X-Token: "{{ token }}"}}\n',
        f"{_LOGIN}flow:\n  - if: iteration % 2 == 0\n    then: [{{call: login}}]\n"
        '  - {call: home, when: defined(token), headers: {X-Token: "{{ token }}"}}\n',
    ),
    "LS053": Code(
        "a loop without an end",
        "`while` needs `at_most`, the most passes that it may run: a server that never says what the condition waits "
        "for would hold each user in the loop for the rest of the run.",
        "endpoints:\n  page: {path: /page, capture: {more: $.more}}\nflow:\n"
        "  - repeat: {while: 'default(more, true)'}\n    steps: [{call: page}]\n",
        "endpoints:\n  page: {path: /page, capture: {more: $.more}}\nflow:\n"
        "  - repeat: {while: 'default(more, true)', at_most: 50}\n    steps: [{call: page}]\n",
    ),
    "LS054": Code(
        "a choice without a branch to choose",
        "`choose` draws a branch by weight. Weights are shares beside each other, and one at least is above 0.",
        "flow:\n  - choose:\n      - {weight: 0, steps: [{call: home}]}\n",
        "flow:\n  - choose:\n      - {weight: 1, steps: [{call: home}]}\n",
    ),
    "LS055": Code(
        "steps that are never reached",
        "A condition that says the same every time, or a branch of weight 0: what stands below it is never run, and "
        "an endpoint that is used only there is never called.",
        "flow:\n  - {call: home, when: false}\n",
        "vars: {with_home: false}\nflow:\n  - {call: home, when: vars.with_home}\n",
    ),
    "LS056": Code(
        "branches that capture the same name",
        "The branches of `parallel` run at the same time and share their user's captures: where two capture the same "
        "name, the value of the one that happens to end later stays.",
        f"{_LOGIN}flow:\n  - parallel:\n      - {{call: login}}\n      - {{call: login, name: again}}\n",
        f"{_LOGIN}flow:\n  - parallel:\n      - {{call: login}}\n"
        "      - {call: login, name: again, capture: {token: null, other: $.token}}\n",
    ),
    "LS057": Code(
        "a rendezvous that nobody can keep",
        "`wait_until` lets users go on once so many of them are there. Where the load has fewer users than that, each "
        "waits for its timeout, and the step is not ok. It counts the users of one worker: with several, each has a "
        "share of the load's users.",
        "vus: 5\nduration: 10s\nflow:\n  - wait_until: {users: 10}\n  - call: home\n",
        "vus: 10\nduration: 10s\nflow:\n  - wait_until: {users: 10}\n  - call: home\n",
    ),
}
