"""Credentials, cookies and uploads over real sockets: what the server counts is what the books say."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from support_plan import call, think

from loadspec.load import SharedIterations
from loadspec.mock import MockProcess
from loadspec.mock.protected import API_KEY, NONCE_USES, PASSWORD, SECRET, SIGNING_KEY
from loadspec.spec.building.auth import build_auth
from loadspec.spec.model import Target
from loadspec.wire.files import File, Upload

OAUTH2 = {"token_url": "/oauth/token", "client_id": "c", "client_secret": SECRET}


def counted(ran: Any) -> dict[str, dict[int, int]]:
    """Requests by endpoint and status, as the mock spells it."""
    found: dict[str, dict[int, int]] = {}
    for tags, value in ran.store.items("http_reqs"):
        row = found.setdefault(tags["endpoint"], {})
        status = int(tags["status"])
        row[status] = row.get(status, 0) + int(value.value)
    return found


def run(bench: Any, mock: MockProcess, *flow: Any, users: int = 1, iterations: int = 1, **fields: Any) -> Any:
    target = Target(base_url=mock.url, **fields)
    ran = bench(*flow, load=SharedIterations(users, iterations, 5.0), target=target).load()
    assert ran.books == (iterations, iterations, 0)
    assert counted(ran) == mock.stats()
    return ran


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "MD5-sess", "SHA-256-sess"])
def test_digest(algorithm: str, bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"digest": {"username": 'ad"a', "password": PASSWORD}})
    path = f"/api/protected/digest/{algorithm}"
    ran = run(bench, mock, call("digest", path=path, query={"q": "a b"}, auth=auth), users=2, iterations=10)
    assert counted(ran)["digest"] == {200: 10, 401: 2}
    assert ran.failures == []


@pytest.mark.parametrize(("password", "statuses"), [("wrong-password", {401: 2}), (PASSWORD, {401: 1, 200: 1})])
def test_a_401_that_is_expected_is_answered_too(
    password: str, statuses: dict[int, int], bench: Any, mock: MockProcess
) -> None:
    auth = build_auth({"digest": {"username": "ada", "password": password}})
    step = call("digest", path="/api/protected/digest/MD5", auth=auth, expected_statuses=frozenset({200, 401}))
    ran = run(bench, mock, step)
    assert counted(ran)["digest"] == statuses
    assert ran.store.total("http_reqs", expected_response="false") == 0


def test_a_nonce_that_wears_out(bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"digest": {"username": "ada", "password": PASSWORD}})
    ran = run(bench, mock, call("digest", path="/api/protected/digest/MD5", auth=auth), iterations=NONCE_USES + 5)
    assert counted(ran)["digest"] == {200: NONCE_USES + 5, 401: 2}
    assert ran.store.total("http_reqs", expected_response="false") == 0


def test_a_wrong_password_is_a_failure(bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"digest": {"username": "ada", "password": "wrong-password"}})
    ran = run(bench, mock, call("digest", path="/api/protected/digest/MD5", auth=auth))
    assert counted(ran)["digest"] == {401: 2}
    assert ran.store.total("http_reqs", expected_response="false") == 1


@pytest.mark.parametrize("credentials", ["header", "body"])
def test_many_users_share_one_token(credentials: str, bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"oauth2": {**OAUTH2, "credentials": credentials}})
    flow = call("with_token", path="/api/protected/token", auth=auth)
    ran = run(bench, mock, flow, users=20, iterations=60)
    assert counted(ran) == {"oauth2": {200: 1}, "with_token": {200: 60}}


def test_a_token_for_each_user(bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"oauth2": {**OAUTH2, "share": "user"}})
    flow = (call("with_token", path="/api/protected/token", auth=auth), think(0.01, 0.01))
    ran = run(bench, mock, *flow, users=5, iterations=15)
    assert counted(ran)["oauth2"] == {200: 5}


def test_tokens_are_renewed_while_the_load_runs(bench: Any, mock: MockProcess) -> None:
    """Tokens of this scope end after a second, and are fetched after nine tenths of it."""
    auth = build_auth({"oauth2": {**OAUTH2, "scope": "short"}})
    flow = (call("with_token", path="/api/protected/token", auth=auth), think(0.1, 0.1))
    ran = run(bench, mock, *flow, users=5, iterations=75)
    assert set(counted(ran)["with_token"]) == {200}
    assert counted(ran)["oauth2"][200] >= 2


def test_without_a_token_all_who_wait_are_told(bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"oauth2": {**OAUTH2, "client_secret": "wrong"}})
    ran = run(bench, mock, call("with_token", path="/api/protected/token", auth=auth), users=10, iterations=10)
    assert counted(ran).keys() == {"oauth2"}
    failed = [entry for entry in ran.failures if entry["key"][1] == "no_token"]
    assert sum(entry["count"] for entry in failed) == 10


@pytest.mark.parametrize(
    "settings",
    [
        {"value": API_KEY},
        {"in": "query", "name": "api_key", "value": API_KEY},
        {"in": "cookie", "name": "api_key", "value": API_KEY},
    ],
    ids=["header", "query", "cookie"],
)
def test_api_keys(settings: dict[str, str], bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"api_key": {**settings, "value": API_KEY}})
    ran = run(bench, mock, call("with_key", path="/api/protected/key", query={"page": 1}, auth=auth))
    assert counted(ran)["with_key"] == {200: 1}


def test_signatures(bench: Any, mock: MockProcess) -> None:
    auth = build_auth({"hmac": {"key": SIGNING_KEY}})
    flow = call(
        "signed", method="POST", path="/api/protected/signed", query={"q": "ü b"}, json={"n": "{{ vu }}"}, auth=auth
    )
    assert counted(run(bench, mock, flow, iterations=3))["signed"] == {200: 3}


def test_cookies_that_the_server_sets(bench: Any, mock: MockProcess) -> None:
    flow = (
        call("set_cookies", path="/api/cookies/set", query={"s": "{{ vu }}-{{ iteration }}", "Path": "/api"}),
        call("cookies", path="/api/cookies", checks={"back": "json.cookies.s == str(vu) + '-' + str(iteration)"}),
    )
    ran = run(bench, mock, *flow, users=5, iterations=20)
    assert ran.store.where("checks").passes == 20


def test_a_large_upload(bench: Any, mock: MockProcess) -> None:
    """More than one send takes, with every byte there is."""
    data = bytes(range(256)) * 3000
    parts = {"photo": Upload(File("a.png", data)), "n": "{{ iteration }}"}
    checks = {"whole": f"json.parts[0].size == {len(data)}", "equal": "json.parts[0].sha256 == vars.sum"}
    target = Target(base_url=mock.url)
    ran = bench(
        call("upload", method="POST", path="/api/upload", multipart=parts, checks=checks),
        load=SharedIterations(2, 4, 5.0),
        target=target,
        vars={"sum": hashlib.sha256(data).hexdigest()},
    ).load()
    assert ran.store.where("checks").passes == 8
    assert counted(ran) == mock.stats()
