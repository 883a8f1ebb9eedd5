"""libcurl's multi-socket interface on a worker's loop: one for all users, nothing is polled.

libcurl says which sockets it waits for and when it wants to be called; a watcher each and one timer do so. What it has
finished is collected after each call and wakes the user who waits for it.

Users share the multi, and no connection: see `Line`. A multi each would take 13 kB and two files, and would parse the
CA certificates anew.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pycurl

from loadspec.clock import monotonic
from loadspec.transports.curl.line import Line
from loadspec.transports.network import Network
from loadspec.wire.url import Origin

if TYPE_CHECKING:
    from loadspec.transports.curl.channel import CurlChannel

_MAX_IDLE = 1_000_000
"""libcurl would close idle connections beyond four times the running transfers: a user that thinks keeps its own."""
_NEVER = float("inf")
_MULTIS: WeakKeyDictionary[Network, Multi] = WeakKeyDictionary()


class Multi:
    """One per network, from the first channel to the last."""

    def __init__(self, network: Network) -> None:
        self._loop = network.loop
        self._curl = curl = pycurl.CurlMulti()
        curl.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        curl.setopt(pycurl.M_TIMERFUNCTION, self._on_wish)
        curl.setopt(pycurl.M_MAXCONNECTS, _MAX_IDLE)
        self._act = curl.socket_action
        self._watchers: dict[int, tuple[Any, int]] = {}
        self._timer: Any = None
        self._timer_at = self._due = _NEVER
        self._running: dict[Any, CurlChannel] = {}
        self._kicking = False
        self._lines: dict[tuple[Origin, int], Line] = {}
        self._names = map("line-{}".format, count())
        self._strict = network.settings.http.version in ("auto", "1.1")

    # Lines

    def line(self, origin: Origin, seat: int) -> Line:
        """The line of a user to an origin, for one more channel."""
        line = self._lines.get((origin, seat))
        if line is None:
            line = self._lines[origin, seat] = Line(self._names, self._strict and not origin.tls)
        line.users += 1
        return line

    def leave(self, origin: Origin, seat: int) -> bool:
        """One channel less; whether that was the last of all."""
        line = self._lines[origin, seat]
        line.users -= 1
        if not line.users:
            line.hang_up()
            del self._lines[origin, seat]
        return not self._lines

    def opened(self, number: int) -> None:
        """A socket was opened: a watcher of an earlier one with the same number would never hear of it."""
        watcher, _ = self._watchers.pop(number, (None, 0))
        if watcher is not None:
            watcher.stop()
            watcher.close()

    # Transfers

    def begin(self, easy: Any, channel: CurlChannel) -> None:
        """Start a transfer, as far as it goes without waiting. It may be over when this returns."""
        self._running[easy] = channel
        self._kicking = True
        try:
            self._curl.add_handle(easy)
            _, running = self._act(pycurl.SOCKET_TIMEOUT, 0)
        finally:
            self._kicking = False
        if self._due < self._timer_at:
            self._arm()
        if running < len(self._running):
            for done in self._collect():
                if done is not channel:
                    self._loop.run_callback(done.wake)

    def end(self, easy: Any) -> None:
        """Take a transfer out, be it over or not: what is under way is cut off."""
        self._running.pop(easy, None)
        self._curl.remove_handle(easy)

    def _collect(self) -> list[CurlChannel]:
        """The channels whose transfer is over, once they know of it."""
        done = []
        while True:
            left, well, failed = self._curl.info_read()
            for easy, code, message in (*((easy, 0, "") for easy in well), *failed):
                channel = self._running.pop(easy)
                channel.outcome = (code, message)
                done.append(channel)
            if not left:
                return done

    # What libcurl wants: called from inside it

    def _on_socket(self, wanted: int, number: int, _multi: Any, _data: Any) -> None:
        watcher, events = self._watchers.get(number, (None, 0))
        if watcher is not None:
            watcher.stop()
        if wanted == pycurl.POLL_REMOVE:  # not closed: the next request wants the same again
            return
        if events != wanted:
            if watcher is not None:
                watcher.close()
            watcher = self._loop.io(number, wanted)
            self._watchers[number] = watcher, wanted
        watcher.start(self._on_event, number, pass_events=True)

    def _on_wish(self, milliseconds: int) -> None:
        if milliseconds < 0:
            self._due = _NEVER
            return
        self._due = monotonic() + milliseconds / 1000
        if self._due < self._timer_at and not self._kicking:
            self._arm()

    # Watchers and timer: they run in the hub

    def _on_event(self, events: int, number: int) -> None:
        _, running = self._act(number, events)
        if running < len(self._running):
            for channel in self._collect():
                channel.wake()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._timer_at = self._due
        self._timer = self._loop.timer(max(0.0, self._due - monotonic()))
        self._timer.start(self._on_timer, update=True)

    def _on_timer(self) -> None:
        self._timer_at = _NEVER
        if self._due > monotonic():
            if self._due < _NEVER:
                self._arm()
            return
        self._due = _NEVER
        self._on_event(0, pycurl.SOCKET_TIMEOUT)

    def close(self) -> None:
        """Close all connections."""
        self._curl.close()
        for watcher, _ in self._watchers.values():
            watcher.stop()
            watcher.close()
        self._watchers.clear()
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None
        self._timer_at = _NEVER


def enter(network: Network) -> Multi:
    """The multi of a network."""
    multi = _MULTIS.get(network)
    if multi is None:
        multi = _MULTIS[network] = Multi(network)
    return multi


def leave(network: Network, multi: Multi, origin: Origin, seat: int) -> None:
    """A channel is closed: with the last one goes the multi."""
    if multi.leave(origin, seat):
        _MULTIS.pop(network, None)
        multi.close()
