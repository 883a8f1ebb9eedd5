"""`network` from a spec's text to a server's own count: the command, its worker process, real sockets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support_cli import run
from support_net import Conn, ScriptedServer, answer

SPEC = """\
loadspec: 1
name: network
target: {base_url: "http://shop.example.net:PORT", timeout: 10s}
endpoints:
  home: {path: /home}
flow: [{call: home}, {call: home, name: again}]
vus: 4
iterations_per_vu: 2
network:
  dns: {ttl: inf, policy: only_ipv4}
"""
HERE = "  hosts: {shop.example.net: 127.0.0.1}\n"


@pytest.fixture
def server() -> Iterator[tuple[ScriptedServer, list[str]]]:
    """Answers everything; beside it, the address that each connection came from."""
    peers: list[str] = []

    def script(conn: Conn) -> None:
        peers.append(str((conn.sock.getpeername() or [""])[0]))
        while conn.request():
            conn.send(answer())

    with ScriptedServer(script) as made:
        yield made, peers


@pytest.fixture
def loadspec(tmp_path: Path, server: Any) -> Callable[..., Any]:
    """Run the spec with more of `network` and options → what it left."""

    def build(more: str, *options: str) -> Any:
        folder = tmp_path / "spec"
        folder.mkdir(exist_ok=True)
        path = folder / "network.yaml"
        path.write_text((SPEC + more).replace("PORT", str(server[0].port)))
        return run(tmp_path / "run", path, *options)

    return build


def errors(done: Any) -> dict[str, int]:
    return {row["kind"]: row["count"] for row in done.results["errors"]}


def test_a_host_lies_elsewhere(loadspec: Any, server: Any) -> None:
    done = loadspec(HERE)
    assert done.code == 0, done.stderr
    assert len(server[0].requests) == 16
    assert server[0].connections == 4
    assert all(b"\r\nHost: shop.example.net:" in request for request in server[0].requests)


def test_users_come_from_addresses_of_their_own(loadspec: Any, server: Any) -> None:
    done = loadspec(HERE + "  local_ips: [127.0.0.2, 127.0.0.16/29]\nhttp: {no_vu_connection_reuse: true}\n")
    assert done.code == 0, done.stderr
    assert sorted(server[1]) == sorted(["127.0.0.2", "127.0.0.17", "127.0.0.18", "127.0.0.19"] * 2)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        (HERE + "  block_hosts: ['*.example.net']\n", "blocked_host"),
        (HERE + "  block_ips: [127.0.0.0/8]\n", "blocked_ip"),
        (HERE + "  local_ips: ['::1']\n", "unreachable"),
    ],
)
def test_what_is_blocked_gets_nothing(more: str, kind: str, loadspec: Any, server: Any) -> None:
    done = loadspec(more)
    assert errors(done) == {kind: 16}
    assert server[0].connections == 0
    assert kind.replace("_", " ") in done.stdout


def test_a_unix_socket_below_the_spec(loadspec: Any, server: Any, tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    server[0].also_at(tmp_path / "spec" / "api.sock")
    done = loadspec("  hosts: {shop.example.net: 'unix:api.sock'}\n")
    assert done.code == 0, done.stderr
    assert len(server[0].requests) == 16


def test_a_unix_socket_elsewhere_needs_to_be_allowed(loadspec: Any, server: Any, tmp_path: Path) -> None:
    socket = tmp_path / "other.sock"
    server[0].also_at(socket)
    more = f"  hosts: {{shop.example.net: 'unix:{socket}'}}\n"
    refused = loadspec(more)
    assert refused.code == 104
    assert "error[LS121]" in refused.stderr
    assert f"--allow-host unix:{socket}" in refused.stderr
    assert server[0].requests == []
    done = loadspec(more, "--allow-host", f"unix:{socket}")
    assert done.code == 0, done.stderr
    assert len(server[0].requests) == 16


TEMPLATES = "  hosts: {{shop.example.net: '{{{{ env.PLACE }}}}'}}\n  block_ips: ['{{{{ vars.net }}}}']\n{}"
VALUES = "env: {{PLACE: {{default: '{}'}}}}\nvars: {{net: '{}'}}\n"


def test_places_may_be_templates(loadspec: Any, server: Any) -> None:
    done = loadspec(TEMPLATES.format(VALUES.format("127.0.0.1", "10.0.0.0/8")))
    assert done.code == 0, done.stderr
    assert len(server[0].requests) == 16


@pytest.mark.parametrize(
    ("place", "net", "said"),
    [
        ("localhost", "10.0.0.0/8", "`localhost` is no address"),
        ("127.0.0.1", "ten", "`ten` is no address or network"),
        ("unix:/run/x.sock", "10.0.0.0/8", "error[LS121]: the Unix socket `/run/x.sock`"),
    ],
)
def test_values_that_cannot_be_read_are_told_before_the_load(
    place: str, net: str, said: str, loadspec: Any, server: Any
) -> None:
    done = loadspec(TEMPLATES.format(VALUES.format(place, net)))
    assert done.code == 104
    assert said in done.stderr
    assert server[0].connections == 0


@pytest.mark.parametrize("timing", ["process", "kernel"])
def test_a_result_names_the_clock_of_its_answers(loadspec: Any, server: Any, timing: str) -> None:
    done = loadspec(
        f"{HERE}setup: [{{call: home}}]\nprofiles: {{p: {{target: {{timing: {timing}}}}}}}\n", "--profile", "p"
    )
    found = done.results["timing"]
    assert done.code == 0
    assert found["asked"] == timing
    assert found["kernel"] + found["process"] == len(server[0].requests) == 17
    assert (found["kernel"] > 0) is (timing == "kernel" and sys.platform == "linux")
