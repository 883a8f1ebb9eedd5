"""What of an output's target is a secret."""

from __future__ import annotations

import pytest

from loadspec.output_kinds import Out
from loadspec.spec import load_bytes
from loadspec.spec.dump import resolved_yaml
from loadspec.spec.secrets import known_secrets, secrets_of_outputs

SPEC = """loadspec: 1
target: {base_url: "http://127.0.0.1:1"}
env: {HOOK: {default: "https://hooks.example.com/services/T0/B0/hook0", secret: true}}
vars: {login: passw0rd}
endpoints: {a: {path: /a}}
flow: [call: a]
iterations: 1
outputs:
  influxdb: ["http://me:{{ vars.login }}@127.0.0.1:1/db", {url: "http://127.0.0.1:1", bucket: b, token: plain-token}]
  slack: "{{ env.HOOK }}"
"""


@pytest.mark.parametrize(
    ("out", "secrets"),
    [
        (Out("influxdb", "http://me:p%40ssword@h/db"), {"p%40ssword", "p@ssword"}),
        (Out("influxdb", "http://h/write?u=me&p=passw0rd"), {"passw0rd"}),
        (Out("influxdb", "http://h/db?precision=ms"), set()),
        (Out("webhook", "https://h/hooks/abcdef"), {"hooks/abcdef", "h/hooks/abcdef"}),
        (Out("webhook", "https://ci.example.com/hook"), {"ci.example.com/hook"}),
        (Out("otel", "http://h", {"headers": {"X-Api-Key": "k0k0k0", "X-Team": "green"}}), {"k0k0k0"}),
        (Out("otel", "http://h", {"token": "t0t0t0"}), {"t0t0t0"}),
        (Out("statsd", "127.0.0.1:8125"), set()),
        (Out("unheard-of", "http://me:passw0rd@h/"), {"passw0rd"}),
    ],
)
def test_passwords_and_tokens_are_secrets(out, secrets):
    assert set(secrets_of_outputs([out])) == secrets


def test_those_of_a_spec_are_known_and_masked_where_it_is_shown():
    spec = load_bytes(SPEC.encode(), "spec.yaml").spec
    assert {"passw0rd", "plain-token", "services/T0/B0/hook0"} <= set(known_secrets(spec))
    shown = resolved_yaml(spec)
    assert "plain-token" not in shown
    assert "{{ env.HOOK }}" in shown
