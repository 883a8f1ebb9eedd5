"""The transports' settings with their templates rendered: over `env`, `vars` and `run` only."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from loadspec.expr import Scope, compile_template, to_text
from loadspec.protocols.http.origins import constant_url
from loadspec.wire.settings import Settings
from loadspec.wire.url import parse_url


def render_settings(settings: Settings, scope: Scope, base_url: str = "") -> Settings:
    """`base_url` is the target's.

    Raises ExprError for a template that does not compile, and Missing for one that lacks a value.
    """

    def text(value: str | None) -> Any:
        return None if value is None else to_text(compile_template(value, scope).render(None))

    http, tls, route = settings.http, settings.tls, settings.route
    certificates = tuple(replace(one, password=text(one.password)) for one in tls.certificates)
    return replace(
        settings,
        route=replace(
            route,
            hosts={rule: text(place) for rule, place in route.hosts.items()},
            block_hosts=tuple(map(text, route.block_hosts)),
            block_ips=tuple(map(text, route.block_ips)),
            local_ips=tuple(map(text, route.local_ips)),
        ),
        http=replace(
            http,
            proxy=text(http.proxy),
            no_proxy=tuple(map(text, http.no_proxy)),
            user_agent=text(http.user_agent),
        ),
        tls=replace(tls, certificates=certificates),
        host=parse_url(constant_url(base_url, scope))[0].host if base_url else "",
    )
