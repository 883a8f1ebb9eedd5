"""What must hold of an answer."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import (
    Schema,
    duration,
    examples,
    expression,
    keys_of,
    mapping,
    obj,
    short_or_long,
    size,
    template,
    text,
)
from loadspec.spec.grammar.snippets import CHECK_SNIPPETS, with_snippets
from loadspec.spec.model.request import CheckKind

KINDS: dict[CheckKind, Schema] = {
    "expression": expression("Holds if the check passes.", "status == 200", "defined(json.id)"),
    "schema": {
        "description": "A JSON Schema that the JSON body must fit.",
        "type": ["object", "boolean"],
        **examples({"type": "object", "required": ["id"]}),
    },
    "schema_file": text("The same in a JSON file below the spec's folder.", "data/session.schema.json"),
    "max_duration": duration("The answer came within this time.", "500ms"),
    "min_size": size("The body has at least this size.", "1kB"),
    "max_size": size("The body has at most this size.", "2MB"),
    "header": short_or_long(
        text("A header that the answer must have.", "X-Request-Id"),
        obj(
            "",
            {
                "name": text("The header's name.", "Cache-Control"),
                "equals": template("What its value must be.", "no-store"),
                "matches": text("A regular expression (RE2) that is found in its value.", "max-age=[1-9]"),
            },
            required=("name",),
        ),
    ),
    "content_type": text("The body's media type, without parameters; `image/*` is any image.", "application/json"),
    "sha256": template("The SHA-256 of the body, in hexadecimal digits.", "{{ file_hash }}"),
    "md5": template("The MD5 of the body, in hexadecimal digits.", "{{ file_hash }}"),
}
"""Kind → the schema of its value. A check has exactly one."""

CHECK: Schema = {
    "description": "An expression that holds if the check passes, or a mapping with one kind of check.",
    "type": ["string", "number", "boolean", "null", "object"],
    **examples("status == 200", {"content_type": "application/json"}, {"max_duration": "500ms"}),
    "if": {"type": "object"},
    "then": keys_of(obj("", {kind: schema for kind, schema in KINDS.items()})),
}

CHECKS = with_snippets(mapping("What must hold for the step to be ok: a sentence → a check.", CHECK), CHECK_SNIPPETS)
