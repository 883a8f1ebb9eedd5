"""An endpoint: what a request sends, and what is expected of its answer."""

from __future__ import annotations

from loadspec.spec.grammar.bodies import BODIES
from loadspec.spec.grammar.checks import CHECKS
from loadspec.spec.grammar.http import COMPRESSION, MAX_REDIRECTS, TRANSPORT
from loadspec.spec.grammar.kinds import (
    NAME,
    Schema,
    choice,
    duration,
    flag,
    listing,
    mapping,
    obj,
    ref,
    short_or_long,
    template,
    text,
)
from loadspec.spec.grammar.tags import request_tags

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


TIMEOUT = short_or_long(
    duration("How long an exchange may take. A text is the total; a mapping also limits its parts.", "60s", "120s"),
    obj(
        "",
        {
            "total": duration("The whole exchange.", default="60s"),
            "connect": duration("Name look-up, connection and TLS handshake.", "5s"),
            "dns": duration("Name look-up alone.", "2s"),
            "tls": duration("TLS handshake alone.", "2s"),
            "send": duration("Until the request is sent, once there is a connection.", "10s"),
            "first_byte": duration("From sending to the first byte of the answer.", "30s"),
            "idle": duration("Between two pieces of the answer.", "10s"),
        },
    ),
)

REQUEST: dict[str, Schema] = {
    "headers": mapping(
        "Headers, merged over those of `target` and endpoint; null removes one.",
        template("The header's value.", null=True),
    ),
    "query": mapping("Query parameters; a list repeats one, null removes it.", {"description": "The value."}),
    "cookies": mapping(
        "Cookies of the request, over those that the user keeps; null leaves one out.",
        template("The cookie's value.", "dark", null=True),
    ),
    **BODIES,
    "auth": ref("auth"),
    "capture": mapping("Values to keep from the answer: name → where they are.", ref("capture"), NAME),
    "checks": CHECKS,
    "expected_statuses": {
        **listing(
            "Statuses that are no failure, where nothing is checked; 200-399 if not given.",
            {"type": ["integer", "string"], "minimum": 100, "maximum": 599, "pattern": r"^[1-5]\d\d-[1-5]\d\d$"},
            minimum=1,
        ),
        "examples": [[200, 404], ["200-299"]],
    },
    "transport": TRANSPORT,
    "max_redirects": MAX_REDIRECTS,
    "compression": COMPRESSION,
    "tags": request_tags(),
    "discard_response_body": flag("Whether the body is read and thrown away; captures and checks see none."),
}

ENDPOINT = obj(
    "A named request; its name tags its metrics.",
    {
        "method": choice("The HTTP method; POST if not given for `graphql`.", METHODS, "GET"),
        "path": text("A path below `target.base_url`, or a whole URL.", "/api/items/{{ item_id }}"),
        **REQUEST,
        "timeout": ref("timeout"),
    },
)
