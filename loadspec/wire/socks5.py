"""SOCKS5 as a client speaks it (RFC 1928), with a user name and password (RFC 1929). Sans-IO."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator
from typing import Final

Talk = Generator[tuple[bytes, int], bytes, None]
"""Yields (what to send, how many bytes to read then) and is sent exactly those bytes; returns once there is a way."""

_VERSION: Final = 5
_NO_LOGIN, _LOGIN, _NONE_FITS = 0, 2, 255
_CONNECT = b"\x05\x01\x00"
_IPV4, _NAME, _IPV6 = 1, 3, 4
_LENGTHS: Final = {_IPV4: 4, _IPV6: 16}
_REPLIES: Final = {
    1: "it failed",
    2: "its rules do not allow the connection",
    3: "the network cannot be reached from it",
    4: "the host cannot be reached from it",
    5: "the host refused its connection",
    6: "the way is too long (TTL expired)",
    7: "it does not know CONNECT",
    8: "it does not know this kind of address",
}
_LONGEST = 255


class SocksError(Exception):
    """The proxy refused, or spoke no SOCKS5: a sentence."""


def connect(host: str, port: int, username: str = "", password: str = "") -> Talk:
    """Have the proxy connect to a host: an address, or a name that it looks up. Raises SocksError."""
    offered = bytes([_NO_LOGIN, _LOGIN]) if username else bytes([_NO_LOGIN])
    version, method = yield bytes([_VERSION, len(offered)]) + offered, 2
    if version != _VERSION:
        raise SocksError(f"it speaks no SOCKS5 (its first byte is {version})")
    if method == _LOGIN and username:
        _, status = yield b"\x01" + _counted(username.encode()) + _counted(password.encode()), 2
        if status:
            raise SocksError("it does not accept the user name and password")
    elif method == _NONE_FITS or method:
        raise SocksError("it wants to know who we are" if not username else "it knows no user names and passwords")
    yield from _asked(_CONNECT + _address(host) + port.to_bytes(2, "big"))


def _asked(request: bytes) -> Talk:
    version, reply, _, kind = yield request, 4
    if version != _VERSION:
        raise SocksError("it answers in another version of SOCKS")
    if reply:
        raise SocksError(_REPLIES.get(reply, f"it failed with the code {reply}"))
    length = _LENGTHS.get(kind)
    if length is None:
        if kind != _NAME:
            raise SocksError(f"it names an address of the unknown kind {kind}")
        (length,) = yield b"", 1
    yield b"", length + 2  # the address that it connects from, and the port: of no use to us


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bytes([_NAME]) + _counted(host.encode("ascii"))
    return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed


def _counted(data: bytes) -> bytes:
    if len(data) > _LONGEST:
        raise SocksError(f"SOCKS5 knows no names or passwords longer than {_LONGEST} bytes")
    return bytes([len(data)]) + data
