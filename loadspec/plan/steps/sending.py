"""How a step sends: its request from the spec's model to an attempt that is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from loadspec.protocols.http import Attempt, compile_attempt, compile_request
from loadspec.protocols.http.attempt import Wire
from loadspec.protocols.http.auth import Tools
from loadspec.protocols.http.request import HttpRequest
from loadspec.spec.model import UNSET, CallStep, PollStep, Request, Target, Timeouts
from loadspec.transports.base import Deadlines
from loadspec.wire.settings import Http

if TYPE_CHECKING:
    from loadspec.plan.steps.context import Context


def compile_sending(step: CallStep | PollStep, context: Context, poll: bool) -> Attempt:
    """The step's request, as something that can be attempted. Raises ExprError or ValueError."""
    request = step.request
    http = http_request(request, context.target, context.http)
    wire = _wire(step.endpoint, request.timeout or context.target.timeout, context, poll)
    settings, discard = context.http, request.discard_response_body
    wire = replace(
        wire,
        expected_statuses=request.expected_statuses,
        max_redirects=settings.max_redirects if request.max_redirects is None else request.max_redirects,
        discard=settings.discard_response_bodies if discard is None else discard,
    )
    return compile_attempt(compile_request(http, _tools(context)), wire)


def _tools(context: Context) -> Tools:
    def send(name: str, fields: Mapping[str, Any]) -> Attempt:
        """An exchange beside those of the steps, such as the one for a token."""
        target = context.target
        own = {"base_url": target.base_url, "transport": target.transport, **_of_all(context.http)}
        http = HttpRequest(**own, **fields)
        wire = replace(_wire(name, context.target.timeout, context, poll=False), cookies="off")
        return compile_attempt(compile_request(http, _tools(context)), wire)

    return Tools(context.scope, context.origins, send, context.phase.failures.hide, context.shared)


def _wire(endpoint: str, timeouts: Timeouts, context: Context, poll: bool) -> Wire:
    meters = context.phase.meters
    return Wire(
        endpoint,
        Deadlines(**{name: getattr(timeouts, name) for name in Timeouts.__struct_fields__}),
        None,
        meters.requests(**{**context.tags, "endpoint": endpoint, "poll": "true" if poll else "false"}),
        context.phase.failures,
        context.origins,
        context.target.cookies,
        context.http.max_redirects,
        scheduled=context.scheduled,
    )


def http_request(request: Request, target: Target, settings: Http) -> HttpRequest:
    """A merged request of the model, as the protocol takes it."""
    auth = request.auth
    return HttpRequest(
        method=request.method,
        base_url=target.base_url,
        path=request.path,
        headers=request.headers,  # the spec has merged the target's into them
        query=request.query,
        body=_body(request),
        cookies=request.cookies,
        auth=None if auth is None else (auth.kind, auth.settings),
        without=request.without,
        transport=request.transport or target.transport,
        compression=request.compression or "",
        **_of_all(settings),
    )


def _of_all(settings: Http) -> dict[str, Any]:
    """What `http` says of every request."""
    agent = {} if settings.user_agent is None else {"user_agent": settings.user_agent}
    return {"close": settings.no_connection_reuse, **agent}


def _body(request: Request) -> tuple[str, Any] | None:
    kinds = {
        "json": request.json,
        "form": request.form,
        "multipart": request.multipart,
        "body": request.body,
        "graphql": request.graphql,
    }
    return next(
        ((kind, value) for kind, value in kinds.items() if value is not (UNSET if kind == "json" else None)), None
    )
