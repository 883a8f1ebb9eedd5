"""The load: how many users, for how long."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import MAX_VUS, Schema, duration, whole

SHAPE: dict[str, Schema] = {
    "stages": {
        "description": "Ramps of users, `duration:users` each; a repeated target holds.",
        "type": ["string", "array"],
        "minItems": 1,
        "items": {
            "type": ["string", "object"],
            "properties": {
                "duration": duration("How long the ramp takes; 0s jumps.", "30s"),
                "target": whole("Users at its end.", 0, MAX_VUS, 10),
            },
            "required": ["duration", "target"],
            "additionalProperties": False,
        },
        "examples": ["10s:5, 20s:10, 10s:0"],
    },
    "start_vus": whole("Users before the first stage; `vus` or 1 if not given.", 0, MAX_VUS),
    "vus": whole("Virtual users.", 1, MAX_VUS, 10),
    "duration": duration("How long `vus` users loop.", "30s", "5m"),
    "iterations": whole("Iterations that the users share.", 1, 10**12, 100),
    "iterations_per_vu": whole("Iterations of each user.", 1, 10**12, 10),
    "max_duration": duration("Iterations not done by then are dropped.", "10m", default="10m"),
    "graceful_stop": duration("How long running iterations may go on at the end.", "30s", default="30s"),
    "graceful_ramp_down": duration("The same for users that a ramp takes away.", "30s", default="30s"),
}
