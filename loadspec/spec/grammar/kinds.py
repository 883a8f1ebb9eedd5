"""Small functions that return JSON Schema: the words that the grammar is written in."""

from __future__ import annotations

from typing import Any

from loadspec.units import DURATION_PATTERN

Schema = dict[str, Any]

NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"
MAX_STEPS = 1000
DURATION = "duration"
"""Title of texts that are durations: their spelling is checked after the schema, with a caret in the text."""
SIZE = "size"
"""Likewise of texts that are sizes."""
RATE = "rate"
"""Likewise of texts that are rates."""
RATE_PATTERN = r"^\d+(\.\d+)?\s*/\s*(s|m|h)$"
SIZE_PATTERN = r"^\d+(\.\d+)?\s?(B|kB|MB|GB|KiB|MiB|GiB)$"


def text(doc: str, *examples: str, **more: Any) -> Schema:
    """A text."""
    return _with_examples({"description": doc, "type": "string", **more}, examples)


def template(doc: str, *examples: Any, null: bool = False) -> Schema:
    """A text that may hold `{{ expression }}`, or a plain number or truth value; null where it may remove."""
    kinds = ["string", "number", "boolean", *(["null"] if null else [])]
    return _with_examples({"description": doc, "type": kinds}, examples)


def expression(doc: str, *examples: str, null: bool = False) -> Schema:
    """A bare expression; YAML reads some of them as numbers or truth values."""
    return template(doc, *examples, null=null)


def duration(doc: str, *examples: str, **more: Any) -> Schema:
    """A text such as 30s."""
    return text(doc, *examples, title=DURATION, pattern=DURATION_PATTERN[:-1] + "$|^0$", **more)


def rate(doc: str, *examples: str, zero: bool = False) -> Schema:
    """A text such as 200/s, or 0."""
    return text(doc, *examples, title=RATE, pattern=f"{RATE_PATTERN}|^0$" if zero else RATE_PATTERN)


def size(doc: str, *examples: str, **more: Any) -> Schema:
    """A text such as 2MB."""
    return text(doc, *examples, title=SIZE, pattern=SIZE_PATTERN, **more)


def whole(doc: str, minimum: int, maximum: int, *examples: int) -> Schema:
    """A whole number."""
    return _with_examples({"description": doc, "type": "integer", "minimum": minimum, "maximum": maximum}, examples)


def flag(doc: str) -> Schema:
    """True or false; false if not given."""
    return {"description": doc, "type": "boolean", "default": False}


def choice(doc: str, options: tuple[str, ...], default: str | None = None) -> Schema:
    """One of several words."""
    return {"description": doc, "enum": list(options), **({"default": default} if default else {})}


def obj(doc: str, keys: dict[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    """A mapping with known keys."""
    schema: Schema = {"description": doc, "type": "object", "properties": keys, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def mapping(doc: str, value: Schema, names: str = "") -> Schema:
    """A mapping whose keys the user names."""
    schema: Schema = {"description": doc, "type": "object", "additionalProperties": value}
    return {**schema, "propertyNames": {"pattern": names}} if names else schema


def listing(doc: str, items: Schema | None = None, minimum: int = 0) -> Schema:
    """A list."""
    schema: Schema = {"description": doc, "type": "array", **({"items": items} if items else {})}
    return {**schema, "minItems": minimum} if minimum else schema


def step_list(doc: str, minimum: int = 0) -> Schema:
    """A list of steps."""
    return {**listing(doc, ref("step"), minimum), "maxItems": MAX_STEPS}


def short_or_long(short: Schema, long: Schema, null: bool = False) -> Schema:
    """A text, or the mapping that says more."""
    kinds = ["string", "object", *(["null"] if null else [])]
    rest = {key: value for key, value in long.items() if key not in ("type", "description")}
    brief = {key: value for key, value in short.items() if key not in ("type", "description")}
    named = {"title": short["title"]} if "title" in short else {}
    offered: list[Any] = short.get("examples") or short.get("enum") or []
    return {
        "description": short["description"],
        **named,
        **examples(*offered),  # where nothing is written yet `else` does not hold: an editor looks here
        "type": kinds,
        "if": {"type": "object"},
        "then": rest,
        "else": {"if": {"type": "string"}, "then": brief},
    }


def keys_of(schema: Schema) -> Schema:
    """A mapping's schema without its type, for where the type is checked already."""
    return {key: value for key, value in schema.items() if key != "type"}


def ref(name: str) -> Schema:
    """What `DEFINITIONS` says under that name."""
    return {"$ref": f"#/definitions/{name}"}


def examples(*values: Any) -> Schema:
    """What an editor offers and shows; a mapping as a snippet, since as an example it would be `[object Object]`."""
    plain = [value for value in values if not isinstance(value, dict)]
    snippets = [
        {"label": ", ".join(f"{key}: {below}" for key, below in value.items()), "body": value}
        for value in values
        if isinstance(value, dict)
    ]
    return {**({"examples": plain} if plain else {}), **({"defaultSnippets": snippets} if snippets else {})}


def _with_examples(schema: Schema, values: tuple[Any, ...]) -> Schema:
    return {**schema, **examples(*values)}
