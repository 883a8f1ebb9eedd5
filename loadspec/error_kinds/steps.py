"""Errors of steps: what could not be sent, and what an answer did not hold."""

from __future__ import annotations

from loadspec.error_kinds.kind import Kind, at

KINDS = {
    "check": Kind(
        at("check", code=0),
        "A check did not hold. It stands under the name of the check.",
        "The samples of failed checks show what was there instead.",
    ),
    "capture": Kind(
        at("capture", code=0),
        "An answer did not have what was to be captured. It stands under the name of the capture.",
        "Look at the sample; `optional: true` or a `default` makes do without it.",
    ),
    "missing_value": Kind(
        at("template", "flow"),
        "A value was not there when it was needed: nothing was sent.",
        "Find the step that should have captured it, or give it a default: `{{ default(name, 'x') }}`.",
    ),
    "no_token": Kind(
        at("template"),
        "The token of oauth2 could not be had: the request was not sent.",
        "Look at the request for the token, which is counted under a name of its own.",
    ),
    "wrong_value": Kind(
        at("flow"),
        "What a step was to go by is no number or list that it can use.",
        "The message has the value; look where it was captured.",
    ),
    "poll_failed": Kind(
        at("poll", code=0),
        "`fail_when` of a poll held: the work failed.",
        "Look at the sample of the last answer.",
    ),
    "poll_refused": Kind(
        at("poll", code=0),
        "A poll got an answer that asking again cannot mend.",
        "Look at the status; expected_statuses says which are good.",
    ),
    "poll_timeout": Kind(
        at("poll", code=0),
        "`until` of a poll did not hold within its timeout.",
        "Look at how long the work takes under this load, and at the poll's `timeout`.",
    ),
    "rendezvous_timeout": Kind(
        at("flow"),
        "Fewer users than wanted came to a rendezvous in time.",
        "Ask for fewer `users`, or wait longer.",
    ),
    "other": Kind(
        at("", code=0),
        "Failures of further classes, once 200 are told apart.",
        "Mend the commonest first; these are counted, and not described.",
    ),
}
