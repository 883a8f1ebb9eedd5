"""What each address of the mock answers: one table, a function a row.

A handler takes the state and the request, then the parts of the path that stand in braces. It may raise RefusedError or
BadRequestError. The names in the table are those of the reference spec; a row without one is left out of the books.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from loadspec.errors import UsageError
from loadspec.mock import echoes, protected, tokens
from loadspec.mock.config import as_dict, change
from loadspec.mock.exposition import CONTENT_TYPE, exposition
from loadspec.mock.http import Answer, BadRequestError, Request, answer_error, answer_json
from loadspec.mock.jobs import DONE, Job
from loadspec.mock.platform import RefusedError
from loadspec.mock.state import State

Handler = Callable[..., Answer]


def login(state: State, request: Request) -> Answer:
    """Any login is accepted; no e-mail address is a user too."""
    email = request.text("email") or tokens.ANONYMOUS
    user = {"id": tokens.user_id(email), "email": email}
    return answer_json({"token": tokens.issue(email), "user": user})


def credits(state: State, request: Request) -> Answer:
    """The caller's balance and ledger; null is unlimited."""
    user = _user(request)
    balance = state.platform.balance(user)
    account = state.platform.ledger.account(user)
    entries = ("reserved", "captured", "refunded", "outstanding")
    return answer_json({"balance": balance, "ledger": {entry: getattr(account, entry) for entry in entries}})


def generate(state: State, request: Request, model: str) -> Answer:
    """Ask for an image: 202 and a session to follow."""
    user = _user(request)
    prompt = request.text("prompt")
    if not prompt:
        raise BadRequestError("`prompt` is missing")
    job, client_key = state.platform.generate(user, model, prompt)
    url = f"/api/sessions/{job.id}"
    return answer_json({"session_id": job.id, "clientKey": client_key, "status_url": url}, 202)


def image_status(state: State, request: Request, session_id: str) -> Answer:
    """How far a session is."""
    _user(request)
    return _session(state, state.platform.session(session_id))


def cancel(state: State, request: Request, session_id: str) -> Answer:
    """Cancel a session."""
    _user(request)
    return _session(state, state.platform.cancel(session_id))


def image(state: State, request: Request, name: str) -> Answer:
    """The image of a session, with or without `.png`."""
    return Answer(200, state.platform.image(name.removesuffix(".png")), "image/png")


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Image platform</title></head><body>
<form action="/api/auth/login" method="post">
<input type="hidden" name="csrf" value="{csrf}"><input name="email"><input name="password" type="password">
</form>
<ul class="models">
{models}
</ul>
<p id="note">Up to <b>4</b> images a minute &amp; user.</p>
</body></html>
"""
MODELS = ("seedream4", "flux1", "sdxl")
"""Those that the page names; any other may be asked for."""


def page(state: State, request: Request) -> Answer:
    """A page for people: a login form with a fresh csrf token, which is a cookie too, and links to the models."""
    csrf = secrets.token_hex(8)
    links = "\n".join(f'<li><a href="/api/images/{name}/generate">{name}</a></li>' for name in MODELS)
    body = _PAGE.format(csrf=csrf, models=links).encode()
    return Answer(200, body, "text/html; charset=utf-8", (("Set-Cookie", f"csrf={csrf}; Path=/; HttpOnly"),))


def healthz(state: State, request: Request) -> Answer:
    """The server is up."""
    return Answer(200, b"ok\n", "text/plain")


def metrics(state: State, request: Request) -> Answer:
    """Prometheus' text format."""
    return Answer(200, exposition(state.platform, state.books).encode(), CONTENT_TYPE)


def admin_stats(state: State, request: Request) -> Answer:
    """The books: `{endpoint: {status: n}}`."""
    return answer_json(state.books.counts)


def admin_config(state: State, request: Request) -> Answer:
    """The settings as they are."""
    return answer_json(as_dict(state.platform.config))


def admin_change(state: State, request: Request) -> Answer:
    """Change settings while the server runs."""
    try:
        config = change(state.platform.config, request.data())
    except UsageError as error:
        raise BadRequestError(f"{error.message}: {error.hint}" if error.hint else error.message) from None
    state.platform.configure(config)
    return admin_config(state, request)


def admin_reset(state: State, request: Request) -> Answer:
    """Forget sessions, credits and books and start the seed again; settings and tokens stay."""
    state.reset()
    return answer_json({})


class Route(Struct, frozen=True):
    """A row: `path` parts in braces match any non-empty part; `endpoint` None is not counted."""

    method: str
    path: str
    endpoint: str | None
    handler: Handler


ROUTES = (
    Route("POST", "/api/auth/login", "login", login),
    Route("POST", "/api/images/{model}/generate", "generate", generate),
    Route("GET", "/api/sessions/{id}", "image_status", image_status),
    Route("DELETE", "/api/sessions/{id}", "cancel", cancel),
    Route("GET", "/images/{id}", "image", image),
    Route("GET", "/api/credits", "credits", credits),
    Route("GET", "/login", "page", page),
    Route("POST", "/api/upload", "upload", echoes.upload),
    Route("PUT", "/api/upload", "upload", echoes.upload),
    Route("POST", "/api/graphql", "graphql", echoes.graphql),
    Route("GET", "/api/cookies/set", "set_cookies", echoes.set_cookies),
    Route("GET", "/api/cookies", "cookies", echoes.cookies),
    Route("GET", "/api/redirect/{left}", "redirect", echoes.redirect),
    Route("POST", "/api/redirect/{left}", "redirect", echoes.redirect),
    Route("GET", "/api/protected/basic", "basic", protected.basic),
    Route("GET", "/api/protected/digest/{algorithm}", "digest", protected.digest),
    Route("POST", "/oauth/token", "oauth2", protected.token),
    Route("GET", "/api/protected/token", "with_token", protected.with_token),
    Route("POST", "/api/protected/signed", "signed", protected.signed),
    Route("GET", "/api/protected/key", "with_key", protected.with_key),
    Route("GET", "/healthz", None, healthz),
    Route("GET", "/metrics", None, metrics),
    Route("GET", "/admin/stats", None, admin_stats),
    Route("GET", "/admin/config", None, admin_config),
    Route("POST", "/admin/config", None, admin_change),
    Route("POST", "/admin/reset", None, admin_reset),
)
_PATTERNS = tuple((route, tuple(route.path.split("/"))) for route in ROUTES)


def answer(state: State, request: Request) -> Answer:
    """Answer a request and count it: when this returns, the books know it, whatever the client does next."""
    route, parts, allowed = match(request.method, request.path)
    endpoint = route.endpoint if route else _unknown(request.path)
    try:
        result = _run(state, request, route, parts, allowed)
    except Exception:
        state.books.count(endpoint or "other", 500)  # the server answers 500 to what escapes from here
        raise
    if endpoint:
        state.books.count(endpoint, result.status)
    return result


def match(method: str, path: str) -> tuple[Route | None, list[str], list[str]]:
    """The route of a request, the parts of its path in braces, and the methods that the path knows."""
    wanted = "GET" if method == "HEAD" else method
    given = path.split("/")
    allowed = []
    for route, pattern in _PATTERNS:
        parts = _parts(pattern, given)
        if parts is not None:
            if route.method == wanted:
                return route, parts, [wanted]
            allowed.append(route.method)
    return None, [], allowed


def _parts(pattern: tuple[str, ...], given: list[str]) -> list[str] | None:
    if len(pattern) != len(given):
        return None
    parts = []
    for want, have in zip(pattern, given, strict=True):
        if want[:1] == "{" and have:
            parts.append(have)
        elif want != have:
            return None
    return parts


def _unknown(path: str) -> str | None:
    return None if path in ("/healthz", "/metrics") or path.startswith("/admin/") else "other"


def _run(state: State, request: Request, route: Route | None, parts: list[str], allowed: list[str]) -> Answer:
    if route is None:
        if allowed:
            return answer_error(405, "method_not_allowed", "not with this method", (("Allow", ", ".join(allowed)),))
        return answer_error(404, "not_found", "there is nothing here")
    try:
        return route.handler(state, request, *parts)
    except RefusedError as refused:
        wait = refused.retry_after
        headers = () if wait is None else (("Retry-After", str(wait)),)
        return answer_error(refused.status, refused.code, refused.message, headers)
    except BadRequestError as bad:
        return answer_error(bad.status, "bad_request", str(bad))


def _user(request: Request) -> str:
    scheme, _, token = request.authorization.partition(" ")
    user = tokens.owner(token.strip()) if scheme.lower() == "bearer" else None
    if user is None:
        raise RefusedError(401, "unauthorized", "log in first and send the token as a bearer")
    return user


def _session(state: State, job: Job) -> Answer:
    view: dict[str, Any] = {
        "session_id": job.id,
        "status": job.status,
        "model": job.model,
        "queue_position": state.platform.position(job),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "image_url": f"/images/{job.id}.png" if job.status == DONE else None,
    }
    return answer_json(view)
