"""Where outputs may connect to: no link-local or metadata address ever, and no host that `--allow-host` refuses."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from loadspec.errors import ExitCode, LoadspecError, OutputError
from loadspec.wire.addresses import is_forbidden, is_loopback, parse_address, split_port
from loadspec.wire.dns import Address
from loadspec.wire.hosts import HostLimit
from loadspec.wire.sockets import allowed_socket

PORTS = {"http": 80, "https": 443}


class Reach:
    """The hosts and sockets that one target may be at.

    `folder`: a Unix socket must lie below it or be named by `--allow-host`; without one it may lie anywhere.
    """

    def __init__(self, hosts: HostLimit | None = None, folder: str | None = None) -> None:
        self._hosts = hosts
        self._folder = folder

    def check(self, host: str, port: int) -> None:
        """By the name alone, before the load. Raises LoadspecError (104)."""
        address = parse_address(host)
        if address is not None and is_forbidden(address):
            raise _refused(f"{host} is a link-local or metadata address")
        if self._hosts is not None and self._hosts.refused(host.lower(), port):
            raise _refused(f"{host}:{port} is no host that --allow-host allows")

    def check_url(self, url: str) -> None:
        """Likewise of a URL. Raises LoadspecError (104), also for what is no http or https URL."""
        host, port = host_and_port(url)
        self.check(host, port)

    def addresses(self, host: str, port: int) -> list[Address]:
        """(family, what to connect to) of each address of a host, each of them checked. May block.

        Raises OutputError where it has none, LoadspecError where one of them is refused.
        """
        self.check(host, port)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise OutputError(f"no address of {host} is known: {error}") from None
        for *_, at in found:
            address = parse_address(str(at[0]))
            if address is None or is_forbidden(address):
                raise _refused(f"{host} is {at[0]}, a link-local or metadata address")
            if self._hosts is not None and self._hosts.refuses_address(host.lower(), port, str(at[0])):
                raise _refused(f"{host} is {at[0]}, which --allow-host does not allow")
        return [(family, at) for family, _, _, _, at in found]

    def listen(self, text: str) -> tuple[str, int]:
        """Where to listen: a spec's output only where no other machine can ask. Raises LoadspecError (104)."""
        host, port = split_address(text)
        if self._folder is not None and not is_loopback(host):
            hint = "the outputs of a spec listen at 127.0.0.1; whoever runs it may open others by --out"
            raise LoadspecError(f"an output may not listen at {text}: other machines could ask there", hint, _INVALID)
        return host, port

    def socket(self, path: str) -> str:
        """The Unix socket to connect to. Raises LoadspecError (104)."""
        if self._folder is None:
            return path
        allowed = allowed_socket(path, self._folder, self._hosts)
        if allowed is None:
            raise _refused(f"the Unix socket {path} does not lie below the spec's folder")
        return allowed


def host_and_port(url: str) -> tuple[str, int]:
    """Of an http or https URL. Raises LoadspecError (104)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused(f"the URL cannot be read: {error}") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise LoadspecError("an output needs an http or https URL", "for example https://host:8086/path", _INVALID)
    return parts.hostname, PORTS[parts.scheme] if port is None else port


def split_address(text: str, least: int = 1) -> tuple[str, int]:
    """`host:port` or `[address]:port` → both; the port is `least` or higher. Raises LoadspecError (104)."""
    found = split_port(text, least)
    if found is None:
        raise LoadspecError(f"`{text}` is no host:port", "for example 127.0.0.1:8125", _INVALID)
    return found


_INVALID = ExitCode.INVALID_SPEC


def _refused(message: str) -> LoadspecError:
    return LoadspecError(
        f"an output may not go there: {message}", "whoever runs it may allow it by --allow-host", _INVALID
    )
