"""Credentials: digest by RFC 7616 and against `requests`, signatures against hmac, tokens fetched and shared."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from unittest.mock import patch

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support_plan import call, poll, pool

from loadspec.masking import AUTH_SECRETS
from loadspec.protocols.http.auth import AUTH
from loadspec.protocols.http.auth.challenge import Challenge, authorization, first_hash, next_nonce, read_challenge
from loadspec.spec.building.auth import DEFAULTS, build_auth
from loadspec.spec.grammar.auth import AUTH_KINDS
from loadspec.spec.model import Auth, Request, Target


def auth(**kind: Any) -> Auth:
    return build_auth(kind)


def header(request: bytes, name: str) -> str:
    """A header of a request, "" where it has none."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return next((line.partition(": ")[2] for line in lines if line.lower().startswith(name.lower() + ": ")), "")


def params(value: str) -> dict[str, str]:
    assert value.startswith("Digest ")
    return requests.utils.parse_dict_header(value[7:])


def challenged(*challenges: str) -> bytes:
    return ("HTTP/1.1 401 No\r\n" + "".join(f"WWW-Authenticate: {c}\r\n" for c in challenges) + "\r\n").encode()


def test_the_tables_have_the_same_rows() -> None:
    assert set(AUTH) == set(AUTH_SECRETS) == set(DEFAULTS) == set(AUTH_KINDS)


# Digest

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    """§3.9.1."""
    found = read_challenge(
        challenged(
            f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
            f'nonce="{NONCE}", opaque="{OPAQUE}"'
        )
    )
    assert found is not None
    ha1 = first_hash(found, "Mufasa", "Circle of Life", CNONCE)
    value = authorization(found, "Mufasa", ha1, "GET", "/dir/index.html", CNONCE, 1)
    assert params(value) == {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "algorithm": algorithm,
        "nonce": NONCE,
        "nc": "00000001",
        "cnonce": CNONCE,
        "qop": "auth",
        "response": response,
        "opaque": OPAQUE,
    }


def test_the_example_with_a_hashed_name() -> None:
    """§3.9.2, with the response of its erratum 4897: the RFC's own was computed with another hash."""
    found = read_challenge(
        challenged(
            'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, '
            'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
            'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true'
        )
    )
    assert found is not None
    assert found.userhash
    name, cnonce = "J\u00e4s\u00f8n Doe", "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"
    ha1 = first_hash(found, name, "Secret, or not?", cnonce)
    given_ = params(authorization(found, name, ha1, "GET", "/doe.json", cnonce, 1))
    assert given_["username"] == "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    assert given_["response"] == "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    assert given_["userhash"] == "true"


def test_a_name_outside_ascii() -> None:
    value = authorization(Challenge("r", "n"), "Jäsøn", "h", "GET", "/", "c", 1)
    assert value.startswith("Digest username*=UTF-8''J%C3%A4s%C3%B8n, ")


TEXT = st.text(
    st.characters(codec="ascii", categories=["L", "N", "P"], exclude_characters='"\\,'), min_size=1, max_size=9
)


@given(TEXT, TEXT, TEXT, TEXT, st.sampled_from(["MD5", "SHA-256", "MD5-sess", ""]), st.sampled_from(["auth", ""]))
def test_responses_are_those_of_requests(
    name: str, password: str, realm: str, nonce: str, algorithm: str, qop: str
) -> None:
    if algorithm == "MD5-sess" and not qop:
        return  # requests sends no cnonce then, though the algorithm needs it
    parts = {"realm": realm, "nonce": nonce, "algorithm": algorithm, "qop": qop}
    written = ", ".join(f'{key}="{value}"' for key, value in parts.items() if value)
    theirs = requests.auth.HTTPDigestAuth(name, password)
    theirs.init_per_thread_state()
    theirs._thread_local.chal = requests.utils.parse_dict_header(written)
    with patch("requests.auth.os.urandom", return_value=b"\0" * 8), patch("requests.auth.time.ctime", return_value=""):
        want = params(theirs.build_digest_header("GET", "http://h.example/a?b=1") or "")
    found = read_challenge(challenged(f"Digest {written}"))
    assert found is not None
    cnonce = want.get("cnonce", "")
    ha1 = first_hash(found, name, password, cnonce)
    got = params(authorization(found, name, ha1, "GET", "/a?b=1", cnonce, 1))
    assert {**got, "algorithm": ""} == {**want, "algorithm": ""}


@pytest.mark.parametrize(
    ("lines", "nonce", "algorithm"),
    [
        (['Digest nonce="a", realm="r"'], "a", ""),
        (['Basic realm="x, Digest nonce=no", Digest nonce="a", algorithm=MD5'], "a", "MD5"),
        (['Negotiate, Digest nonce="a"'], "a", ""),
        (['Basic realm="x"', 'digest NONCE=a , algorithm="sha-256"'], "a", "sha-256"),
        (['Digest nonce="a", algorithm=SHA-3', 'Digest nonce="b", algorithm=MD5-sess'], "b", "MD5-sess"),
        (['Digest nonce="a", qop="auth-int"', 'Digest nonce="b", qop="auth-int,auth"'], "b", ""),
        (['Digest nonce="a\\"b", opaque=""'], 'a"b', ""),
        (['Basic realm="x"'], None, ""),
        (['Digest realm="x"'], None, ""),
        ([""], None, ""),
    ],
)
def test_challenges_are_read(lines: list[str], nonce: str | None, algorithm: str) -> None:
    found = read_challenge(challenged(*lines))
    assert (found.nonce if found else None, found.algorithm if found else "") == (nonce, algorithm)


def test_the_next_nonce() -> None:
    assert next_nonce(b'HTTP/1.1 200 OK\r\nAuthentication-Info: qop=auth, nextnonce="n2"\r\n\r\n') == "n2"
    assert next_nonce(b"HTTP/1.1 200 OK\r\n\r\n") is None


DIGEST = auth(digest={"username": "ada", "password": "secret-pw"})


def ask(nonce: str, more: str = "") -> tuple[Any, ...]:
    return (401, {}, f'WWW-Authenticate: Digest realm="r", qop="auth", nonce="{nonce}"{more}')


def digests(lab: Any) -> list[tuple[str, str]]:
    """(nonce, counter) of each request, empty where it had no credentials."""
    found = [header(request, "Authorization") for request in lab.requests]
    return [(params(value)["nonce"], params(value)["nc"][-1]) if value else ("", "") for value in found]


def test_a_nonce_is_asked_for_once_and_used_on(lab: Any) -> None:
    one = lab(call("a", auth=DIGEST), call("b", auth=DIGEST), answers=[ask("n"), 200, 200, 200, 200])
    one.run()
    one.run()
    assert digests(one) == [("", ""), ("n", "1"), ("n", "2"), ("n", "3"), ("n", "4")]
    assert one.store.total("http_reqs", endpoint="a", status="401", expected_response="true") == 1
    assert one.store.total("http_reqs", expected_response="true") == 5
    assert one.store.where("http_req_failed").passes == 0
    assert one.failures() == []
    assert one.user.outcomes[0].ok
    one.run(one.new_user(1))
    assert digests(one)[5] == ("", "")


def test_a_stale_nonce_is_replaced(lab: Any) -> None:
    one = lab(call("a", auth=DIGEST), answers=[ask("n"), 200, ask("m", ", stale=true"), 200])
    one.run()
    one.run()
    assert digests(one) == [("", ""), ("n", "1"), ("n", "2"), ("m", "1")]
    assert one.store.total("http_reqs", expected_response="false") == 0


def test_a_nonce_that_comes_again_is_counted_on(lab: Any) -> None:
    """RFC 7616, 3.4: `nc` counts the requests with a nonce, and a server may take one that it has seen for a replay."""
    one = lab(call("a", auth=DIGEST), answers=[ask("n"), 200, ask("n"), 200, ask("n"), ask("n"), ask("n"), 200])
    for _ in range(4):
        one.run()
    counts = ["", "1", "2", "3", "4", "5", "", "6"]
    assert digests(one) == [("n" if count else "", count) for count in counts]


def test_the_servers_next_nonce_is_taken(lab: Any) -> None:
    one = lab(call("a", auth=DIGEST), answers=[ask("n"), (200, {}, 'Authentication-Info: nextnonce="m"'), 200])
    one.run()
    one.run()
    assert digests(one) == [("", ""), ("n", "1"), ("m", "1")]


def test_wrong_credentials_are_the_steps_answer(lab: Any) -> None:
    one = lab(call("a", auth=DIGEST), answers=[ask("n"), ask("m"), ask("o"), ask("p")])
    one.run()
    assert one.user.answer.status == 401
    assert not one.user.outcomes[0].ok
    assert one.store.total("http_reqs", status="401", expected_response="false") == 1
    one.run()
    assert digests(one) == [("", ""), ("n", "1"), ("", ""), ("o", "1")]
    assert "secret-pw" not in json.dumps(one.failures())


@pytest.mark.parametrize("answer", [(401, {}, 'WWW-Authenticate: Basic realm="x"'), 401, 403])
def test_what_is_no_challenge_is_an_answer(answer: Any, lab: Any) -> None:
    one = lab(call("a", auth=DIGEST), answers=[answer])
    one.run()
    assert len(one.requests) == 1
    assert one.store.total("http_reqs", expected_response="false") == 1


def test_a_session_belongs_to_its_credentials(lab: Any) -> None:
    own = auth(digest={"username": "{{ pool.p }}", "password": "x"})
    one = lab(call("a", auth=own), answers=[ask("n"), 200, ask("m"), 200, 200], pools=pool("p", "ada", "bob"))
    for _ in range(3):
        one.run()
    names = [params(value)["username"] if (value := header(r, "Authorization")) else "" for r in one.requests]
    assert names == ["", "ada", "", "bob", "ada"]


def test_a_body_goes_with_both_requests(lab: Any) -> None:
    one = lab(call("a", auth=DIGEST, method="POST", json={"n": "{{ iteration }}"}), answers=[ask("n"), 200])
    one.run()
    assert one.bodies() == [{"n": 0}, {"n": 0}]


# Signatures


def test_a_signature_covers_the_request(lab: Any) -> None:
    signer = auth(hmac={"key": "k"})
    with patch("loadspec.protocols.http.auth.hmac.clock", lambda: 1700000000.9):
        one = lab(call("a", auth=signer, method="POST", path="/p ü/{{ vu }}", query={"q": "a b"}, body="b{{ vu }}"))
        one.run()
    (request,) = one.requests
    body_hash = hashlib.sha256(b"b1").hexdigest()
    text = f"POST\n/p%20%C3%BC/1\nq=a%20b\n1700000000\n{body_hash}"
    assert header(request, "X-Signature") == hmac.new(b"k", text.encode(), "sha256").hexdigest()
    assert header(request, "X-Timestamp") == "1700000000"
    assert request.endswith(b"\r\n\r\nb1")


@pytest.mark.parametrize(
    ("settings", "headers"),
    [
        (
            {"encoding": "base64", "value": "K {{ request.signature }}", "string_to_sign": "{{ request.method }}"},
            {"X-Signature": "K " + base64.b64encode(hmac.digest(b"k", b"GET", "sha256")).decode()},
        ),
        (
            {"algorithm": "sha1", "header": "Sig", "string_to_sign": "{{ request.target }}"},
            {"Sig": hmac.new(b"k", b"/x?y=1", "sha1").hexdigest()},
        ),
        (
            {"timestamp": "iso8601", "headers": {"T": "{{ request.timestamp }}", "N": "{{ request.nonce }}"}},
            {"T": "2023-11-14T22:13:20Z", "X-Timestamp": ""},
        ),
        ({"timestamp": "unix_ms"}, {"X-Timestamp": "1700000000900"}),
        ({"headers": {"H": "{{ request.host }} {{ vu }}"}}, {"H": "h.example 1"}),
    ],
)
def test_signatures_as_servers_want_them(settings: dict[str, Any], headers: dict[str, Any], lab: Any) -> None:
    with patch("loadspec.protocols.http.auth.hmac.clock", lambda: 1700000000.9):
        one = lab(call("a", auth=auth(hmac={"key": "k", **settings}), path="/x?y=1"))
        one.run()
    for name, value in headers.items():
        assert header(one.requests[0], name) == value


@pytest.mark.parametrize(
    ("key", "encoding"), [("6b", "hex"), ("aw==", "base64"), ("a w\n==\n", "base64"), ("k", "text")]
)
def test_keys_as_they_are_written(key: str, encoding: str, lab: Any) -> None:
    signer = auth(hmac={"key": key, "key_encoding": encoding, "string_to_sign": "{{ request.method }}"})
    one = lab(call("a", auth=signer))
    one.run()
    assert header(one.requests[0], "X-Signature") == hmac.new(b"k", b"GET", "sha256").hexdigest()


def test_a_key_that_is_not_what_it_says(lab: Any) -> None:
    with pytest.raises(ValueError, match="is not hex"):
        lab(call("a", auth=auth(hmac={"key": "xyz", "key_encoding": "hex"})))
    one = lab(call("a", auth=auth(hmac={"key": "{{ pool.p }}", "key_encoding": "hex"})), pools=pool("p", "xyz"))
    one.run()
    assert one.requests == []
    assert one.failures()[0]["key"][1] == "missing_value"


@pytest.mark.parametrize("key", ["a-_w==", "aw", "a w=!="])
def test_a_key_is_base64_or_nothing_is_signed(key: str, lab: Any) -> None:
    """Python would pass over what is no base64: a key of its own, and wrong signatures without a word."""
    signer = auth(hmac={"key": "{{ env.KEY }}", "key_encoding": "base64"})
    with pytest.raises(ValueError, match="is not base64"):
        lab(call("a", auth=signer), env={"KEY": key})


# API keys


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"value": "k-{{ vu }}"}, b"X-API-Key: k-1\r\n"),
        ({"in": "header", "name": "X-Own", "value": "k"}, b"X-Own: k\r\n"),
        ({"in": "query", "name": "key", "value": "a b"}, b"GET /?page=1&key=a%20b HTTP"),
        ({"in": "cookie", "name": "key", "value": "k"}, b"Cookie: own=1; key=k\r\n"),
    ],
)
def test_api_keys(settings: dict[str, Any], line: bytes, lab: Any) -> None:
    one = lab(call("a", auth=auth(api_key=settings), query={"page": 1}, cookies={"own": "1"}, headers={"x-own": "no"}))
    one.run()
    assert line in one.requests[0]
    assert one.requests[0].lower().count(b"x-own:") == 1


def test_a_key_that_is_a_cookie_goes_over_a_cookie_header(lab: Any) -> None:
    """As all credentials go over the request's own headers: two Cookie lines are none (RFC 6265, 5.4)."""
    key = auth(api_key={"in": "cookie", "name": "key", "value": "k"})
    one = lab(call("a", auth=key, headers={"Cookie": "own=1"}))
    one.run()
    assert header(one.requests[0], "Cookie") == "key=k"
    assert one.requests[0].count(b"Cookie: ") == 1


# Tokens

OAUTH = {"token_url": "/token", "client_id": "id 1", "client_secret": "se/cret"}


def tokens(lab: Any) -> list[str]:
    return [header(request, "Authorization") for request in lab.requests]


def token(value: str, life: Any = 100) -> tuple[int, dict[str, Any]]:
    return 200, {"access_token": value, "token_type": "Bearer", "expires_in": life}


@pytest.fixture
def clocked(lab: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A lab whose clock tokens look at, too."""

    def build(*flow: Any, **fields: Any) -> Any:
        made = lab(*flow, **fields)
        monkeypatch.setattr("loadspec.protocols.http.auth.oauth2.monotonic", made.clock)
        return made

    return build


def test_a_token_is_fetched_before_it_is_needed(clocked: Any) -> None:
    more = {"scope": "a b", "audience": "https://x"}
    one = clocked(call("a", auth=auth(oauth2={**OAUTH, **more})), call("b"), answers=[token("t1"), 200, 200])
    one.run()
    fetch, used, _ = one.requests
    assert fetch.startswith(b"POST /token HTTP/1.1\r\nHost: h.example\r\n")
    assert header(fetch, "Authorization") == requests.auth._basic_auth_str("id+1", "se%2Fcret")
    assert header(fetch, "Content-Type") == "application/x-www-form-urlencoded"
    assert fetch.endswith(b"\r\n\r\ngrant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fx")
    assert header(used, "Authorization") == "Bearer t1"
    assert one.store.total("http_reqs", endpoint="oauth2") == 1
    assert one.store.total("http_reqs", endpoint="a") == 1


def test_credentials_in_the_body(clocked: Any) -> None:
    one = clocked(call("a", auth=auth(oauth2={**OAUTH, "credentials": "body", "name": "tok"})), answers=[token("t")])
    one.run()
    assert one.requests[0].endswith(b"grant_type=client_credentials&client_id=id+1&client_secret=se%2Fcret")
    assert header(one.requests[0], "Authorization") == ""
    assert one.store.total("http_reqs", endpoint="tok") == 1


@pytest.mark.parametrize(("share", "fetched"), [("worker", 1), ("user", 2)])
def test_who_shares_a_token(share: str, fetched: int, clocked: Any) -> None:
    settings = auth(oauth2={**OAUTH, "share": share})
    one = clocked(call("a", auth=settings), call("b", auth=settings), answers=[token("t"), 200, 200])
    one.answers[3:] = [token("u"), 200, 200] if share == "user" else []
    one.run()
    one.run(one.new_user(1))
    assert one.store.total("http_reqs", endpoint="oauth2") == fetched
    assert tokens(one)[-1] == ("Bearer u" if share == "user" else "Bearer t")


@pytest.mark.parametrize(("life", "good_for"), [(100, 90), (600, 570), ("20", 18), (None, 10**6), ("?", 10**6)])
def test_a_token_is_renewed_before_it_ends(life: Any, good_for: float, clocked: Any) -> None:
    one = clocked(call("a", auth=auth(oauth2=OAUTH)), answers=[token("t", life), 200, 200, token("u"), 200])
    one.run()
    one.clock.advance(good_for - 0.01)
    one.run()
    one.clock.advance(0.02)
    one.run()
    expected = ["Bearer t", "Bearer t", "Bearer u"] if good_for < 10**6 else ["Bearer t"] * 3
    assert [value for value in tokens(one) if value.startswith("Bearer")] == expected


def test_a_refresh_that_fails_leaves_the_old_token(clocked: Any) -> None:
    one = clocked(call("a", auth=auth(oauth2=OAUTH)), answers=[token("t", 100), 200, 500, 200, 200, token("u"), 200])
    one.run()
    one.clock.advance(95)
    one.run()
    one.run()
    one.clock.advance(2)
    one.run()
    used = [value for value in tokens(one) if value.startswith("Bearer")]
    assert used == ["Bearer t", "Bearer t", "Bearer t", "Bearer u"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"error": "invalid_client"}), "no access_token (status 401)"),
        ((200, {"token": "t"}), "no access_token (status 200)"),
        ((200, b"<html>"), "no access_token (status 200)"),
        ((200, {"access_token": "a\r\nX: y"}), "cannot stand in a header"),
        (("refused", "connect"), "refused it was"),
    ],
)
def test_without_a_token_nothing_is_sent(answer: Any, words: str, clocked: Any) -> None:
    one = clocked(call("a", auth=auth(oauth2=OAUTH)), answers=[answer, token("t"), 200])
    one.run()
    assert len(one.requests) == 1
    failure = next(entry for entry in one.failures() if entry["key"][0] == "a")
    assert failure["key"] == ["a", "no_token", "template", 0]
    assert words in failure["message"]
    assert not one.user.outcomes[0].ok
    one.run()
    assert one.user.outcomes[0].ok


def polled() -> Any:
    return poll("job", auth=auth(oauth2=OAUTH), until="status == 200", every=1.0)


@pytest.mark.parametrize("passing", [503, 429, ("refused", "connect")])
def test_a_poll_rides_out_that_there_is_no_token_yet(passing: Any, clocked: Any) -> None:
    one = clocked(polled(), answers=[passing, passing, token("t"), 200])
    one.run()
    assert one.user.outcomes[0].ok
    assert tokens(one)[-1] == "Bearer t"
    assert one.store.total("http_reqs", endpoint="job") == 1


def test_a_poll_ends_where_no_token_is_to_be_had(clocked: Any) -> None:
    one = clocked(polled(), answers=[401, 200])
    one.run()
    assert [entry["key"] for entry in one.failures() if entry["key"][0] == "job"] == [
        ["job", "no_token", "template", 0]
    ]
    late = clocked(polled(), answers=[503] * 20)
    late.run()
    assert ["job", "no_token", "template", 0] in [entry["key"] for entry in late.failures()]
    assert 9 <= len(late.requests) <= 11


def test_a_revoked_token_is_fetched_anew(clocked: Any) -> None:
    one = clocked(call("a", auth=auth(oauth2=OAUTH)), answers=[token("t"), 401, token("u"), 200])
    one.run()
    one.run()
    assert [value for value in tokens(one) if value.startswith("Bearer")] == ["Bearer t", "Bearer u"]
    assert one.store.total("http_reqs", endpoint="a", expected_response="false") == 1


def test_a_token_that_ends_at_once_is_used_once(clocked: Any) -> None:
    one = clocked(call("a", auth=auth(oauth2=OAUTH)), answers=[token("t", 0), 200, token("u", 0), 200])
    one.run()
    one.run()
    assert one.store.total("http_reqs", endpoint="oauth2") == 2


def test_the_targets_credentials_are_everybodys(clocked: Any) -> None:
    target = Target(base_url="http://h.example", auth=auth(bearer="t"))
    assert target.auth is not None
    one = clocked(call("a", auth=target.auth), target=target)
    one.run()
    assert tokens(one) == ["Bearer t"]


# Secrets

LONG = "hunter2-and-more"


@pytest.mark.parametrize(
    "kind",
    [
        {"bearer": "{{ pool.p }}"},
        {"basic": {"username": "u", "password": "{{ pool.p }}"}},
        {"digest": {"username": "u", "password": "{{ pool.p }}"}},
        {"hmac": {"key": "{{ pool.p }}"}},
        {"api_key": {"in": "query", "name": "k", "value": "{{ pool.p }}"}},
        {"api_key": {"in": "cookie", "name": "k", "value": "{{ pool.p }}"}},
        {"api_key": {"name": "X-Own", "value": "{{ pool.p }}"}},
        {"api_key": {"name": "X-Own", "value": LONG}},
        {"bearer": "{{ env.S }}"},
        {"api_key": {"in": "query", "name": "k", "value": "{{ env.S }}"}},
    ],
)
def test_secrets_are_masked_in_what_was_sent_and_what_came(kind: Any, lab: Any) -> None:
    credentials = build_auth(kind)
    one = lab(
        call("a", auth=credentials),
        answers=[(500, {"echo": LONG}), (500, {"echo": LONG})],
        pools=pool("p", LONG),
        env={"S": LONG},
        endpoints={"a": Request(auth=credentials)},
    )
    one.run()
    text = json.dumps(one.failures())
    assert "***" in text
    assert LONG not in text


def test_tokens_are_masked(clocked: Any) -> None:
    answers = [token("token-of-many-letters"), (500, {"echo": "token-of-many-letters"})]
    one = clocked(call("a", auth=auth(oauth2=OAUTH)), answers=answers)
    one.run()
    text = json.dumps(one.failures())
    assert "***" in text
    assert "token-of-many-letters" not in text
