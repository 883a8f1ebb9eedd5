"""The grammar of a spec, declared once: small functions that return JSON Schema, and the tables made of them.

`schema` makes the published draft-07 schema of it, `validate` checks with it, and editors complete from its
descriptions, defaults and examples. A step's sub-schema is chosen by its action key, with if/then, never `oneOf`:
an error then names the one thing that is wrong.
"""

from __future__ import annotations

from typing import Any

from loadspec.units import DURATION_PATTERN

Schema = dict[str, Any]

NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"
ACTIONS = ("call", "poll", "think")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PICKS = ("random", "sequential", "shuffle")
ON_FAIL = ("continue", "end_iteration", "stop_vu", "abort")
KINDS = ("trend", "rate", "counter", "gauge")
MAX_VUS = 1_000_000
MAX_STEPS = 1000
DURATION = "duration"
"""Title of texts that are durations: their spelling is checked after the schema, with a caret in the text."""


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


def steps(doc: str, minimum: int = 0) -> Schema:
    """A list of steps."""
    return {**listing(doc, ref("step"), minimum), "maxItems": MAX_STEPS}


def short_or_long(short: Schema, long: Schema, null: bool = False) -> Schema:
    """A text, or the mapping that says more."""
    kinds = ["string", "object", *(["null"] if null else [])]
    rest = {key: value for key, value in long.items() if key not in ("type", "description")}
    brief = {key: value for key, value in short.items() if key not in ("type", "description")}
    named = {"title": short["title"]} if "title" in short else {}
    return {
        "description": short["description"],
        **named,
        "type": kinds,
        "if": {"type": "object"},
        "then": rest,
        "else": {"if": {"type": "string"}, "then": brief},
    }


def _keys_of(schema: Schema) -> Schema:
    """A mapping's schema without its type, for where the type is checked already."""
    return {key: value for key, value in schema.items() if key != "type"}


def ref(name: str) -> Schema:
    """What `DEFINITIONS` says under that name."""
    return {"$ref": f"#/definitions/{name}"}


def _with_examples(schema: Schema, examples: tuple[Any, ...]) -> Schema:
    return {**schema, "examples": list(examples)} if examples else schema


_TIMEOUT = short_or_long(
    duration("How long an exchange may take. A text is the total; a mapping also limits its parts.", "60s", "120s"),
    obj(
        "",
        {
            "total": duration("The whole exchange.", default="60s"),
            "connect": duration("Name look-up, connection and TLS handshake.", "5s"),
            "first_byte": duration("From sending to the first byte of the answer.", "30s"),
        },
    ),
)

_AUTH: Schema = {
    **obj(
        "Credentials for the Authorization header.",
        {
            "bearer": template("A bearer token.", "{{ token }}"),
            "basic": obj(
                "User name and password.",
                {
                    "username": template("User name.", "{{ env.LOAD_USER }}"),
                    "password": template("Password.", "{{ env.LOAD_PASS }}"),
                },
                required=("username", "password"),
            ),
        },
    ),
    "type": ["object", "null"],
    "minProperties": 1,
    "maxProperties": 1,
}

_CAPTURE = short_or_long(
    text("A value to keep from the answer: a JSONPath, or a mapping that says where it is.", "$.token"),
    {
        **obj(
            "",
            {
                "jsonpath": text("A JSONPath into the JSON body; the first hit counts.", "$.data.id"),
                "header": text("The name of a header of the answer.", "X-Request-Id"),
                "regex": text("A regular expression over the body; its first group, or all of it.", r"id=(\w+)"),
                "optional": flag("Whether a value that is not found leaves the step ok."),
                "secret": flag("Whether the value is masked wherever it would be shown."),
            },
        )
    },
    null=True,
)

_REQUEST: dict[str, Schema] = {
    "headers": mapping(
        "Headers, merged over those of `target` and endpoint; null removes one.",
        template("The header's value.", null=True),
    ),
    "query": mapping("Query parameters; a list repeats one, null removes it.", {"description": "The value."}),
    "json": {"description": "A JSON body. Texts in it may hold templates; a step's keys merge over the endpoint's."},
    "form": {
        **mapping("A form body (application/x-www-form-urlencoded).", {"description": "The value."}),
        "type": ["object", "null"],
    },
    "body": template("A raw body.", null=True),
    "auth": ref("auth"),
    "capture": mapping("Values to keep from the answer: name → where they are.", ref("capture"), NAME),
    "checks": mapping(
        "What must hold for the step to be ok: a sentence → an expression.",
        expression("Holds if the check passes.", "status == 200", "defined(json.id)", null=True),
    ),
    "expected_statuses": {
        **listing(
            "Statuses that are no failure, where nothing is checked; 200-399 if not given.",
            {"type": ["integer", "string"], "minimum": 100, "maximum": 599, "pattern": r"^[1-5]\d\d-[1-5]\d\d$"},
            minimum=1,
        ),
        "examples": [[200, 404], ["200-299"]],
    },
}

_ENDPOINT = obj(
    "A named request; its name tags its metrics.",
    {
        "method": choice("The HTTP method.", METHODS, "GET"),
        "path": text("A path below `target.base_url`, or a whole URL.", "/api/items/{{ item_id }}"),
        **_REQUEST,
        "timeout": ref("timeout"),
    },
)

_STEP: dict[str, Schema] = {
    "name": text("The step's name, `steps.NAME` in expressions; its endpoint's if not given.", pattern=NAME),
    "when": expression("The step is skipped unless this holds.", "steps.login.ok"),
}

_EXCHANGE: dict[str, Schema] = {
    **_STEP,
    "record": mapping(
        "Samples for custom metrics: metric → expression.", expression("The sample.", "duration", "not ok")
    ),
    "classify": listing(
        "Where the step is not ok: the first row that holds counts in its metric.",
        obj(
            "A row: `when` and `count`, or `else`.",
            {
                "when": expression("The row's condition.", "status == 402", "status >= 500"),
                "count": text("The counter to add one to."),
                "else": text("The counter for what no row before it took."),
            },
        ),
    ),
    "on_fail": choice("What a step that is not ok does to its user or the run.", ON_FAIL, "continue"),
    **_REQUEST,
}

_CALL = obj(
    "Send an endpoint's request once.",
    {"call": text("The endpoint."), **_EXCHANGE, "timeout": ref("timeout")},
)
_POLL = obj(
    "Send an endpoint's request again and again until an expression holds.",
    {
        "poll": text("The endpoint."),
        **_EXCHANGE,
        "every": duration("From one request to the next.", "1s", default="1s"),
        "timeout": duration("How long to go on.", "120s", default="60s"),
        "until": expression("The poll is over and ok once this holds.", "json.status == 'done'"),
        "fail_when": expression("The poll is over and not ok once this holds.", "json.status == 'failed'"),
    },
    required=("until",),
)
_THINK = obj(
    "Wait.",
    {
        "think": text("How long: a duration, or a range to draw from evenly.", "2s", "1s..3s", title=DURATION),
        **_STEP,
    },
)

STEPS: dict[str, Schema] = {"call": _CALL, "poll": _POLL, "think": _THINK}
"""The kinds of steps, by the key that chooses them."""

_ANY_STEP: Schema = {
    "description": "A step: `call`, `poll` or `think`.",
    "type": "object",
    "if": {"required": ["call"]},
    "then": _keys_of(_CALL),
    "else": {
        "if": {"required": ["poll"]},
        "then": _keys_of(_POLL),
        "else": {
            "if": {"required": ["think"]},
            "then": _keys_of(_THINK),
            "else": {
                "properties": {action: step["properties"][action] for action, step in STEPS.items()},
                "anyOf": [{"required": [action]} for action in ACTIONS],
            },
        },
    },
}

_THRESHOLD = obj(
    "A threshold with settings.",
    {
        "that": text("What must hold.", "p(95) < 500ms"),
        "abort": flag("Whether the run ends as soon as it fails."),
        "after": duration("No abort before this time.", "30s", default="0s"),
        "empty": choice("What no sample at all means.", ("fail", "pass"), "fail"),
    },
    required=("that",),
)

DEFINITIONS: dict[str, Schema] = {
    "timeout": _TIMEOUT,
    "auth": _AUTH,
    "capture": _CAPTURE,
    "endpoint": _ENDPOINT,
    "step": _ANY_STEP,
    "threshold": _THRESHOLD,
}

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

_POOL = obj(
    "Data to draw from.",
    {
        "pick": choice("How an iteration's item is chosen.", PICKS, "random"),
        "items": listing("The items: texts, numbers or mappings.", minimum=1),
    },
)

_SECTIONS: dict[str, Schema] = {
    "name": text("What the test is called.", "checkout at noon"),
    "env": mapping(
        "The environment variables that may be read: name → default, or settings.",
        {
            "description": "A default, null (the variable must be given), or settings.",
            "type": ["string", "number", "boolean", "null", "object"],
            "properties": {
                "default": template("The value if the variable is not set."),
                "required": flag("Whether the run needs a value from outside."),
                "secret": flag("Whether the value is masked wherever it would be shown."),
            },
            "additionalProperties": False,
        },
        NAME,
    ),
    "vars": mapping("Values for `vars.NAME`; `--var NAME=VALUE` sets one.", {"description": "The value."}, NAME),
    "target": obj(
        "The system under test.",
        {
            "base_url": text("What paths are appended to.", "http://127.0.0.1:8089", "{{ env.API_BASE }}"),
            "timeout": ref("timeout"),
            "headers": mapping("Headers of every request.", template("The header's value.")),
            "tls": obj(
                "How certificates are verified.",
                {
                    "ca_file": text(
                        "A PEM file of authorities to trust instead of the system's, below the spec's folder."
                    ),
                    "insecure_skip_verify": flag("Whether to accept any certificate."),
                },
            ),
        },
    ),
    "pools": mapping("Prompt pools and other data: name → items.", _POOL, NAME),
    "metrics": mapping(
        "Custom metrics: name → kind.",
        short_or_long(
            choice("Its kind; a trend of bytes or counts is written {trend: bytes}.", KINDS),
            {
                **obj("", {"trend": choice("What the samples are.", ("time", "bytes", "count"), "time")}),
                "required": ["trend"],
            },
        ),
        NAME,
    ),
    "endpoints": mapping("Requests by name.", ref("endpoint"), NAME),
    "setup": steps("Steps run once, before any load; a failure ends the run."),
    "setup_timeout": duration("How long setup may take.", default="60s"),
    "flow": steps("Steps that every virtual user repeats.", minimum=1),
    "teardown": steps("Steps run once, after the load."),
    "teardown_timeout": duration("How long teardown may take.", default="60s"),
    **SHAPE,
    "thresholds": mapping(
        "Pass or fail: a metric → what must hold of it. A metric without a sample fails.",
        {
            "description": "One condition, several, or one with settings.",
            "type": ["string", "array", "object"],
            "if": {"type": "object"},
            "then": ref("threshold"),
            "items": {"type": ["string", "object"], "if": {"type": "object"}, "then": ref("threshold")},
            "examples": ["p(95) < 500ms", ["p(95) < 30s", "p(99) < 60s"], "rate < 1%"],
        },
    ),
}

PROFILE = obj("Keys to merge over the file's; a load shape replaces the file's.", _SECTIONS)

SPEC = obj(
    "A load test.",
    {
        "loadspec": {"description": "The version of the grammar.", "const": 1},
        **_SECTIONS,
        "profiles": mapping("Variants of the test, chosen by --profile NAME.", PROFILE, r"^[A-Za-z0-9_][\w.-]{0,63}$"),
    },
    required=("loadspec", "flow"),
)
