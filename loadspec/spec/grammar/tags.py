"""Tags: names and texts by which what is measured can be told apart."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import NAME, Schema, examples, mapping, template, text

MAX_TAGS = 10
MAX_LENGTH = 100
"""Characters of a value."""


def fixed_tags(doc: str, **example: str) -> Schema:
    """Tags whose values stand in the file."""
    value = text("The value.", *example.values(), maxLength=MAX_LENGTH)
    return {**mapping(doc, value, NAME), "maxProperties": MAX_TAGS, **examples(example)}


def request_tags() -> Schema:
    """Tags of an endpoint or a step, whose values may be templates."""
    doc = "Tags for all that the step measures; templates give each value metrics of its own. null removes one."
    value = template("The value: a text, or a template with few values.", "{{ pool.models.name }}", null=True)
    return {**mapping(doc, value, NAME), "maxProperties": MAX_TAGS, **examples({"kind": "read"})}
