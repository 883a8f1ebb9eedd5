"""libcurl's multi-socket interface on a worker's loop: one for all users, nothing is polled.

libcurl says which sockets it waits for and when it wants to be called; a watcher each and one timer do so. It is called
once in each turn of the loop, for all sockets that are ready and all that users have asked for meanwhile: work that
comes in one piece takes half the CPU. Then what it has finished is collected, and wakes the users who wait for it.

Users share the multi, and no connection unless the spec says so: see `Line`. A multi each would take 13 kB and two
files, and would parse the CA certificates anew.
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
        self._starting: list[CurlChannel] = []
        self._ready: list[tuple[int, int]] = []
        self._turning = self._closed = False
        self._running: dict[Any, CurlChannel] = {}
        self._kicking = False
        self._lines: dict[tuple[Origin, int], Line] = {}
        self._names = map("line-{}".format, count())
        self._shared = network.settings.http.share_connections
        self._strict = network.settings.http.version in ("auto", "1.1")

    # Lines

    def line(self, origin: Origin, seat: int) -> Line:
        """The line of a user to an origin, for one more channel; of all users, where they share connections."""
        key = (origin, 0 if self._shared else seat)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(self._names, self._strict and not origin.tls, self._shared)
        line.users += 1
        return line

    def leave(self, origin: Origin, seat: int) -> bool:
        """One channel less; whether that was the last of all."""
        key = (origin, 0 if self._shared else seat)
        line = self._lines[key]
        line.users -= 1
        if not line.users:
            line.hang_up()
            del self._lines[key]
        return not self._lines

    def opened(self, number: int) -> None:
        """A socket was opened: a watcher of an earlier one with the same number would never hear of it."""
        watcher, _ = self._watchers.pop(number, (None, 0))
        if watcher is not None:
            watcher.stop()
            watcher.close()

    # Transfers

    def begin(self, easy: Any, channel: CurlChannel) -> None:
        """Have a transfer start, at the end of this turn of the loop."""
        self._kicking = True
        try:
            self._curl.add_handle(easy)
        finally:
            self._kicking = False
        self._running[easy] = channel
        self._starting.append(channel)
        self._soon()

    def end(self, easy: Any) -> None:
        """Take a transfer out, be it over or not: what is under way is cut off."""
        self._running.pop(easy, None)
        self._curl.remove_handle(easy)

    def _soon(self) -> None:
        if not self._turning:
            self._turning = True
            self._loop.run_callback(self._turn)

    def _turn(self) -> None:
        """Start what is to start, as far as it goes without waiting, and look after the sockets that are ready."""
        self._turning = False
        if self._closed:
            return
        ready, self._ready = self._ready, []
        if self._starting:
            for channel in self._starting:
                channel.begun = True
            self._starting.clear()
            ready.insert(0, (pycurl.SOCKET_TIMEOUT, 0))
        running = 0
        self._kicking = True
        try:
            for number, events in ready:
                _, running = self._act(number, events)
        finally:
            self._kicking = False
        if self._due < self._timer_at:
            self._arm()
        if running < len(self._running):
            self._wake_done()

    def _wake_done(self) -> None:
        """Tell the channels whose transfer is over, and let their users go on."""
        done, now = [], monotonic()
        while True:
            left, well, failed = self._curl.info_read()
            for easy in well:
                done.append(self._running.pop(easy))
                done[-1].finish(now)
            for easy, code, message in failed:
                done.append(self._running.pop(easy))
                done[-1].finish(now, code, message)
            if not left:
                break
        for channel in done:
            channel.wake()

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
        self._ready.append((number, events))
        self._soon()

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
        self._closed = True
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
