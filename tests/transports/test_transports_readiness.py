"""Which watched sockets have something to read: the loop's own epoll is asked."""

from __future__ import annotations

import gc
import socket
from types import SimpleNamespace

import gevent
from gevent import get_hub
from support_net import open_files

from loadspec.transports.readiness import Readiness


def test_those_that_are_watched_and_have_something_or_are_closed() -> None:
    loop = get_hub().loop
    readiness = Readiness(loop)
    pairs = [socket.socketpair() for _ in range(4)]
    numbers = [ours.fileno() for ours, _ in pairs]
    watchers = [loop.io(number, 1) for number in numbers[:3]]
    for watcher in watchers:
        watcher.start(int)
    gevent.sleep(0.01)  # the loop has them in its epoll now
    assert not set(numbers) & set(readiness.readable() or ())
    for _, theirs in (pairs[0], pairs[3]):
        theirs.send(b"x")
    pairs[1][1].close()
    assert set(numbers) & set(readiness.readable() or ()) == {numbers[0], numbers[1]}
    pairs[0][0].recv(1)
    assert set(numbers) & set(readiness.readable() or ()) == {numbers[1]}
    for watcher in watchers:
        watcher.stop()
        watcher.close()
    for pair in pairs:
        for sock in pair:
            sock.close()


def test_it_takes_no_file_and_closes_none() -> None:
    gevent.sleep(0)  # the loop's own files
    before = open_files()
    for _ in range(3):
        Readiness(get_hub().loop).readable()
    gc.collect()
    assert open_files() == before
    gevent.sleep(0.01)  # the loop is as it was


def test_where_the_loop_has_no_epoll_it_cannot_tell() -> None:
    assert Readiness(SimpleNamespace(backend="poll")).readable() is None
