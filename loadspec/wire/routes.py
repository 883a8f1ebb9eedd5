"""`network.hosts` and `network.block_hosts`: rules for names, and where those that match lie. Pure.

As in k6: an exact name goes before a wildcard, a longer wildcard before a shorter one, and a rule with the request's
port before all without. `*` stands for any letters at the beginning of a name: `*.example.com` is every host below
example.com, `*example.com` the host itself, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from loadspec.wire.addresses import parse_address

UNIX = "unix:"

_T = TypeVar("_T")
_RULE = r"(?P<host>\[[0-9a-f:.%]+\]|[^:\[\]/\s]*)(?::(?P<port>[0-9]{1,5}))?"
_NAME = r"\*?\.?([a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?)?"
_PLACES = "write an address, address:port or unix:/path"


class Place(NamedTuple):
    """Where a host lies: an address, or the path of a Unix socket. `port` None: the request's own."""

    address: str = ""
    port: int | None = None
    path: str = ""


class HostTable(Generic[_T]):
    """Names with an optional `*` in front → values."""

    def __init__(self, rules: Iterable[tuple[str, _T]]) -> None:
        self._exact: dict[str, _T] = {}
        ends: dict[str, _T] = {}
        for name, value in rules:
            if name.startswith("*"):
                ends[name[1:]] = value
            else:
                self._exact[name] = value
        self._ends = sorted(ends.items(), key=lambda rule: -len(rule[0]))

    def find(self, host: str) -> _T | None:
        """What the rule that fits best says, None if none does."""
        found = self._exact.get(host)
        if found is None:
            found = next((value for end, value in self._ends if host.endswith(end)), None)
        return found


class Routes:
    """`network.hosts`: where hosts lie instead. Raises ValueError for a rule or place that cannot be read."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        rules = [(*parse_rule(rule), parse_place(place)) for rule, place in hosts.items()]
        self._any_port = HostTable([(name, place) for name, port, place in rules if port is None])
        self._by_port = {
            port: HostTable([(name, place) for name, own, place in rules if own == port])
            for port in {port for _, port, _ in rules if port is not None}
        }

    def find(self, host: str, port: int) -> Place | None:
        """Where a host lies, None if where DNS says."""
        host = host.rstrip(".")
        table = self._by_port.get(port)
        found = table.find(host) if table is not None else None
        return found or self._any_port.find(host)


class BlockedHosts:
    """`network.block_hosts`. Raises ValueError for a rule that cannot be read."""

    def __init__(self, rules: Iterable[str]) -> None:
        self._table = HostTable([(parse_blocked(rule), rule) for rule in rules])

    def find(self, host: str) -> str:
        """The rule that blocks a host, "" if none does."""
        return self._table.find(host.rstrip(".")) or ""


def parse_rule(text: str) -> tuple[str, int | None]:
    """(name that may begin with `*`, port) of `host`, `host:port` or `*.domain`. Raises ValueError with a sentence."""
    rule = text.strip().lower()
    if "://" in rule or "/" in rule:
        raise ValueError(f"`{text}` is no host: write api.example.com, api.example.com:8443 or *.example.com")
    if (address := parse_address(rule)) is not None:
        return address.compressed, None
    match = re.fullmatch(_RULE, rule)
    if match is None:
        raise ValueError(f"`{text}` is no host: write api.example.com, api.example.com:8443 or *.example.com")
    port = _port(text, match["port"])
    host = match["host"]
    if host.startswith("["):
        address = parse_address(host[1:-1])
        if address is None:
            raise ValueError(f"`{text}` names no address in its brackets")
        return address.compressed, port
    if "*" in host[1:]:
        raise ValueError(f"`{text}` has a `*` inside: it stands at the beginning, as in *.example.com")
    if host != "*" and not (host.strip("*.") and re.fullmatch(_NAME, _ascii(host))):
        raise ValueError(f"`{text}` is no host: write api.example.com, api.example.com:8443 or *.example.com")
    return _ascii(host).rstrip("."), port


def parse_blocked(text: str) -> str:
    """A name that may begin with `*`. Raises ValueError with a sentence."""
    name, port = parse_rule(text)
    if port is not None:
        raise ValueError(f"`{text}` has a port: a host is blocked at all of them")
    return name


def parse_place(text: str) -> Place:
    """Where a host lies. Raises ValueError with a sentence."""
    place = text.strip()
    if place.lower().startswith(UNIX):
        path = place[len(UNIX) :]
        if not path or "\0" in path or len(path.encode()) > 107:
            raise ValueError(f"`{text}` names no Unix socket: write unix:/path, of 107 bytes at most")
        return Place(path=path)
    if parse_address(place) is not None:
        return Place(place)
    match = re.fullmatch(_RULE, place.lower())
    host = match["host"].removeprefix("[").removesuffix("]") if match else ""
    if match is None or parse_address(host) is None:
        raise ValueError(f"`{text}` is no address, and a host can lie at nothing else: {_PLACES}")
    return Place(host, _port(text, match["port"]))


def _port(text: str, port: str | None) -> int | None:
    if port is None:
        return None
    if not 0 < int(port) < 65536:
        raise ValueError(f"`{text}` has the port {port}: a port is a number from 1 to 65535")
    return int(port)


def _ascii(host: str) -> str:
    """An international name as requests have it; its `*.` stays."""
    if host.isascii():
        return host
    import idna  # lazily: its tables are large

    stars = host[: len(host) - len(host.lstrip("*."))]
    try:
        return stars + idna.encode(host[len(stars) :], uts46=True).decode("ascii")
    except idna.IDNAError:
        return host
