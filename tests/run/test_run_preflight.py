"""What is tried before a run: nothing is sent where it cannot work."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from support_cli import run
from support_net import ScriptedServer, answer, serving
from support_tls import server_context, write_client

SPEC = """\
loadspec: 1
target:
  base_url: "{url}"
  tls:
    ca_file: ca.pem
    certificates: [{{cert_file: me.example.pem, key_file: me.example.key, password: "{{{{ env.KEY_PASSWORD }}}}"}}]
env: {{KEY_PASSWORD: {{secret: true}}}}
endpoints: {{root: {{path: /}}}}
flow: [{{call: root}}]
vus: 1
iterations: 2
"""


@pytest.fixture
def ca(tmp_path: Path) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    write_client(tmp_path, authority, "me.example", "open sesame")
    return authority


def test_passwords_are_tried(tmp_path: Path, ca: trustme.CA) -> None:
    with ScriptedServer(serving(answer()), tls=server_context(ca)) as server:
        spec = tmp_path / "spec.yaml"
        spec.write_text(SPEC.format(url=server.url))
        for options in ((), ("--dry-run",)):
            done = run(tmp_path / "r", spec, *options, KEY_PASSWORD="open the door")
            assert done.code == 104
            assert "me.example.key: the password does not open the key" in done.stderr
            assert f"target.tls.certificates[0].password of {spec}" in done.stderr
            assert "open the door" not in done.stdout + done.stderr
        assert not server.connections
        done = run(tmp_path / "r", spec, KEY_PASSWORD="open sesame")
        assert done.code == 0, done.stderr
        assert "open sesame" not in done.html + done.stdout + done.stderr
        assert len(server.requests) == 2


def test_a_password_may_come_by_a_variable(tmp_path: Path, ca: trustme.CA) -> None:
    """`vars` may be templates over `env`; what else the run alone knows keeps no password from being tried."""
    with ScriptedServer(serving(answer()), tls=server_context(ca)) as server:
        spec = tmp_path / "spec.yaml"
        text = SPEC.format(url=server.url).replace("env.KEY_PASSWORD }}", "vars.opener }}")
        spec.write_text(text + 'vars: {opener: "{{ env.KEY_PASSWORD }}"}\nhttp: {user_agent: "load/{{ run.id }}"}\n')
        done = run(tmp_path / "r", spec, KEY_PASSWORD="open the door")
        assert done.code == 104
        assert "me.example.key: the password does not open the key" in done.stderr
        done = run(tmp_path / "r", spec, KEY_PASSWORD="open sesame")
        assert done.code == 0, done.stderr


def test_secrets_of_connections_are_logged_where_asked_for(tmp_path: Path, ca: trustme.CA) -> None:
    """By the worker, which is a process of its own."""
    log = tmp_path / "keys.log"
    with ScriptedServer(serving(answer()), tls=server_context(ca)) as server:
        spec = tmp_path / "spec.yaml"
        spec.write_text(SPEC.format(url=server.url))
        done = run(tmp_path / "r", spec, KEY_PASSWORD="open sesame", SSLKEYLOGFILE=str(log))
        assert done.code == 0, done.stderr
        assert "CLIENT_TRAFFIC_SECRET_0" in log.read_text()


def test_a_log_of_secrets_that_cannot_be_written(tmp_path: Path, ca: trustme.CA) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.format(url="https://127.0.0.1:9"))
    log = tmp_path / "nowhere" / "keys.log"
    done = run(tmp_path / "r", spec, KEY_PASSWORD="open sesame", SSLKEYLOGFILE=str(log))
    assert done.code == 104
    assert f"{log}: cannot be written" in done.stderr
    assert "it is SSLKEYLOGFILE" in done.stderr


def test_a_file_that_goes_away_while_the_load_runs(tmp_path: Path, ca: trustme.CA) -> None:
    """No traceback: an error with a kind. Here it is the load itself that removes the file, by its first answer."""

    def remove(_: bytes) -> bytes:
        (tmp_path / "ca.pem").unlink(missing_ok=True)
        return answer()

    with (
        ScriptedServer(serving(remove)) as plain,
        ScriptedServer(serving(answer()), tls=server_context(ca)) as secure,
    ):
        spec = tmp_path / "spec.yaml"
        text = SPEC.format(url=secure.url).replace("flow: [{call: root}]", "flow: [{call: first}, {call: root}]")
        spec.write_text(text.replace("{root:", f'{{first: {{path: "{plain.url}/"}}, root:'))
        done = run(tmp_path / "r", spec, KEY_PASSWORD="open sesame")
        (error,) = done.results["errors"]
        assert (error["kind"], error["step"], error["error_code"], error["count"]) == ("tls_settings", "tls", 1300, 2)
        assert "ca.pem" in error["message"]
        assert "Traceback" not in done.stderr
        assert not secure.requests


def test_a_name_that_is_no_utf8_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    spec = tmp_path / "s\udcff.yaml"
    spec.write_text(
        "loadspec: 1\ntarget: {base_url: 'http://127.0.0.1:9'}\nendpoints: {a: {path: /}}\nflow: [call: a]\nvus: 1\n"
    )
    done = run(tmp_path / "r", spec, "-d", "1s")
    assert done.code == 104
    assert "rename it" in done.stderr
