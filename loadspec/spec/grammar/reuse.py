"""What is written once and used in several places or specs: `include`, `fragments`, `use`."""

from __future__ import annotations

from loadspec.spec.grammar.flow import STEP_KEYS
from loadspec.spec.grammar.kinds import NAME, Schema, keys_of, listing, mapping, obj, step_list, text

INCLUDE: Schema = {
    "description": (
        "YAML files, one or a list, whose sections lie under this file's: maps merge, this file wins. Paths begin in "
        "the folder of the spec that is run."
    ),
    "type": ["string", "array"],
    "if": {"type": "array"},
    "then": keys_of(listing("", text("A YAML file in or below the spec's folder.", "shared/platform.yaml"), 1)),
    "examples": ["shared/platform.yaml", ["shared/platform.yaml", "shared/pools.yaml"]],
}

FRAGMENTS = mapping(
    "Steps to use in several places: name → steps.", step_list("The steps that `use: NAME` stands for."), NAME
)

USE = obj(
    "Do the steps of a fragment.",
    {
        "use": text(
            "The fragment: a name under `fragments`, or file.yaml#NAME for one of another file, which brings the "
            "endpoints, pools, metrics, vars and env of that file.",
            "login",
            "shared/auth.yaml#login",
        ),
        **STEP_KEYS,
    },
)
