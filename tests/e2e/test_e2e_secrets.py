"""Secrets planted everywhere, a server that gives them back in every form, and every artifact and stream searched."""

from __future__ import annotations

import base64
import bz2
import contextlib
import gzip
import html
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from pyarrow import parquet
from support_cli import Done, command, environment, run
from support_net import ScriptedServer, answer, serving

from loadspec.output_kinds import OUTPUTS

KEY = 'k3y "ünd"/+=&<hunter>'
PASSWORD = "pässw0rd/with?odd&letters"
TOKEN = "tok-4f9a8b7c6d5e4f3a2b1c"
SESSION = "sess/ab+cd==/0123456789"
COOKIE = "c00kie-value-5544332211"
POOLED = "p00led-passwd-9"
SECRETS = {
    "key": KEY,
    "password": PASSWORD,
    "token": TOKEN,
    "session": SESSION,
    "cookie": COOKIE,
    "password of a pool": POOLED,
}

SPEC = """\
loadspec: 1
name: planted
env:
  BASE: {default: "http://127.0.0.1:9"}
  KEY: {secret: true}
  PASSWORD: {secret: true}
target: {base_url: "{{ env.BASE }}"}
vars: {derived: "prefix-{{ env.KEY }}"}
pools: {users: {file: users.csv}, more: {items: [{name: ada, password: POOLED}]}}
endpoints:
  login:
    method: POST
    path: /login
    json: {password: "{{ env.PASSWORD }}", key: "{{ vars.derived }}", mine: "{{ pool.users.password }}{{ pool.more }}"}
    capture:
      token: $.token
      session: {jsonpath: $.session, secret: true}
    checks: {never: 'status == 299 and body == env.KEY', body holds the key: 'json.key == env.PASSWORD'}
  echo:
    method: POST
    path: "/echo/{{ env.KEY }}"
    auth: {bearer: "{{ token }}"}
    query: {key: "{{ env.KEY }}", session: "{{ session }}"}
    headers: {X-Key: "{{ base64(env.PASSWORD) }}", X-Api-Key: "{{ token }}"}
    form: {password: "{{ env.PASSWORD }}", token: "{{ token }}"}
    checks: {found: 'json.token == token'}
    tags: {known: "{{ env.KEY }}", told: "{{ token }}"}
  moved: {path: "/moved?{{ token }}", max_redirects: 3}
  lost: {path: "/lost/{{ token }}", auth: {basic: {username: me, password: "{{ env.PASSWORD }}"}}}
  broken: {path: "/broken/{{ session }}"}
flow:
  - {call: login, on_fail: continue}
  - call: echo
  - call: moved
  - call: lost
  - call: broken
ON_FAIL
iterations: 3
thresholds: {"http_req_failed": rate < 1%}
"""
ABORT = "  - {call: moved, name: last, on_fail: abort}"


def forms(secret: str) -> dict[str, bytes]:
    """All that a secret may look like."""
    data = secret.encode()
    found = {
        "plain": secret,
        "json": json.dumps(secret)[1:-1],
        "json in utf-8": json.dumps(secret, ensure_ascii=False)[1:-1],
        "json in json": json.dumps(json.dumps(secret))[3:-3],
        "url": quote(secret, safe=""),
        "path": quote(secret),
        "form": quote_plus(secret),
        "html": html.escape(secret),
        "html of text": html.escape(secret, quote=False),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
    }
    for before in range(3):
        size = before + len(data)
        letters = base64.b64encode(bytes(before) + data).decode()[(0, 2, 3)[before] : size * 8 // 6]
        found[f"base64, {before} bytes behind"] = letters
        found[f"base64 for urls, {before} bytes behind"] = letters.translate(str.maketrans("+/", "-_"))
    return {name: text.encode() for name, text in found.items()}


def echo(request: bytes) -> bytes:
    """Gives back what it was sent and what it knows, as badly as a server can."""
    target = request.split(b" ")[1].decode()
    head = (f"Set-Cookie: sid={COOKIE}; Path=/", f"X-Debug: {TOKEN}", f"X-Echo: {quote(KEY)}")
    if target.startswith("/lost"):
        return b"HTTP/1.1 2000 " + TOKEN.encode() + b" is bad\r\n\r\n"
    if target.startswith("/moved"):
        return answer(b"", "302 Found", *head, f"Location: http://{TOKEN}:{quote(PASSWORD, safe='')}@[::bad/{TOKEN}")
    if target.startswith("/broken"):
        return answer(gzip.compress(TOKEN.encode()), "500 Oh", *head, "Content-Encoding: gzip")
    told = [echoed.decode() for secret in SECRETS.values() for echoed in forms(secret).values()]
    body = {"token": TOKEN, "session": SESSION, "key": KEY, "echo": request.decode("latin-1"), "told": told}
    return answer(json.dumps(body).encode(), "200 OK", *head, "Content-Type: application/json")


@pytest.fixture
def hostile() -> Iterator[ScriptedServer]:
    with ScriptedServer(serving(echo)) as server:
        yield server


def leaks(where: str, data: bytes) -> list[str]:
    return [
        f"{where}: {secret} as {form}"
        for secret, value in SECRETS.items()
        for form, written in forms(value).items()
        if written in data
    ]


def contents(path: Path) -> bytes:
    """What is in a file, unpacked."""
    data = path.read_bytes()
    if path.suffix == ".parquet":
        sink = io.StringIO()
        sink.write(json.dumps(parquet.read_table(path).to_pylist(), default=str))
        return data + sink.getvalue().encode()
    for magic, reader in ((b"\x1f\x8b", lambda: zlib.decompressobj(31)), (b"BZh", bz2.BZ2Decompressor)):
        at = data.find(magic)
        while at >= 0:  # segments of a journal may stand anywhere in it
            with contextlib.suppress(OSError, EOFError, ValueError, zlib.error):
                data += reader().decompress(data[at:])
            at = data.find(magic, at + 1)
    return data


def searched(folder: Path, done: Done) -> list[str]:
    found = leaks("stdout", done.stdout.encode()) + leaks("stderr", done.stderr.encode())
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.name not in ("spec.yaml", "users.csv"):
            found += leaks(str(path.relative_to(folder)), contents(path))
    return found


def planted(tmp_path: Path, on_fail: str = "") -> Path:
    path = tmp_path / "spec.yaml"
    (tmp_path / "users.csv").write_text(f"name,password\nada,{POOLED}\n")
    path.write_text(SPEC.replace("ON_FAIL", on_fail).replace("POOLED", POOLED))
    return path


def test_the_search_looks_into_what_is_packed(tmp_path: Path) -> None:
    for name, pack in (("a.gz", gzip.compress), ("journal", bz2.compress)):
        (tmp_path / name).write_bytes(b"{}\n" + pack(f"a {TOKEN} b".encode()) + b"{}\n")
        assert "it: token as plain" in leaks("it", contents(tmp_path / name))


@pytest.mark.parametrize("on_fail", ["", ABORT])
def test_a_run_leaves_no_secret_anywhere(tmp_path: Path, hostile: ScriptedServer, on_fail: str) -> None:
    outs = [
        f"--out={name}={tmp_path}/out-{name}{'.parquet' if name == 'parquet' else (output.suffixes or ('.txt',))[0]}"
        for name, output in OUTPUTS.items()
        if output.kind in ("file", "samples")
    ]
    outs += [f"--out=influxdb={hostile.url}/told", f"--out=webhook={hostile.url}/told-at-the-end"]
    given = {"BASE": hostile.url, "KEY": KEY, "PASSWORD": PASSWORD}
    done = run(tmp_path / "reports", planted(tmp_path, on_fail), *outs, "--summary-mode=full", "--no-color", **given)
    assert done.code == (108 if on_fail else 99), done.stderr
    assert len(done.results["errors"]) >= 3
    assert searched(tmp_path, done) == []
    told = [request for request in hostile.requests if request.startswith((b"POST /told", b"POST /write"))]
    assert len(told) >= 2
    assert [leaks("told", request) for request in told if leaks("told", request)] == []


@pytest.mark.parametrize("options", [["--dry-run"], ["--log-http=http.log"], ["--quiet", "--env=PASSWORD=" + PASSWORD]])
def test_what_shows_traffic_shows_no_secret(tmp_path: Path, hostile: ScriptedServer, options: list[str]) -> None:
    done = run(tmp_path / "r", planted(tmp_path), *options, BASE=hostile.url, KEY=KEY, PASSWORD=PASSWORD)
    assert hostile.requests
    assert searched(tmp_path, done) == []


def test_no_process_has_a_secret_in_its_command_line(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def looking(request: bytes) -> bytes:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(path.read_bytes())
            except OSError:
                continue
        return echo(request)

    with ScriptedServer(serving(looking)) as server:
        run(tmp_path / "r", planted(tmp_path), "--workers=1", BASE=server.url, KEY=KEY, PASSWORD=PASSWORD)
    assert any(b"loadspec.fleet.worker" in line for line in seen)
    assert [leaks("argv", line) for line in seen if leaks("argv", line)] == []


@pytest.mark.parametrize("words", [["plan"], ["plan", "--format=json"], ["validate"]])
def test_what_is_read_before_a_run_shows_no_secret(tmp_path: Path, words: list[str]) -> None:
    import subprocess

    env = environment(KEY=KEY, PASSWORD=PASSWORD, BASE=f"http://me:{quote(PASSWORD, safe='')}@127.0.0.1:9")
    for base in (env["BASE"], f"http://[{KEY}", f"ftp://{KEY}"):
        line = command(*words, planted(tmp_path))
        done = subprocess.run(line, capture_output=True, env={**env, "BASE": base}, timeout=60, cwd=tmp_path)
        assert leaks("stdout", done.stdout) + leaks("stderr", done.stderr) == []
