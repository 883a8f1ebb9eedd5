from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import time
from array import array
from threading import Thread
from urllib.parse import urlsplit

import pytest

from bench.accuracy import mixture, server

pytestmark = pytest.mark.skipif(not shutil.which("taskset"), reason="taskset is missing")
CORE = max(os.sched_getaffinity(0))
REQUEST = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def connect(url: str) -> socket.socket:
    where = urlsplit(url)
    return socket.create_connection((where.hostname, where.port), timeout=10)


def ask(connection: socket.socket) -> tuple[int, int]:
    """One request → from when to when it took, ns."""
    began = time.time_ns()
    connection.sendall(REQUEST)
    answer = b""
    while not answer.endswith(b"}"):
        answer += connection.recv(4096)
    assert answer == server.ANSWER
    return began, time.time_ns()


def test_the_log_has_each_requests_residence_by_its_drawn_delay():
    with server.running("platform", CORE, seed=3) as found, connect(found.url) as connection:
        seen = [ask(connection) for _ in range(12)]
    delays = mixture.delays("platform", 3, 12)
    requests = list(zip(found.log.arrivals, found.log.ends, strict=True))
    assert len(requests) == 12
    for (arrival, end), delay, (sent, received) in zip(requests, delays, seen, strict=True):
        assert sent <= arrival <= received
        assert arrival + delay <= end  # never early


def test_the_kernel_stamps_an_arrival_while_the_server_sleeps():
    with server.running("instant", CORE) as found, connect(found.url) as connection, connect(found.url) as other:
        ask(connection)
        other.sendall(REQUEST[:10])  # half a request is none
        found.process.send_signal(signal.SIGSTOP)
        sent = time.time_ns()
        connection.sendall(REQUEST)
        time.sleep(0.2)
        woken = time.time_ns()
        found.process.send_signal(signal.SIGCONT)
        assert connection.recv(4096) == server.ANSWER
    assert len(found.log.arrivals) == 2
    assert sent <= found.log.arrivals[1] < woken < found.log.ends[1]


def test_freezing_waits_for_the_first_request_and_tells_how_long():
    with server.running("instant", CORE) as found, connect(found.url) as connection:
        ask(connection)
        assert found.first()
        assert found.freeze(0.0, 0.2) >= 0.2
        ask(connection)
    assert len(found.log.arrivals) == 2


def test_who_leaves_before_the_answer_has_no_end():
    served = server.Server([200_000_000])
    url = f"http://127.0.0.1:{served.listener.getsockname()[1]}"
    stop, end = socket.socketpair()
    thread = Thread(target=served.serve, args=(stop,))
    thread.start()
    with end, connect(url) as stays:
        with connect(url) as leaves:
            leaves.sendall(REQUEST)
            while not served.arrivals:
                time.sleep(0.001)
            leaves.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed by a reset
        ask(stays)  # it is due later
        end.send(b".")
        thread.join()
    assert served.ends[0] == 0 < served.ends[1]


def test_logs_are_read_as_they_were_written(tmp_path):
    server.write_log(tmp_path / "log", array("q", [1, 2**62]), array("q", [3, 0]))
    found = server.read_log(tmp_path / "log")
    assert (list(found.arrivals), list(found.ends)) == ([1, 2**62], [3, 0])


def test_without_a_stamp_there_is_no_truth():
    with pytest.raises(LookupError, match="no timestamp"):
        server.stamp_of([])
