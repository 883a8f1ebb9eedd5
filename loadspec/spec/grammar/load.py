"""The load: how many users or iterations a second, for how long."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import Schema, choice, duration, obj, rate, short_or_long, text, whole
from loadspec.spec.shapes.keys import MAX_VUS


def _stages(doc: str, target: Schema, example: str) -> Schema:
    return {
        "description": doc,
        "type": ["string", "array"],
        "minItems": 1,
        "items": {
            "type": ["string", "object"],
            "properties": {"duration": duration("How long the ramp takes; 0s jumps.", "30s"), "target": target},
            "required": ["duration", "target"],
            "additionalProperties": False,
        },
        "examples": [example],
    }


SHAPE: dict[str, Schema] = {
    "stages": _stages(
        "Ramps of users, `duration:users` each; a repeated target holds.",
        whole("Users at its end.", 0, MAX_VUS, 10),
        "10s:5, 20s:10, 10s:0",
    ),
    "start_vus": whole("Users before the first stage; `vus` or 1 if not given.", 0, MAX_VUS),
    "vus": whole("Virtual users.", 1, MAX_VUS, 10),
    "duration": duration("How long `vus` users loop, or iterations start at a `rate`.", "30s", "5m"),
    "iterations": whole("Iterations that the users share.", 1, 10**12, 100),
    "iterations_per_vu": whole("Iterations of each user.", 1, 10**12, 10),
    "rate": rate("Iterations started a second, a minute or an hour, however long they take.", "200/s", "30/m"),
    "rate_stages": _stages(
        "Ramps of the rate, `duration:rate` each; a repeated target holds.",
        rate("Iterations started a second, a minute or an hour, at its end.", "50/s", zero=True),
        "1m:50/s, 2m:100/s",
    ),
    "trace": short_or_long(
        text(
            "A recorded trace to replay: the pool whose rows say in `timestamp` when each iteration starts.", "requests"
        ),
        obj(
            "The same with settings.",
            {
                "pool": text("The pool with a row for each start.", "requests"),
                "field": text("The column that says when.", "time", default="timestamp"),
                "unit": choice("The unit of times that are numbers.", ("s", "ms", "us", "ns"), "s"),
                "speed": {
                    "description": "How many times as fast as recorded.",
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 1_000_000,
                    "default": 1,
                    "examples": [2],
                },
            },
            required=("pool",),
        ),
    ),
    "start_rate": rate("The rate before the first of `rate_stages`; 0 if not given.", "10/s", zero=True),
    "arrivals": text(
        "How starts lie around the rate: evenly (`constant`), `poisson`, or `gamma(k)`: in bursts for k below 1.",
        "poisson",
        "gamma(0.5)",
        default="constant",
    ),
    "pre_allocated_vus": whole("Users of a rate that are made before the load.", 0, MAX_VUS, 50),
    "max_vus": whole(
        "Users of a rate that may be busy at once: starts beyond are dropped. If not given, what the rate can need.",
        1,
        MAX_VUS,
        200,
    ),
    "max_duration": duration("Iterations not done by then are dropped.", "10m", default="10m"),
    "graceful_stop": duration("How long running iterations may go on at the end.", "30s", default="30s"),
    "min_iteration_duration": duration("How long an iteration takes at least: its user waits for the rest.", "1s"),
    "graceful_ramp_down": duration("The same for users that a ramp takes away.", "30s", default="30s"),
}
