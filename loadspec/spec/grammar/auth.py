"""Credentials of a request."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import Schema, obj, template

AUTH: Schema = {
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
