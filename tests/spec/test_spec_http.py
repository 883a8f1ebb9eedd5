"""`http` of a spec: what it is built into, and what of it is a secret."""

from __future__ import annotations

from loadspec.spec import load_bytes, resolved_yaml
from loadspec.spec.secrets import known_secrets
from loadspec.wire.limits import Limits
from loadspec.wire.settings import Http

SPEC = """\
loadspec: 1
env: {LOGIN: {default: "me:from%20env", secret: true}}
target: {base_url: "https://api.example.com"}
endpoints: {home: {path: /}}
flow: [{call: home}]
vus: 1
iterations: 1
http:
"""


def built(http: str) -> tuple[Http, list[str], str]:
    loaded = load_bytes((SPEC + f"  {http}\n").encode(), "s.yaml")
    return loaded.spec.settings.http, known_secrets(loaded.spec), resolved_yaml(loaded.spec)


def test_what_it_is_built_into() -> None:
    http, _, _ = built(
        '{user_agent: acme/1, max_redirects: 3, rps: 2.5, proxy: "", no_proxy: [a.test, 10.0.0.0/8],'
        " discard_response_bodies: true, limits: {head: 1KiB, headers: 7, body: 2MB, decoded: 3MB, ratio: 9}}"
    )
    limits = Limits(1024, 7, 2_000_000, 3_000_000, 9)
    assert http == Http(
        user_agent="acme/1",
        max_redirects=3,
        rps=2.5,
        proxy="",
        no_proxy=("a.test", "10.0.0.0/8"),
        discard_response_bodies=True,
        limits=limits,
    )


def test_the_password_of_a_proxy_is_a_secret() -> None:
    _, secrets, text = built('{proxy: "http://me:pa%24%24word@proxy.example.com:3128"}')
    assert "pa$$word" in secrets
    assert "http://me:***@proxy.example.com:3128" in text
    assert "word@" not in text


def test_a_template_of_a_proxy_is_shown_and_its_value_is_not() -> None:
    _, secrets, text = built('{proxy: "socks5h://{{ env.LOGIN }}@proxy.example.com"}')
    assert {"me:from%20env", "from env"} <= set(secrets)
    assert "{{ env.LOGIN }}@proxy.example.com" in text
    assert "from" not in text
