"""`oauth2`: a token by client credentials (RFC 6749 §4.4), fetched before it is needed and before it ends.

A token belongs to its credentials, and is shared by all users of a worker unless `share: user`. One user at a time
fetches it; the others wait, or go on with the old one while it holds. The request for it is counted under a name of
its own, like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from gevent.event import Event

from loadspec.clock import monotonic
from loadspec.expr import EvalError, Missing, compile_json_body, header_value
from loadspec.protocols.http.auth.credentials import Credentials, Tools
from loadspec.protocols.user import User
from loadspec.transports.base import Answer

if TYPE_CHECKING:
    from loadspec.protocols.http.attempt import Attempt

_NEVER = float("inf")
_EARLY = 30.0
"""Seconds before its end that a token is fetched anew; for a short-lived one, a tenth of its life."""
_AGAIN = 1.0
"""Seconds until a refresh that failed is tried again, as long as the old token holds."""
_MAX_TOKENS = 10_000


class NoTokenError(EvalError):
    """A request whose token could not be had is not sent."""

    kind = "no_token"

    def __init__(self, message: str, passes: bool) -> None:
        super().__init__(message)
        self.passes = passes


class Token:
    """A token and its times on the monotonic clock; `fetching` is set when the fetch under way is over."""

    __slots__ = ("ends_at", "error", "fetching", "passes", "refresh_at", "value")

    def __init__(self) -> None:
        self.value = b""
        self.ends_at = self.refresh_at = 0.0
        self.fetching: Event | None = None
        self.error = ""
        self.passes = False
        """Whether asking again may mend the error: no answer came, or it was 429 or 5xx."""

    def take(self, answer: Answer) -> str:
        """Keep what a token endpoint answered; says what is wrong with it, or nothing."""
        self.passes = answer.status in (0, 429) or answer.status >= 500
        try:
            fields = orjson.loads(answer.body) if answer.status == 200 else None
        except orjson.JSONDecodeError:
            fields = None
        value = fields.get("access_token") if isinstance(fields, dict) else None
        if not isinstance(value, str) or not value:
            return f"the answer holds no access_token (status {answer.status})" if answer.status else answer.message
        try:
            self.value = header_value(value).encode()
        except Missing:
            return "the access_token cannot stand in a header"
        life = _seconds(fields.get("expires_in"))  # type: ignore[union-attr]
        now = monotonic()
        self.ends_at = now + life
        self.refresh_at = now + life - min(_EARLY, life / 10) if life < _NEVER else _NEVER
        return ""


def _seconds(value: Any) -> float:
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return _NEVER


def compile_oauth2(settings: Mapping[str, Any], tools: Tools) -> Credentials:
    """`token_url`, `client_id`, `client_secret`, `scope`, `audience`, `credentials`, `share`, `name`."""
    fetch = tools.send(settings["name"], _token_request(settings, tools))
    identity = compile_json_body(
        [settings[key] for key in ("token_url", "client_id", "client_secret", "scope", "audience")], tools.scope
    ).render
    shared = tools.shared.setdefault("oauth2", {}) if settings["share"] == "worker" else None
    current = Token()

    def prepare(user: User) -> None:
        nonlocal current
        tokens = user.auth if shared is None else shared
        key = identity(user)
        token = tokens.get(key)
        if token is None:
            if len(tokens) >= _MAX_TOKENS:
                tokens.clear()
            token = tokens[key] = Token()
        if (now := monotonic()) >= token.refresh_at:
            due = now - user.late
            _obtain(token, user, fetch)
            user.late = monotonic() - due  # waiting for it is a part of what the user asked for
        current = token

    def wrap(send: Attempt) -> Attempt:
        def attempt(user: User, left: float | None = None) -> bool:
            prepare(user)
            used = current
            value = used.value
            expected = send(user, left)  # renders at once: `current` is still this user's
            if user.answer.status == 401 and used.value == value:
                used.ends_at = used.refresh_at = 0.0  # revoked: the next request asks for another
            return expected

        return attempt

    def known(user: User) -> str:
        """For the masks: what the user has sent."""
        token = (user.auth if shared is None else shared).get(identity(user))
        return token.value.decode() if token is not None else ""

    tools.hide(known)
    return Credentials([b"Authorization: Bearer ", lambda _user: current.value, b"\r\n"], ("authorization",), wrap=wrap)


def _obtain(token: Token, user: User, fetch: Attempt) -> None:
    """Make a token hold. Raises NoTokenError."""
    while monotonic() >= token.refresh_at:
        holds = monotonic() < token.ends_at
        if token.fetching is None:
            _fetch(token, user, fetch)
            if not token.error:
                return  # however short its life
        elif not holds:
            token.fetching.wait()
        else:
            return
        if token.error and not holds:
            raise NoTokenError(f"there is no token: {token.error}", token.passes)


def _fetch(token: Token, user: User, fetch: Attempt) -> None:
    """Ask for a token; whoever waits is told, come what may. One that is interrupted leaves the work to the next."""
    token.fetching = over = Event()
    token.error = ""
    try:
        fetch(user)
        token.error = token.take(user.answer)
        if token.error:
            token.refresh_at = min(token.ends_at, monotonic() + _AGAIN)
    finally:
        token.fetching = None
        over.set()


def _token_request(settings: Mapping[str, Any], tools: Tools) -> Mapping[str, Any]:
    """The request for a token, as fields of an HttpRequest."""
    form = {"grant_type": "client_credentials"}
    form.update({key: settings[key] for key in ("scope", "audience") if settings[key]})
    in_header = settings["credentials"] == "header"
    if not in_header:
        form.update({key: settings[key] for key in ("client_id", "client_secret")})
    return {
        "method": "POST",
        "path": settings["token_url"],
        "headers": {"Accept": "application/json"},
        "body": ("form", form),
        "auth": ("basic", _basic(settings)) if in_header else None,
    }


def _basic(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """RFC 6749 §2.3.1 has both form-encoded."""
    return {"username": settings["client_id"], "password": settings["client_secret"], "encoded": True}
