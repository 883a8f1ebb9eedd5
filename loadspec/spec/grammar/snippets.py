"""What an editor offers to write at once: `defaultSnippets`, the keyword of yaml-language-server and VS Code.

A row is (label, what it is, body); `$1` is where the cursor goes first, `${1:word}` the same over a word.
"""

from __future__ import annotations

from typing import Any

from loadspec.spec.grammar.kinds import Schema

Row = tuple[str, str, Any]

SPEC_SNIPPETS: tuple[Row, ...] = (
    (
        "a load test",
        "One endpoint, a check, a ramp of users and two thresholds.",
        {
            "loadspec": 1,
            "target": {"base_url": "${1:http://127.0.0.1:8089}"},
            "endpoints": {"${2:home}": {"path": "${3:/}", "checks": {"status is 200": "status == 200"}}},
            "flow": [{"call": "${2:home}"}, {"think": "${4:1s..3s}"}],
            "stages": "${5:10s:5, 20s:10, 10s:0}",
            "thresholds": {"http_req_failed": "rate < 1%", "http_req_duration": "p(95) < ${6:500ms}"},
        },
    ),
)

STEP_SNIPPETS: tuple[Row, ...] = (
    ("call", "Send an endpoint's request once.", {"call": "${1:endpoint}"}),
    (
        "poll",
        "Send it again and again until an expression holds.",
        {
            "poll": "${1:endpoint}",
            "every": "${2:1s}",
            "timeout": "${3:60s}",
            "until": "${4:json.status == 'done'}",
            "fail_when": "${5:json.status == 'failed'}",
        },
    ),
    ("think", "Wait.", {"think": "${1:1s..3s}"}),
    ("repeat", "Do steps several times.", {"repeat": "${1:3}", "steps": [{"call": "${2:endpoint}"}]}),
    (
        "if",
        "Do steps where an expression holds.",
        {"if": "${1:steps.login.ok}", "then": [{"call": "${2:endpoint}"}]},
    ),
    (
        "choose",
        "Do one of several branches, by weight.",
        {
            "choose": [
                {"weight": "${1:7}", "steps": [{"call": "${2:browse}"}]},
                {"weight": "${3:3}", "steps": [{"call": "${4:buy}"}]},
            ]
        },
    ),
    ("group", "Measure steps together.", {"group": "${1:checkout}", "steps": [{"call": "${2:endpoint}"}]}),
    ("parallel", "Do steps at the same time.", {"parallel": [{"call": "${1:one}"}, {"call": "${2:other}"}]}),
    ("use", "Put a fragment's steps here.", {"use": "${1:fragment}"}),
    ("pace", "Begin each iteration so long after the last one began.", {"pace": "${1:10s}"}),
    (
        "wait_until",
        "Let so many users go on at once.",
        {"wait_until": {"users": "${1:10}", "timeout": "${2:30s}"}},
    ),
)

CHECK_SNIPPETS: tuple[Row, ...] = (
    ("status", "An expression over the answer.", {"${1:status is 200}": "${2:status == 200}"}),
    ("max_duration", "The answer came in time.", {"${1:it is fast}": {"max_duration": "${2:500ms}"}}),
    ("content_type", "The body is of this kind.", {"${1:it is JSON}": {"content_type": "${2:application/json}"}}),
    ("schema_file", "The JSON fits a JSON Schema.", {"${1:it fits}": {"schema_file": "${2:data/item.schema.json}"}}),
)

_LOGIN = {"username": "{{ env.LOAD_USER }}", "password": "{{ env.LOAD_PASS }}"}

SNIPPETS: dict[str, tuple[Row, ...]] = {
    "endpoint": (
        ("get", "A GET with a check.", {"path": "${1:/api/items}", "checks": {"status is 200": "status == 200"}}),
        (
            "post json",
            "A POST of JSON that keeps a value of the answer.",
            {
                "method": "POST",
                "path": "${1:/api/items}",
                "json": {"${2:name}": "${3:value}"},
                "capture": {"${4:id}": "${5:$.id}"},
                "checks": {"status is ${6:201}": "status == ${6:201}"},
            },
        ),
        (
            "upload",
            "A multipart form with a file.",
            {
                "method": "POST",
                "path": "${1:/api/upload}",
                "multipart": {"${2:photo}": {"file": "${3:images/cat.png}"}},
                "checks": {"it arrived": "status == ${4:201}"},
            },
        ),
        (
            "graphql",
            "A GraphQL query with a check on its errors.",
            {
                "path": "${1:/graphql}",
                "graphql": {"query": "query { ${2:me} { id } }"},
                "checks": {"no errors": "not defined(json.errors)"},
            },
        ),
    ),
    "auth": (
        ("bearer", "A token that a step captured.", {"bearer": "{{ token }}"}),
        ("basic", "User name and password.", {"basic": dict(_LOGIN)}),
        ("digest", "The same, which never leave.", {"digest": dict(_LOGIN)}),
        (
            "oauth2",
            "A token by client credentials, fetched when it is needed.",
            {
                "oauth2": {
                    "token_url": "${1:/oauth/token}",
                    "client_id": "{{ env.CLIENT_ID }}",
                    "client_secret": "{{ env.CLIENT_SECRET }}",
                }
            },
        ),
        ("hmac", "A signature of each request.", {"hmac": {"key": "{{ env.SIGNING_KEY }}"}}),
        ("api_key", "A key in a header, the query or a cookie.", {"api_key": {"value": "{{ env.API_KEY }}"}}),
    ),
    "threshold": (
        ("abort", "End the run as soon as it fails.", {"that": "${1:rate < 10%}", "abort": True, "after": "${2:30s}"}),
    ),
}
"""Definition → its rows."""


def with_snippets(schema: Schema, rows: tuple[Row, ...]) -> Schema:
    """The schema, and what an editor offers for it."""
    if not rows:
        return schema
    return {**schema, "defaultSnippets": [{"label": a, "description": b, "body": c} for a, b, c in rows]}
