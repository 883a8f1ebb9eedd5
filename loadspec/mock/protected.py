"""Routes behind each kind of credentials. What opens them is no secret: the mock guards nothing."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections import OrderedDict
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus
from urllib.request import parse_http_list, parse_keqv_list

from loadspec.mock.http import Answer, Request, answer_error, answer_json

if TYPE_CHECKING:
    from loadspec.mock.state import State

PASSWORD = "mock-password"  # noqa: S105 - it guards nothing
SECRET = "mock-secret"  # noqa: S105
SIGNING_KEY = "mock-signing-key"
API_KEY = "mock-api-key"
REALM = "mock"

NONCE_USES = 50
"""A nonce is stale after so many requests, so that clients meet one."""
TOKEN_LIFE = 60.0
SHORT_LIFE = 1.0
_KEPT = 10_000
_SKEW = 300.0
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Vault:
    """What credentials leave behind: the counters of nonces, and when tokens end. Bounded."""

    def __init__(self) -> None:
        self._nonces: OrderedDict[str, int] = OrderedDict()
        self._tokens: OrderedDict[str, float] = OrderedDict()

    def new_nonce(self) -> str:
        """A nonce that was not used yet."""
        nonce = token_hex(16)
        self._nonces[nonce] = 0
        if len(self._nonces) > _KEPT:
            self._nonces.popitem(last=False)
        return nonce

    def use(self, nonce: str, count: int) -> bool:
        """Whether a nonce is known, not worn out, and its counter new."""
        last = self._nonces.get(nonce)
        if last is None or not last < count <= NONCE_USES:
            return False
        self._nonces[nonce] = count
        return True

    def new_token(self, ends_at: float) -> str:
        """A token that holds until then."""
        token = token_hex(16)
        self._tokens[token] = ends_at
        if len(self._tokens) > _KEPT:
            self._tokens.popitem(last=False)
        return token

    def holds(self, token: str, now: float) -> bool:
        """Whether a token was issued here and has not ended."""
        return self._tokens.get(token, 0.0) > now


def basic(state: State, request: Request) -> Answer:
    """HTTP basic: any name, PASSWORD."""
    name, password = _basic(request)
    if password != PASSWORD:
        challenge = (("WWW-Authenticate", f'Basic realm="{REALM}", charset="UTF-8"'),)
        return answer_error(401, "unauthorized", "send a name and the password", challenge)
    return answer_json({"user": name})


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, value = request.authorization.partition(" ")
    try:
        name, _, password = b64decode(value).decode().partition(":") if scheme.lower() == "basic" else ("", "", "")
    except ValueError:
        return "", ""
    return name, password


def digest(state: State, request: Request, algorithm: str) -> Answer:
    """HTTP digest with MD5, SHA-256, MD5-sess or SHA-256-sess: any name, PASSWORD."""
    base = algorithm.removesuffix("-sess")
    if base not in _HASHES:
        return answer_error(404, "not_found", "there is no such algorithm")
    scheme, _, rest = request.authorization.partition(" ")
    given = parse_keqv_list(parse_http_list(rest)) if scheme.lower() == "digest" else {}
    known = bool(given) and hmac.compare_digest(_response(given, algorithm, request).encode(), _text(given, "response"))
    if known and state.vault.use(given["nonce"], int(given["nc"], 16)):
        return answer_json({"user": given["username"], "count": int(given["nc"], 16)})
    challenge = f'Digest realm="{REALM}", qop="auth", algorithm={algorithm}, nonce="{state.vault.new_nonce()}"'
    stale = ", stale=true" if known else ""
    return answer_error(401, "unauthorized", "answer the challenge", (("WWW-Authenticate", challenge + stale),))


def _text(given: dict[str, str], name: str) -> bytes:
    return given.get(name, "").encode("utf-8", "replace")


def _response(given: dict[str, str], algorithm: str, request: Request) -> str:
    """RFC 7616 §3.4.1, written out as the RFC has it."""

    def hashed(text: str) -> str:
        return _HASHES[algorithm.removesuffix("-sess")](text.encode("utf-8", "replace")).hexdigest()

    try:
        nonce, nc, cnonce, uri = given["nonce"], given["nc"], given["cnonce"], given["uri"]
        a1 = f"{given['username']}:{REALM}:{PASSWORD}"
        int(nc, 16)
    except (KeyError, ValueError):
        return "none"
    if uri != request.target:
        return "none"
    if algorithm.endswith("-sess"):
        a1 = f"{hashed(a1)}:{nonce}:{cnonce}"
    return hashed(f"{hashed(a1)}:{nonce}:{nc}:{cnonce}:auth:{hashed(f'{request.method}:{uri}')}")


def token(state: State, request: Request) -> Answer:
    """OAuth 2 client credentials, by header or body: any client, SECRET. Scope `short`: a token that ends soon."""
    fields = request.data()
    if request.authorization:
        client, secret = map(unquote_plus, _basic(request))
    else:
        client, secret = str(fields.get("client_id", "")), str(fields.get("client_secret", ""))
    if not client or secret != SECRET:
        return answer_json({"error": "invalid_client"}, 401)
    if fields.get("grant_type") != "client_credentials":
        return answer_json({"error": "unsupported_grant_type"}, 400)
    scope = str(fields.get("scope", ""))
    life = SHORT_LIFE if "short" in scope.split() else TOKEN_LIFE
    issued = state.vault.new_token(state.now() + life)
    return answer_json({"access_token": issued, "token_type": "Bearer", "expires_in": life, "scope": scope})


def with_token(state: State, request: Request) -> Answer:
    """A token of `token` as a bearer."""
    scheme, _, value = request.authorization.partition(" ")
    if scheme.lower() != "bearer" or not state.vault.holds(value, state.now()):
        challenge = (("WWW-Authenticate", 'Bearer error="invalid_token"'),)
        return answer_error(401, "invalid_token", "the token is unknown or has ended", challenge)
    return answer_json({"ok": True})


def signed(state: State, request: Request) -> Answer:
    """X-Signature: hex of HMAC-SHA256 over method, path, query, X-Timestamp and hash of the body, a line each."""
    stamp = request.header("X-Timestamp")
    body_hash = hashlib.sha256(request.body or b"").hexdigest()
    text = "\n".join((request.method, request.raw_path, request.query, stamp, body_hash))
    expected = hmac.new(SIGNING_KEY.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    recent = stamp.isdigit() and abs(int(stamp[:15]) - state.now()) < _SKEW
    if not recent or not hmac.compare_digest(
        expected.encode(), request.header("X-Signature").encode("utf-8", "replace")
    ):
        return answer_error(401, "bad_signature", "the signature does not fit the request")
    return answer_json({"ok": True})


def with_key(state: State, request: Request) -> Answer:
    """API_KEY as header X-API-Key, as query parameter or cookie api_key."""
    places = {
        "header": request.header("X-API-Key"),
        "query": request.parameters().get("api_key", ""),
        "cookie": request.cookies().get("api_key", ""),
    }
    found = [place for place, value in places.items() if value == API_KEY]
    if not found:
        return answer_error(401, "unauthorized", "send the API key")
    return answer_json({"place": found[0]})
