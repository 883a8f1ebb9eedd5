"""Proxies of libcurl, whose addresses our resolver finds and checks like any other."""

from __future__ import annotations

from typing import Any

import pycurl
from msgspec.structs import replace

from loadspec.transports.curl.options import entry, leave_from
from loadspec.transports.network import Network
from loadspec.transports.proxied import check_target
from loadspec.wire.proxies import Proxy
from loadspec.wire.url import Origin, bracketed


def through(easy: Any, proxy: Proxy, alias: str, network: Network, origin: Origin, timeout: float, seat: int) -> None:
    """Have connections go through a proxy, for whose host `alias` stands, so that users do not share them.

    The name of an https proxy stays, as its certificate is verified: users share its connections. Raises ExchangeError.
    """
    name = proxy.host if proxy.scheme == "https" else alias
    check_target(network, origin, timeout)
    resolved = [(name, proxy.port, proxy.host)]
    if proxy.scheme == "socks5":  # the one whose client resolves the target
        resolved.append((origin.host, origin.port, origin.host))
    entries, families = [], []
    for label, number, real in resolved:
        found = network.addresses(real, number, timeout)
        entries.append(entry(label, number, found))
        families.append(found[0][0])
    leave_from(easy, network, seat, families[0])
    easy.setopt(pycurl.RESOLVE, entries)
    easy.setopt(pycurl.PROXY, replace(proxy, host=name).url)
    easy.setopt(pycurl.NOPROXY, "")
    if origin.tls:
        easy.setopt(pycurl.CONNECT_TO, [f"::{bracketed(origin.host)}:{origin.port}"])
