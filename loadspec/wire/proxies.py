"""Which hosts are reached through the proxy of `http.proxy`. Pure."""

from __future__ import annotations

from loadspec.wire.hosts import parse_host_rule
from loadspec.wire.settings import Http
from loadspec.wire.url import Origin


def proxy_for(http: Http, origin: Origin) -> str:
    """The URL of the proxy for an origin; "" for none."""
    if not http.proxy:
        return ""
    for text in http.no_proxy:
        rule = parse_host_rule(f"*{text}" if text.startswith(".") else text)
        if rule.names(origin.host, origin.port):
            return ""
    return http.proxy
