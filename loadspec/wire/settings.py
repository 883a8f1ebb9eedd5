"""How a spec wants its requests carried: values that a spec is built into and transports work by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from loadspec.wire.limits import DEFAULT, Limits

Select = Literal["random", "first", "round_robin"]
Policy = Literal["prefer_ipv4", "prefer_ipv6", "only_ipv4", "only_ipv6", "any"]
TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]
Timing = Literal["process", "kernel"]
HttpVersion = Literal["auto", "1.1", "2", "2-prior-knowledge", "3"]


class ClientCertificate(Struct, frozen=True):
    """What a user shows to servers that ask for it; `hosts` are host rules, none: every host. Paths of PEM files."""

    cert_file: str
    key_file: str | None = None
    password: str | None = None
    hosts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"ClientCertificate({self.cert_file!r})"


class Tls(Struct, frozen=True):
    """How connections are encrypted and certificates verified.

    `ciphers` is an OpenSSL list for TLS 1.2 and below; `server_name` goes over the host's name in SNI and when the
    certificate is verified; `session_resumption`: a user's new connection takes up the session of its last one.
    """

    ca_file: str | None = None
    insecure_skip_verify: bool = False
    min_version: TlsVersion | None = None
    max_version: TlsVersion | None = None
    ciphers: str | None = None
    certificates: tuple[ClientCertificate, ...] = ()
    server_name: str | None = None
    session_resumption: bool = False


class Dns(Struct, frozen=True):
    """How names become addresses. `ttl` is in seconds: 0 asks each time, infinity never again."""

    ttl: float = 300.0
    select: Select = "random"
    policy: Policy = "prefer_ipv4"


class Route(Struct, frozen=True):
    """Where connections go. All as written in the spec, and checked there.

    `hosts`: host, host:port or *.domain → address, address:port or unix:/path. `block_hosts` are names with `*`,
    `block_ips` networks. `local_ips` are addresses, networks or ranges, from which users take turns. Unix sockets may
    lie below `folder`, the spec's.
    """

    dns: Dns = field(default_factory=Dns)
    hosts: Mapping[str, str] = field(default_factory=dict)
    block_hosts: tuple[str, ...] = ()
    block_ips: tuple[str, ...] = ()
    local_ips: tuple[str, ...] = ()
    folder: str = "."


class Http(Struct, frozen=True):
    """What holds for every request of a spec.

    `share_connections`: users of one worker have theirs in common, and multiplex where the protocol does; by libcurl.
    `rps` is requests a second of all users together. `proxy` is a URL with http, https, socks5 or socks5h, "" for none,
    None for what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; `no_proxy` are hosts that are reached without it.
    """

    version: HttpVersion = "auto"
    user_agent: str | None = None
    max_redirects: int = 10
    no_connection_reuse: bool = False
    no_vu_connection_reuse: bool = False
    share_connections: bool = False
    discard_response_bodies: bool = False
    rps: float | None = None
    proxy: str | None = None
    no_proxy: tuple[str, ...] = ()
    limits: Limits = DEFAULT


class Settings(Struct, frozen=True):
    """All that the transports of a worker go by.

    `timing`: whose clock says when answers came. `host` is the target's, whose name `tls.server_name` is; "": any.
    """

    tls: Tls = field(default_factory=Tls)
    route: Route = field(default_factory=Route)
    http: Http = field(default_factory=Http)
    timing: Timing = "process"
    host: str = ""
