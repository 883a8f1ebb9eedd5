"""Proxies of libcurl, whose addresses our resolver finds and checks like any other."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pycurl

from loadspec.transports.network import Network
from loadspec.transports.proxied import check_target
from loadspec.wire.url import Origin

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def through(easy: Any, proxy: str, alias: str, network: Network, origin: Origin, timeout: float) -> None:
    """Have connections go through a proxy, for whose host `alias` stands, so that users do not share them.

    The name of an https proxy stays, as its certificate is verified: users share its connections. Raises ExchangeError.
    """
    parts = urlsplit(proxy)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    name = host if parts.scheme == "https" else alias
    login = parts.netloc.rpartition("@")[0]
    check_target(network, origin, timeout)
    resolved = [(name, port, host)]
    if parts.scheme == "socks5":  # the one whose client resolves the target
        resolved.append((origin.host, origin.port, origin.host))
    entries = []
    for label, number, real in resolved:
        found = network.addresses(real, number, timeout)
        texts = ",".join(f"[{at[0]}]" if ":" in at[0] else at[0] for _, at in found)
        entries.append(f"{label}:{number}:{texts}")
    easy.setopt(pycurl.RESOLVE, entries)
    easy.setopt(pycurl.PROXY, f"{parts.scheme}://{f'{login}@' if login else ''}{name}:{port}")
    easy.setopt(pycurl.NOPROXY, "")
    if origin.tls:
        easy.setopt(pycurl.CONNECT_TO, [f"::{origin.host}:{origin.port}"])
