"""What a request sends: a key each, of which it has at most one."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import Schema, examples, keys_of, mapping, obj, template, text

_FILE = text("A file below the spec's folder, sent as it is.", "images/cat.png")

_UPLOAD = obj(
    "",
    {
        "file": _FILE,
        "content": template("The part's content; a template may give bytes.", "{{ pool.photos.content }}"),
        "json": {"description": "The part's content as JSON. Texts in it may hold templates."},
        "filename": template("The file name that the server is told.", "{{ pool.photos.name }}"),
        "type": template("The part's media type; by the file's name if not given.", "image/png"),
    },
)

PART: Schema = {
    "description": "A field: a text, or a mapping with one of `file`, `content` and `json`; a list repeats the field.",
    "type": ["string", "number", "boolean", "null", "object", "array"],
    "if": {"type": "object"},
    "then": keys_of(_UPLOAD),
    "items": {
        "description": "One of several parts of the same name.",
        "type": ["string", "number", "boolean", "object"],
        "if": {"type": "object"},
        "then": keys_of(_UPLOAD),
    },
    **examples("a caption", {"file": "images/cat.png"}),
}

_FILE_ALONE = keys_of(obj("", {"file": _FILE}, required=("file",)))

_GRAPHQL = obj(
    "A GraphQL query, posted as JSON. The answer is 200 with `errors` even where it failed: check for them.",
    {
        "query": {
            "description": "The query, or {file: …}. What changes belongs in `variables`.",
            "type": ["string", "object"],
            "if": {"type": "object"},
            "then": _FILE_ALONE,
            "examples": ["query($id: ID!) { image(id: $id) { status } }"],
        },
        "variables": {
            "description": "The query's variables. Texts in them may hold templates.",
            "type": ["object", "string", "null"],
        },
        "operation": template("Which operation of the query to run.", "GetImage", null=True),
    },
)

BODIES: dict[str, Schema] = {
    "json": {"description": "A JSON body. Texts in it may hold templates; a step's keys merge over the endpoint's."},
    "form": {
        **mapping("A form body (application/x-www-form-urlencoded).", {"description": "The value."}),
        "type": ["object", "null"],
    },
    "multipart": {
        **mapping("A multipart/form-data body: fields and files.", {"$ref": "#/definitions/part"}),
        "type": ["object", "null"],
    },
    "body": {
        **template("A raw body: a text, or {file: …}.", "{{ pool.photos.content }}"),
        "type": ["string", "number", "boolean", "null", "object"],
        "if": {"type": "object"},
        "then": _FILE_ALONE,
    },
    "graphql": {**_GRAPHQL, "type": ["object", "null"]},
}
"""Kind of body → the schema of its value."""
