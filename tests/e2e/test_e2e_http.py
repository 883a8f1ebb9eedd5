"""`http` from a spec's text to a server's own count: the command, its worker process, proxies, real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support_cli import run
from support_net import ScriptedServer, answer, serving
from support_proxy import ESCAPED, LOGIN, Asked

SPEC = """\
loadspec: 1
name: http
env: {{PROXY: {{default: ""}}, LOGIN: {{default: "", secret: true}}}}
target: {{base_url: "http://shop.example.net"}}
endpoints: {{home: {{path: /home}}}}
flow: [{{call: home}}]
vus: 2
iterations_per_vu: 2
{more}
"""


@pytest.fixture
def proxy() -> Iterator[tuple[ScriptedServer, Asked]]:
    asked = Asked(login=LOGIN)
    with ScriptedServer(asked.http) as made:
        yield made, asked


@pytest.fixture
def loadspec(tmp_path: Path) -> Callable[..., Any]:
    def build(more: str, *options: str, **env: str) -> Any:
        path = tmp_path / "http.yaml"
        path.write_text(SPEC.format(more=more))
        none = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"), "")
        return run(tmp_path / "run", path, *options, **{**none, **env})

    return build


def everything(done: Any) -> str:
    """All text that a run leaves."""
    files = [path.read_bytes().decode("utf-8", "replace") for path in done.run.iterdir() if path.is_file()]
    return "\n".join([done.stdout, done.stderr, *files])


def test_a_proxy_of_the_spec_and_its_password_is_nowhere(loadspec: Any, proxy: Any) -> None:
    more = f'http: {{proxy: "http://{{{{ env.LOGIN }}}}@127.0.0.1:{proxy[0].port}"}}'
    done = loadspec(more, "--log-http", "log.txt", LOGIN=ESCAPED)
    assert done.code == 0, done.stderr
    assert [request.split(b" ")[1] for request in proxy[0].requests] == [b"http://shop.example.net/home"] * 4
    assert proxy[0].connections == 2
    text = everything(done) + (done.directory / "log.txt").read_text()
    for secret in (LOGIN[1], ESCAPED, "p%40ss", "dXMgZXI6"):
        assert secret not in text


def test_a_proxy_of_the_environment(loadspec: Any, proxy: Any) -> None:
    done = loadspec("", HTTP_PROXY=f"http://{ESCAPED}@127.0.0.1:{proxy[0].port}")
    assert done.code == 0, done.stderr
    assert len(proxy[0].requests) == 4
    assert "p%40ss" not in everything(done)


@pytest.mark.parametrize(
    ("more", "env"),
    [
        ('http: {proxy: ""}', {}),
        ("http: {no_proxy: [example.net]}", {}),
        ('http: {no_proxy: ["{{ env.LOGIN }}.net"]}', {"LOGIN": "shop.example"}),
        ("", {"NO_PROXY": ".example.net"}),
    ],
)
def test_hosts_that_need_none(more: str, env: dict[str, str], loadspec: Any, proxy: Any) -> None:
    with ScriptedServer(serving(answer())) as server:
        there = f"network: {{hosts: {{shop.example.net: '127.0.0.1:{server.port}'}}}}\n"
        if "env." in more:
            more = f'{more[:-1]}, proxy: "http://127.0.0.1:{proxy[0].port}"}}'
        done = loadspec(there + more, HTTP_PROXY=f"http://127.0.0.1:{proxy[0].port}", **env)
        assert done.code == 0, done.stderr
        assert len(server.requests) == 4
    assert proxy[0].requests == []


@pytest.mark.parametrize(
    ("more", "env", "told"),
    [
        ("", {"http_proxy": "ftp://u:hush-hush@127.0.0.1"}, "HTTP_PROXY of the environment: a proxy is not spoken"),
        ('http: {proxy: "{{ env.PROXY }}"}', {"PROXY": "127.0.0.1:3128"}, "this is no proxy's URL"),
        ('http: {no_proxy: ["{{ env.PROXY }}"]}', {"PROXY": "http://a.test"}, "`http://a.test` is a URL"),
        ('http: {user_agent: "{{ env.PROXY }}"}', {"PROXY": "a\nb"}, "it is http.user_agent of "),
    ],
)
def test_what_cannot_be_read_ends_the_run_before_it_began(
    more: str, env: dict[str, str], told: str, loadspec: Any
) -> None:
    done = loadspec(more, **env)
    assert done.code == 104
    assert told in done.stderr
    assert "hush-hush" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_redirect_to_a_host_that_is_not_allowed_sends_nothing(loadspec: Any) -> None:
    with ScriptedServer(serving(answer())) as other:
        away = answer(b"", "302 Found", f"Location: {other.url}/")
        with ScriptedServer(serving(away)) as server:
            hosts = f"network: {{hosts: {{shop.example.net: '127.0.0.1:{server.port}'}}}}"
            done = loadspec(hosts, "--allow-host", f"shop.example.net,127.0.0.1:{server.port}")
            assert {row["kind"]: row["count"] for row in done.results["errors"]} == {"host_not_allowed": 4}
        assert other.connections == 0
