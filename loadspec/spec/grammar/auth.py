"""Credentials of a request: a kind each."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import Schema, choice, mapping, obj, template, text

_USERNAME = template("User name.", "{{ env.LOAD_USER }}")
_PASSWORD = template("Password.", "{{ env.LOAD_PASS }}")

_OAUTH2 = obj(
    "A token by client credentials, fetched before it is needed and again before it ends.",
    {
        "token_url": text(
            "Where tokens are asked for: a path below `target.base_url`, or a whole URL.", "/oauth/token"
        ),
        "client_id": template("The client's name.", "{{ env.CLIENT_ID }}"),
        "client_secret": template("The client's secret.", "{{ env.CLIENT_SECRET }}"),
        "scope": template("What the token is for, if the server asks.", "images:write"),
        "audience": template("Whom the token is for, if the server asks.", "https://api.example.com"),
        "credentials": choice("Where the client's name and secret go.", ("header", "body"), "header"),
        "share": choice("Who shares a token: all users of a worker, or nobody.", ("worker", "user"), "worker"),
        "name": text(
            "What the requests for tokens are called in metrics.",
            default="oauth2",
            pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$",
        ),
    },
    required=("token_url", "client_id", "client_secret"),
)

_HMAC = obj(
    "A signature of each request.",
    {
        "key": template("The secret that signs.", "{{ env.SIGNING_KEY }}"),
        "key_encoding": choice("How the key is written.", ("text", "hex", "base64"), "text"),
        "algorithm": choice("The hash.", ("sha1", "sha256", "sha384", "sha512"), "sha256"),
        "string_to_sign": text(
            "What is signed: a template over `request.method`, `.path`, `.query`, `.target`, `.host`, `.body_hash`, "
            "`.timestamp` and `.nonce`.",
            "{{ request.method }}\n{{ request.path }}\n{{ request.timestamp }}\n{{ request.body_hash }}",
        ),
        "encoding": choice(
            "How the signature and `request.body_hash` are written.", ("hex", "base64", "base64url"), "hex"
        ),
        "timestamp": choice("How `request.timestamp` is written.", ("unix", "unix_ms", "iso8601"), "unix"),
        "header": text("The header that carries the signature.", default="X-Signature"),
        "value": template("That header's value.", "HMAC-SHA256 {{ request.signature }}"),
        "headers": mapping(
            "Further headers; X-Timestamp with `request.timestamp` if not given.",
            template("The header's value.", "{{ request.timestamp }}"),
        ),
    },
    required=("key",),
)

AUTH_KINDS: dict[str, Schema] = {
    "bearer": template("A bearer token.", "{{ token }}"),
    "basic": obj(
        "User name and password.", {"username": _USERNAME, "password": _PASSWORD}, required=("username", "password")
    ),
    "digest": obj(
        "User name and password, which never leave: an answer to the server's challenge (RFC 7616).",
        {"username": _USERNAME, "password": _PASSWORD},
        required=("username", "password"),
    ),
    "oauth2": _OAUTH2,
    "hmac": _HMAC,
    "api_key": obj(
        "A key in a header, the query or a cookie.",
        {
            "in": choice("Where it goes.", ("header", "query", "cookie"), "header"),
            "name": text("What it is called there.", default="X-API-Key"),
            "value": template("The key.", "{{ env.API_KEY }}"),
        },
        required=("value",),
    ),
}
"""Kind of credentials → the schema of its settings."""

AUTH: Schema = {
    **obj("Credentials of a request, of one kind; null removes those from below.", dict(AUTH_KINDS)),
    "type": ["object", "null"],
    "minProperties": 1,
    "maxProperties": 1,
}
