"""Data to draw from."""

from __future__ import annotations

from loadspec.pools.words import AT_END, FORMATS, POLICIES, TYPE_NAMES
from loadspec.spec.grammar.kinds import NAME, Schema, choice, examples, expression, flag, listing, mapping, obj, text

_TYPE = choice("Its type.", TYPE_NAMES)

_COLUMNS: Schema = {
    "description": "Which columns an item has: a list, or the item's name → the file's (or its number from 1). One "
    "name alone: the item is that column's value.",
    "type": ["string", "array", "object"],
    "minLength": 1,
    "items": text("The name of a column."),
    "minItems": 1,
    "additionalProperties": {
        "description": "The column's name in the file, or its number.",
        "type": ["string", "integer"],
    },
    "minProperties": 1,
    **examples(["email", "password"], {"email": "E-Mail"}, "prompt"),
}

_TYPES: Schema = {
    "description": "Column → type; one word alone is the type of items that are no mappings.",
    "type": ["string", "object"],
    "if": {"type": "string"},
    "then": {"enum": list(TYPE_NAMES)},
    "additionalProperties": _TYPE,
    **examples({"id": "int", "vip": "bool"}, "int"),
}

_WEIGHT: Schema = {
    "description": "For `weighted`: the column of weights, or a list with a weight for each of the items.",
    "type": ["string", "array"],
    "items": {"description": "A weight.", "type": "number", "minimum": 0},
    "default": "weight",
    "examples": ["share", [7, 2, 1]],
}

_BUST: Schema = {
    "description": "Make each drawn item unlike any other, so that no cache can answer: true, or which text and how.",
    "type": ["boolean", "object"],
    "properties": {
        "field": text("The column whose text is changed; items that are texts need none.", "prompt"),
        "template": text("What it becomes: `mark` is new each time, `value` the text.", "[{{ mark }}] {{ value }}"),
    },
    "additionalProperties": False,
    "default": False,
    **examples(True, {"field": "prompt", "template": "{{ value }} (variation {{ mark }})"}),
}

POOL = obj(
    "Data to draw from: one of `items`, `file` and `folder`.",
    {
        "pick": choice("How an iteration's item is chosen.", POLICIES, "random"),
        "items": listing("The items: texts, numbers or mappings.", minimum=1),
        "file": text("A file of items, below the spec's folder.", "data/users.csv"),
        "folder": text("A folder whose files are the items, below the spec's folder.", "data/images"),
        "format": choice("The file's format, where its name does not say it.", FORMATS),
        "columns": _COLUMNS,
        "types": _TYPES,
        "header": {**flag("Whether a csv or tsv file begins with the names of its columns."), "default": True},
        "weight": _WEIGHT,
        "exponent": {
            "description": "For `zipf`: row k is drawn in proportion to 1 / k^exponent.",
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 20,
            "default": 1,
        },
        "at_end": choice("What happens when no row is left (default: wrap, for `unique` stop_vu).", AT_END),
        "where": expression("Only items for which this holds are drawn from.", "row.country == 'DE'"),
        "bust": _BUST,
        "content": choice("What a folder's files hold.", ("text", "bytes"), "text"),
    },
)

POOLS = mapping("Prompt pools and other data: name → where it is and how it is drawn.", POOL, NAME)
