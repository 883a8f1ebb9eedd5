"""Which hosts may be talked to: rules for names, ports and addresses, as `--allow-host` takes them. Pure.

api.example.com          this host, any port
api.example.com:8443     this host and port
*.example.com            every host below it, however deep, and not example.com itself; a port may follow
10.0.0.0/8, ::1/128      every address in it, named so or resolved to
unix:/run/api.sock       this Unix socket, whatever host `network.hosts` puts there
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from posixpath import normpath

from msgspec import Struct

from loadspec.wire.addresses import Address, Network, parse_address
from loadspec.wire.routes import UNIX

_RULE = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]/\s]+)(?::(?P<port>[0-9]{1,5}))?"
_NAME = r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?"
_FORMS = "write a host, host:port, *.example.com, a network such as 10.0.0.0/8 or unix:/path"


class HostRule(Struct, frozen=True):
    """One rule: `network`, the path of a `socket`, or `host` with an optional `port`.

    A host that begins with a dot is what follows `*`.
    """

    text: str
    host: str = ""
    port: int | None = None
    network: Network | None = None
    socket: str = ""

    def names(self, host: str, port: int) -> bool:
        """Whether it allows a host as it is called, an address among them."""
        if self.socket:
            return False
        if self.network is not None:
            address = parse_address(host)
            return address is not None and self.holds(address)
        if self.port is not None and self.port != port:
            return False
        host = host.rstrip(".")
        return host.endswith(self.host) and len(host) > len(self.host) if self.host[0] == "." else host == self.host

    def holds(self, address: Address) -> bool:
        """Whether it allows an address that a name was resolved to."""
        return self.network is not None and address.version == self.network.version and address in self.network


def parse_host_rule(text: str) -> HostRule:
    """Raises ValueError with a sentence for a rule that cannot be read."""
    rule = text.strip().lower()
    if rule.startswith(UNIX):
        return _socket_rule(text.strip())
    return _host_rule(text, rule)


def _host_rule(text: str, rule: str) -> HostRule:
    if "://" in rule:
        raise ValueError(f"`{text}` is a URL, and hosts are allowed: {_FORMS}")
    if rule.strip("*.") == "":
        raise ValueError(f"`{text}` is no host: {_FORMS}; to allow every host, leave the option out")
    if "/" in rule:
        try:
            return HostRule(rule, network=ipaddress.ip_network(rule, strict=False))
        except ValueError:
            raise ValueError(f"`{text}` is no network: {_FORMS}") from None
    if (address := parse_address(rule)) is not None:
        return HostRule(rule, host=address.compressed)
    match = re.fullmatch(_RULE, rule)
    if match is None or (match["port"] and not 0 < int(match["port"]) < 65536):
        raise ValueError(f"`{text}` is no host: {_FORMS}")
    port = int(match["port"]) if match["port"] else None
    host = match["host"]
    if host.startswith("["):
        address = parse_address(host[1:-1])
        if address is None:
            raise ValueError(f"`{text}` is no address: {_FORMS}")
        return HostRule(rule, host=address.compressed, port=port)
    if not re.fullmatch(_NAME, host):
        raise ValueError(f"`{text}` is no host: {_FORMS}")
    return HostRule(rule, host=host.removeprefix("*").rstrip("."), port=port)


def _socket_rule(text: str) -> HostRule:
    path = text[len(UNIX) :]
    if not path.startswith("/"):
        raise ValueError(f"`{text}` names no Unix socket: write unix: and its whole path, as in unix:/run/api.sock")
    return HostRule(text, socket=normpath(path))


class HostLimit(Struct, frozen=True):
    """Lists of rules, each of which must allow a host: one from the command line, say, and one from the environment."""

    lists: tuple[tuple[HostRule, ...], ...]

    @classmethod
    def parse(cls, lists: Sequence[Sequence[str]]) -> HostLimit:
        """The rules as texts. Raises ValueError."""
        return cls(tuple(tuple(map(parse_host_rule, rules)) for rules in lists))

    def refused(self, host: str, port: int) -> bool:
        """Whether a host is refused by its name alone; one that may lie in an allowed network is not."""
        is_name = parse_address(host) is None
        return not all(
            any(rule.names(host, port) or (is_name and rule.network is not None) for rule in rules)
            for rules in self.lists
        )

    def names_socket(self, path: str) -> bool:
        """Whether a Unix socket is named; the whole path, as it is written."""
        return all(any(rule.socket and rule.socket == normpath(path) for rule in rules) for rules in self.lists)

    def refuses_address(self, host: str, port: int, address: str) -> bool:
        """Whether a host is refused now that its address is known."""
        found = parse_address(address)
        return found is None or not all(
            any(rule.names(host, port) or rule.holds(found) for rule in rules) for rules in self.lists
        )
