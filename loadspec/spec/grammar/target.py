"""The system under test."""

from __future__ import annotations

from loadspec.spec.grammar.http import TIMING, TLS, TRANSPORT
from loadspec.spec.grammar.kinds import choice, mapping, obj, ref, template, text

TARGET = obj(
    "The system under test.",
    {
        "base_url": text("What paths are appended to.", "http://127.0.0.1:8089", "{{ env.API_BASE }}"),
        "timeout": ref("timeout"),
        "headers": mapping("Headers of every request.", template("The header's value.")),
        "auth": ref("auth"),
        "cookies": choice(
            "How long a user keeps the cookies that it is told to: an iteration, its life, or not at all.",
            ("iteration", "user", "off"),
            "iteration",
        ),
        "transport": TRANSPORT,
        "timing": TIMING,
        "tls": TLS,
    },
)
