"""A user's own way to an origin, in a multi that all users share.

libcurl takes connections for the same where they lead to the same host. So each user's lead to a host name of its own,
which stands for addresses that our resolver found and checked (libcurl itself never asks DNS); for TLS and for HTTP
the host stays what it is. Branches of one user share its line, and so they multiplex; with `http.share_connections` all
users share one.

libcurl has no call that closes a connection, and looks once a second at most whether one is still open. So a line
knows its sockets: it looks at them before a request that comes after a pause, and to close them it shuts them down and
takes another name.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress

from loadspec.wire.dns import Address

_FEW = 8
"""So many sockets are looked through each time that one more is opened."""
_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


class Line:
    """The host name that stands for a user's way to an origin, and what is open.

    `users` are the channels on it, `running` those with a request under way, `opened` the sockets so far. `strict`:
    what a server says unasked ends a connection, as it does in HTTP/1.1 without TLS. `shared`: it is that of all users.
    """

    __slots__ = (
        "_inodes",
        "_limit",
        "_names",
        "_poll",
        "_strict",
        "addresses",
        "alias",
        "opened",
        "running",
        "shared",
        "users",
    )

    def __init__(self, names: Iterator[str], strict: bool, shared: bool = False) -> None:
        self._names = names
        self._strict = strict
        self.alias = next(names)
        self.addresses: list[Address] = []
        self.shared = shared
        self.users = 0
        self.running = 0
        self.opened = 0
        self._inodes: dict[int, int] = {}
        """Numbers of open files → inodes, by which a number that has passed on to another file is known."""
        self._limit = _FEW
        self._poll = select.poll()

    @property
    def open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return bool(self._inodes)

    def open_socket(self, number: int) -> None:
        """A socket was opened. Those that libcurl has closed are forgotten now and then."""
        self.opened += 1
        if number in self._inodes:
            self._forget(number)
        if len(self._inodes) >= self._limit:
            for known in [known for known, inode in self._inodes.items() if _inode(known) != inode]:
                self._forget(known)
            self._limit = max(_FEW, 2 * len(self._inodes))
        self._inodes[number] = _inode(number)
        self._poll.register(number, _GONE | select.POLLIN if self._strict else _GONE)

    def look(self) -> None:
        """Take another name where a server has closed a connection. What others have under way is left alone."""
        found = [number for number, _ in self._poll.poll(0)]
        if any(_inode(number) == self._inodes[number] for number in found):
            if self.running:
                self._rename()
            else:
                self.hang_up()
        else:  # libcurl has closed them
            for number in found:
                self._forget(number)

    def hang_up(self) -> None:
        """Close all connections; libcurl, which finds them dead, drops them when it next looks."""
        for number, inode in list(self._inodes.items()):
            if _inode(number) == inode:
                with suppress(OSError), socket.socket(fileno=os.dup(number)) as sock:
                    sock.shutdown(socket.SHUT_RDWR)
            self._forget(number)
        self._rename()

    def _rename(self) -> None:
        """What is open serves nobody else from now on, and so is looked at no more."""
        self.alias = next(self._names)
        self.addresses = []
        self._poll = select.poll()

    def _forget(self, number: int) -> None:
        del self._inodes[number]
        with suppress(KeyError):
            self._poll.unregister(number)


def connected(numbers: Iterable[int]) -> bool:
    """Whether one of these sockets is."""
    poll = select.poll()
    for number in numbers:
        poll.register(number, select.POLLOUT)
    return any(events == select.POLLOUT for _, events in poll.poll(0))


def _inode(number: int) -> int:
    try:
        return os.fstat(number).st_ino
    except OSError:
        return 0
