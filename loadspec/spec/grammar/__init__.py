"""The grammar of a spec, declared once: a file for each part, made of the words in `kinds`.

`schema` makes the published draft-07 schema of it, `validate` checks with it, and editors complete from its
descriptions, defaults and examples.
"""

from __future__ import annotations

from loadspec.spec.grammar.auth import AUTH
from loadspec.spec.grammar.bodies import PART
from loadspec.spec.grammar.captures import CAPTURE
from loadspec.spec.grammar.declarations import ENV, METRICS
from loadspec.spec.grammar.http import HTTP, NETWORK
from loadspec.spec.grammar.kinds import (
    DURATION,
    MAX_STEPS,
    NAME,
    Schema,
    duration,
    listing,
    mapping,
    obj,
    ref,
    step_list,
    text,
)
from loadspec.spec.grammar.load import SHAPE
from loadspec.spec.grammar.outputs import OUTPUTS
from loadspec.spec.grammar.pools import POOLS
from loadspec.spec.grammar.request import ENDPOINT, TIMEOUT
from loadspec.spec.grammar.reuse import FRAGMENTS, INCLUDE
from loadspec.spec.grammar.scenarios import SCENARIO, SCENARIO_CHANGES, SCENARIOS
from loadspec.spec.grammar.slos import SLOS
from loadspec.spec.grammar.snippets import SNIPPETS, SPEC_SNIPPETS, with_snippets
from loadspec.spec.grammar.steps import ACTIONS, STEP, STEPS
from loadspec.spec.grammar.tags import fixed_tags
from loadspec.spec.grammar.target import TARGET
from loadspec.spec.grammar.thresholds import THRESHOLD, THRESHOLDS

__all__ = ["ACTIONS", "DEFINITIONS", "DURATION", "MAX_STEPS", "PROFILE", "SPEC", "STEPS"]


_DEFINITIONS: dict[str, Schema] = {
    "timeout": TIMEOUT,
    "auth": AUTH,
    "part": PART,
    "capture": CAPTURE,
    "endpoint": ENDPOINT,
    "step": STEP,
    "scenario": SCENARIO,
    "threshold": THRESHOLD,
    "thresholds": THRESHOLDS,
}

DEFINITIONS = {name: with_snippets(part, SNIPPETS.get(name, ())) for name, part in _DEFINITIONS.items()}

_SECTIONS: dict[str, Schema] = {
    "name": text("What the test is called.", "checkout at noon"),
    "tags": fixed_tags("Tags of the run, for its results; `--tag NAME=VALUE` sets one.", build="1042"),
    "env": ENV,
    "vars": mapping("Values for `vars.NAME`; `--var NAME=VALUE` sets one.", {"description": "The value."}, NAME),
    "target": TARGET,
    "http": HTTP,
    "network": NETWORK,
    "pools": POOLS,
    "metrics": METRICS,
    "endpoints": mapping("Requests by name.", ref("endpoint"), NAME),
    "setup": step_list("Steps run once, before any load; a failure ends the run."),
    "setup_timeout": duration("How long setup may take.", default="60s"),
    "flow": step_list("Steps that every virtual user repeats.", minimum=1),
    "teardown": step_list("Steps run once, after the load."),
    "teardown_timeout": duration("How long teardown may take.", default="60s"),
    **SHAPE,
    "scenarios": SCENARIOS,
    "thresholds": ref("thresholds"),
    "slos": SLOS,
    "submetrics": listing(
        "Series to show by themselves, named as thresholds name them.",
        text("A metric and its selector.", "http_req_duration{endpoint:generate}", "http_reqs{status:200|202}"),
    ),
    "outputs": OUTPUTS,
}

PROFILE = obj(
    "Keys to merge over the file's; a load shape replaces the file's.", {**_SECTIONS, "scenarios": SCENARIO_CHANGES}
)

_SPEC = obj(
    "A load test.",
    {
        "loadspec": {"description": "The version of the grammar.", "const": 1, "default": 1},
        "include": INCLUDE,
        **_SECTIONS,
        "fragments": FRAGMENTS,
        "profiles": mapping("Variants of the test, chosen by --profile NAME.", PROFILE, r"^[A-Za-z0-9_][\w.-]{0,63}$"),
    },
    required=("loadspec",),
)
_SPEC["anyOf"] = [{"required": ["flow"]}, {"required": ["scenarios"]}]

SPEC = with_snippets(_SPEC, SPEC_SNIPPETS)
