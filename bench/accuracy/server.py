"""The server that knows the truth: `python -m bench.accuracy.server`, a process of its own.

HTTP/1.1, kept-alive, any GET without a body. An answer is due a drawn delay after the kernel saw the request's last
byte (SO_TIMESTAMPING, software receive), however late this process comes to read it. What counts is not the draw but
the residence that came of it, from that stamp to the return of `send`; all are written to the log at the end.
"""

from __future__ import annotations

import argparse
import gc
import heapq
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.accuracy.mixture import MIXTURES, delays
from bench.accuracy.verdicts import Residences

ROOT = Path(__file__).resolve().parents[2]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n" + b'{"ok":true}'
FIRST_WITHIN = 30.0
"""Seconds in which a tool starts."""
_SO_TIMESTAMPING = 37
_SOFTWARE = (1 << 3) | (1 << 4)  # SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE
_STAMP = struct.Struct("qq")  # the first of three: seconds and nanoseconds of CLOCK_REALTIME


class Server:
    """One thread, one epoll, one heap of answers that are due."""

    def __init__(self, delays: Sequence[int]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.listener.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPING, _SOFTWARE)  # connections inherit it
        self.listener.setblocking(False)
        self.arrivals = array("q")
        self.ends = array("q")
        self._delays = delays
        self._epoll = select.epoll()
        self._epoll.register(self.listener, select.EPOLLIN)
        self._connections: dict[int, socket.socket] = {}
        self._partial: dict[int, bytes] = {}
        self._due: list[tuple[int, int, socket.socket]] = []

    def serve(self, stop: socket.socket) -> None:
        """Serve until `stop` is readable."""
        self._epoll.register(stop, select.EPOLLIN)
        accept, ending = self.listener.fileno(), stop.fileno()
        while True:
            self._wait()
            for fd, _ in self._epoll.poll(0):
                if fd == ending:
                    return
                if fd == accept:
                    self._accept()
                else:
                    self._receive(fd)
            self._answer()

    def _wait(self) -> None:
        """Until something comes or an answer is due. select, since epoll's timeout has whole milliseconds only."""
        pause = (self._due[0][0] - time.time_ns()) / 1e9 if self._due else None
        if pause is None or pause > 0:
            select.select([self._epoll], [], [], pause)

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            while True:
                connection, _ = self.listener.accept()
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connections[connection.fileno()] = connection
                self._epoll.register(connection, select.EPOLLIN)

    def _receive(self, fd: int) -> None:
        try:
            data, ancillary, _, _ = self._connections[fd].recvmsg(4096, 128)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._partial.pop(fd, None)
            self._connections.pop(fd).close()
            return
        data = self._partial.pop(fd, b"") + data
        if not data.endswith(b"\r\n\r\n"):
            self._partial[fd] = data
            return
        number = len(self.arrivals)
        if not number:
            print("first", flush=True)
        arrival = stamp_of(ancillary)
        self.arrivals.append(arrival)
        self.ends.append(0)
        due = arrival + self._delays[number % len(self._delays)]
        heapq.heappush(self._due, (due, number, self._connections[fd]))

    def _answer(self) -> None:
        """Send what is due. Who has gone gets nothing, and its residence has no end."""
        due, now = self._due, time.time_ns()
        while due and due[0][0] <= now:
            _, number, connection = heapq.heappop(due)
            with suppress(OSError):
                connection.send(ANSWER)
                self.ends[number] = now = time.time_ns()


def stamp_of(ancillary: Sequence[tuple[int, int, bytes]]) -> int:
    """When the kernel took the last byte in, ns. Raises LookupError where it says nothing: the truth is not known."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPING:
            seconds, nanoseconds = _STAMP.unpack_from(data)
            return int(seconds * 1_000_000_000 + nanoseconds)
    raise LookupError("the kernel gave no timestamp")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the port, and a line at the first request; write the log on SIGTERM."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mixture", choices=list(MIXTURES), default="platform")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, required=True)
    args = parser.parse_args(argv)
    server = Server(delays(args.mixture, args.seed))
    stop, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(wakeup.fileno())
    gc.collect()
    gc.freeze()
    gc.disable()  # nothing here makes cycles, and a collection would lengthen residences
    print(server.listener.getsockname()[1], flush=True)
    server.serve(stop)
    write_log(args.log, server.arrivals, server.ends)


def write_log(path: Path, arrivals: array[int], ends: array[int]) -> None:
    """All arrivals, then all ends, as 64-bit integers."""
    path.write_bytes(arrivals.tobytes() + ends.tobytes())


def read_log(path: Path) -> Residences:
    """The inverse of `write_log`."""
    numbers = array("q", path.read_bytes())
    half = len(numbers) // 2
    return Residences(numbers[:half], numbers[half:])


@dataclass(slots=True)
class Running:
    """A server that answers; its log is there once it has been ended."""

    url: str
    process: subprocess.Popen[str]
    log: Residences = field(default_factory=lambda: Residences((), ()))

    def first(self) -> bool:
        """Wait for the first request → whether one came."""
        assert self.process.stdout is not None
        return bool(select.select([self.process.stdout], [], [], FIRST_WITHIN)[0])

    def freeze(self, after: float, seconds: float) -> float:
        """In `after` seconds stop it for `seconds` → how long it was stopped."""
        time.sleep(after)
        began = time.monotonic()
        self.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(max(0.0, began + seconds - time.monotonic()))
        finally:
            self.process.send_signal(signal.SIGCONT)
        return time.monotonic() - began


@contextmanager
def running(mixture: str, core: int, seed: int = 1) -> Iterator[Running]:
    """The server in a process of its own on `core`; ended, and its log read, afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-accuracy-") as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "bench.accuracy.server", "--mixture", mixture, "--seed", str(seed)]
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command, "--log", str(log)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            if not port:
                raise RuntimeError("the server did not start")
            found = Running(f"http://127.0.0.1:{port}", process)
            yield found
        finally:
            process.terminate()
            process.communicate(timeout=30)
        found.log = read_log(log)


if __name__ == "__main__":
    main()
