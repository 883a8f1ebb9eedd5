"""The published JSON Schema (draft-07) of a spec, generated from the grammar.

`loadspec schema` prints it; a test holds `schemas/loadspec.schema.json` to it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from loadspec.spec.grammar import DEFINITIONS, SPEC


@cache
def spec_schema() -> dict[str, Any]:
    """The schema as a document. Shared: do not change it."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "loadspec",
        **SPEC,
        "definitions": DEFINITIONS,
    }


def schema_text() -> str:
    """The schema as it is written to `schemas/`."""
    return json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n"
