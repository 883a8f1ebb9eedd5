"""`digest`: a challenge, answered (RFC 7616).

A user that knows no nonce sends its request without credentials; the 401 that comes is a request of its own in all
counts, as an expected one. The nonce is then used on, with its counter, until the server says that it is stale. A
401 to an answered challenge is the answer of the step.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from loadspec.clock import monotonic
from loadspec.expr import EvalError, compile_template, to_text
from loadspec.protocols.http.auth.challenge import (
    Challenge,
    authorization,
    first_hash,
    next_nonce,
    read_challenge,
)
from loadspec.protocols.http.auth.credentials import Credentials, Tools
from loadspec.protocols.http.cookies import target_in
from loadspec.protocols.http.parts import host_in, insert
from loadspec.protocols.user import User

if TYPE_CHECKING:
    from loadspec.protocols.http.attempt import Attempt

_MAX_SESSIONS = 100
_BREAK = ("\r", "\n", "\0")


def new_cnonce() -> str:
    """What a client puts into its answers, new for each challenge."""
    return token_hex(16)


class Session:
    """What one user knows of one protection space: `count` is how often the last nonce was used."""

    __slots__ = ("challenge", "cnonce", "count", "ha1", "nonce", "password", "username")

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self.challenge: Challenge | None = None
        self.nonce = ""
        self.count = 0

    def begin(self, challenge: Challenge) -> None:
        """Take a challenge: one cnonce serves all requests that answer it, as the -sess algorithms ask."""
        self.challenge = challenge
        if challenge.nonce != self.nonce:  # a server, or another branch of the user, may come with the same one again
            self.nonce, self.count = challenge.nonce, 0
        self.cnonce = new_cnonce()
        self.ha1 = first_hash(challenge, self.username, self.password, self.cnonce)

    def header(self, method: str, uri: str) -> str:
        """The credentials of the next request."""
        assert self.challenge is not None
        self.count += 1
        return authorization(self.challenge, self.username, self.ha1, method, uri, self.cnonce, self.count)


class Exchange:
    """One user at one request: the session it is in, and whether a challenge was met in this attempt."""

    __slots__ = ("answered", "due", "session")

    def __init__(self) -> None:
        self.answered = self.due = False
        self.session: Session | None = None


def compile_digest(settings: Mapping[str, Any], tools: Tools) -> Credentials:
    """`username` and `password`: templates."""
    name, password = (compile_template(settings[key], tools.scope).render for key in ("username", "password"))
    mine = object()

    def sign(user: User, request: bytes) -> bytes:
        exchange = _exchange(user, mine)
        exchange.session = session = _session(user, request, to_text(name(user)), to_text(password(user)))
        if session.challenge is None:
            return request
        method = request[: request.index(b" ")].decode()
        value = session.header(method, target_in(request))
        return insert(request, b"Authorization: " + value.encode("utf-8", "surrogateescape") + b"\r\n")

    def excuse(user: User) -> bool:
        exchange = _exchange(user, mine)
        if user.answer.status != 401 or exchange.answered or exchange.session is None:
            return False
        challenge = read_challenge(user.answer.head)
        if challenge is None:
            return False
        exchange.session.begin(challenge)
        exchange.answered = exchange.due = True
        return True

    def wrap(send: Attempt) -> Attempt:
        def attempt(user: User, left: float | None = None) -> bool:
            exchange = _exchange(user, mine)
            exchange.answered = exchange.due = False
            begin, late = monotonic(), user.late
            expected = send(user, left)
            if exchange.due:
                user.late = late + monotonic() - begin
                exchange.due = False  # before: a redirect of the second answer meets challenges of its own
                expected = send(user, None if left is None else max(0.001, left - (monotonic() - begin)))
            _settle(user, exchange)
            return expected

        return attempt

    return Credentials(names=("authorization",), sign=sign, excuse=excuse, wrap=wrap)


def _settle(user: User, exchange: Exchange) -> None:
    """What the last answer says about the nonce."""
    session, answer = exchange.session, user.answer
    if session is None or session.challenge is None:
        return
    if answer.status == 401:
        session.challenge = None
    elif answer.status and b"nextnonce" in answer.head:
        nonce = next_nonce(answer.head)
        if nonce:
            known = session.challenge
            session.begin(Challenge(known.realm, nonce, known.algorithm, known.qop, known.opaque, known.userhash))


def _exchange(user: User, mine: object) -> Exchange:
    exchange: Exchange | None = user.auth.get(mine)
    if exchange is None:
        exchange = user.auth[mine] = Exchange()
    return exchange


def _session(user: User, request: bytes, username: str, password: str) -> Session:
    """The session of these credentials at this host; all endpoints share it."""
    if any(char in username for char in _BREAK):
        raise EvalError("a user name cannot hold a line break")
    key = ("digest", host_in(request), username, password)
    session: Session | None = user.auth.get(key)
    if session is None:
        if len(user.auth) >= _MAX_SESSIONS:
            for old in [known for known in user.auth if isinstance(known, tuple)]:
                del user.auth[old]
        session = user.auth[key] = Session(username, password)
    return session
