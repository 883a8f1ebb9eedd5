"""One request's parts, each measured on its own beside a floor: microseconds of CPU time."""

from __future__ import annotations

import itertools
import select
import socket
import ssl
import time
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

import gevent
import orjson
from greenlet import getcurrent, greenlet

from bench.hotpath_page import Part
from bench.hotpath_rig import ROUNDS, Rig, Taken, best
from loadspec.clock import monotonic
from loadspec.protocols.http.captures.fields import LARGE, compile_find
from loadspec.transports.base import UNPARSED, Deadlines
from loadspec.transports.connection import READ, inner_calls
from loadspec.transports.fast import FastChannel
from loadspec.transports.network import Network
from loadspec.wire.encoding import decode_content
from loadspec.wire.fasthead import parse_head, parse_one_chunk
from loadspec.wire.url import Origin

LIMIT = 65536
SAMPLES = 5
"""What a request of the flow adds to trends: four timings, and each second request its own and its iteration's."""


def measure(spec: Path, url: str, users: int) -> list[Part]:
    """All parts of the flow in `spec` against the nginx at `url`, in the order in which a request passes them."""
    (probe,) = sockets(url, 1)
    rig = Rig(spec, url, lambda request: ask(probe, request))
    taken = list(rig.taken())
    probe.close()
    steps = [_of_step(step, rig) for step in taken]
    in_step = {name: mean(step[name] for step in steps) for name in steps[0]}
    floors = {name: mean(floor(step) for step in taken) for name, floor in FLOORS.items()}
    calls = kernel(url, [step.request for step in taken], users)
    iteration = best(rig.iteration([step.answer for step in taken])) / len(taken)
    rig.drain()
    parts = {**in_step, "loop": iteration - sum(in_step.values()), **calls, **waiting(users)}
    parts["fold"] = fold(rig, [step.answer for step in taken])
    floors |= {"send": calls["bare send"], "receive": calls["bare receive"], "switch": parts["bare switch"]}
    return [Part(title, parts[name], floors[name], what) for name, title, what in ROWS if name in parts]


ROWS = (
    ("render", "templates: the request's bytes", "its pieces, known already, joined"),
    ("send", "send: the kernel carries it to nginx's socket", "the same system call, or OpenSSL's"),
    ("switch", "switch to the hub, and back by the watcher", "an empty libev watcher, a bare greenlet switch"),
    ("receive", "receive", "the same system call, or OpenSSL's"),
    ("exchange", "exchange: clocks, deadline, state, errors", "five looks at the clock"),
    ("head", "head", "its end found, and the rest known by the head"),
    ("inflate", "inflate", "zlib in one call"),
    ("json", "JSON", "orjson; of a large body `msgspec` for one field"),
    ("capture", "captures", "a look-up and a store in dictionaries"),
    ("checks", "checks", "the same conditions in plain Python"),
    ("record", "metrics: samples appended, counters", "four appends"),
    ("fold", "metrics: folded into histograms", "the samples as an array of floats"),
    ("finish", "outcome, `record`, `classify`", "three appends"),
    ("loop", "step and iteration: calls, books, a new iteration", "an empty loop"),
)
"""Name, title, what the floor is."""


# Parts of the program on canned answers


def _of_step(step: Taken, rig: Rig) -> dict[str, float]:
    """Part → µs of one request of this step; `wait` is what giving way costs where nothing gives way."""
    user, channel = step.user, step.user.answer
    deadlines = Deadlines()

    def judged() -> None:
        step.judge(user, True)

    def parsed_and_judged() -> None:
        channel.parsed = UNPARSED
        step.judge(user, True)

    exchange = best(lambda: channel.exchange(step.request, deadlines, False, False))
    head, inflate = _head(step.answer)
    wait = best(lambda: channel._wait("headers"))
    judgement = best(judged)
    parts = {
        "render": best(lambda: step.render(user)),
        "exchange": exchange - head - inflate - wait,
        "wait": wait,
        "head": head,
        "json": best(parsed_and_judged) - judgement,
        "capture": best(lambda: step.capture(user)),
        "finish": best(lambda: step.finish(user, True, True)),
    }
    if inflate:
        parts["inflate"] = inflate
    parts["checks"] = judgement - parts["capture"]
    parts["record"] = best(lambda: step.attempt(user)) - exchange - parts["render"]
    rig.drain()
    return parts


def _head(answer: bytes) -> tuple[float, float]:
    """(µs to find the end and the length of an answer, µs to decode its body)."""
    if parse_head(answer) is not None:
        return best(lambda: parse_head(answer)), 0.0
    one = parse_one_chunk(answer)
    assert one is not None
    body = answer[one[2] : one[3]]
    limits = Network().limits
    head = best(lambda: (parse_head(answer), parse_one_chunk(answer)))
    return head, best(lambda: decode_content(body, one[4], limits))


def fold(rig: Rig, answers: list[bytes], iterations: int = 2_000) -> float:
    """µs a request to move what was appended into histograms and to write a snapshot of them."""
    iterate = rig.iteration(answers)
    times = []
    for _ in range(ROUNDS):
        for _ in range(iterations):
            iterate()
        begin = time.process_time()
        orjson.dumps(rig.drain().to_wire(), option=orjson.OPT_NON_STR_KEYS)
        times.append(time.process_time() - begin)
    return min(times) / iterations / len(answers) * 1e6


# Floors


def _joined(step: Taken) -> float:
    third = len(step.request) // 3
    pieces = [step.request[:third], step.request[third : 2 * third], step.request[2 * third :]]
    return best(lambda: b"".join(pieces))


def _clocks(_step: Taken) -> float:
    def run() -> None:
        monotonic(), monotonic(), monotonic(), monotonic(), monotonic()

    return best(run)


def _found(step: Taken) -> float:
    answer, known = step.answer, {step.answer[: step.answer.find(b"\r\n\r\n") + 4]: 1}
    return best(lambda: known[answer[: answer.find(b"\r\n\r\n") + 4]])


def _inflated(step: Taken) -> float:
    body = step.answer[step.answer.find(b"\r\n\r\n") + 4 :]
    start = body.find(b"\r\n") + 2
    data = body[start:-7]
    return best(lambda: zlib.decompress(data, 31)) if data[:2] == b"\x1f\x8b" else 0.0


def _parsed(step: Taken) -> float:
    body = step.user.answer.body
    find = compile_find({"token"})
    return best(lambda: find(body)) if len(body) >= LARGE else best(lambda: orjson.loads(body))


def _captured(step: Taken) -> float:
    parsed, captures = orjson.loads(step.user.answer.body), {}
    key = next(iter(parsed))

    def run() -> None:
        captures["x"] = parsed[key]

    return best(run)


def _checked(step: Taken) -> float:
    answer = step.user.answer
    parsed = orjson.loads(answer.body)
    key = next(iter(parsed))
    return best(lambda: answer.status == 200 and key in parsed)


def _appends(count: int) -> Callable[[Taken], float]:
    def run_of(_step: Taken) -> float:
        samples: list[float] = []
        add = samples.append

        def run() -> None:
            for _ in range(count):
                add(1.5)

        return best(run)

    return run_of


def _as_array(_step: Taken) -> float:
    samples = [0.25 * n for n in range(1000)]
    return best(lambda: array("f", samples), 200) / 1000 * SAMPLES


def _nothing(_step: Taken) -> float:
    steps = (id, id)

    def run() -> None:
        for step in steps:
            step(steps)

    return best(run) / 2


FLOORS: dict[str, Callable[[Taken], float]] = {
    "render": _joined,
    "exchange": _clocks,
    "head": _found,
    "inflate": _inflated,
    "json": _parsed,
    "capture": _captured,
    "checks": _checked,
    "record": _appends(4),
    "fold": _as_array,
    "finish": _appends(3),
    "loop": _nothing,
}


# System calls and switches


def sockets(url: str, count: int) -> list[Any]:
    """Connections to nginx, over TLS where the URL says so."""
    where = urlsplit(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    made: list[Any] = []
    for _ in range(count):
        sock = socket.create_connection((where.hostname, where.port), 10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.append(context.wrap_socket(sock) if where.scheme == "https" else sock)
    return made


def ask(sock: Any, request: bytes) -> bytes:
    """One request, and all that is there of its answer a moment later."""
    sock.sendall(request)
    time.sleep(0.05)
    return bytes(sock.recv(LIMIT))


def kernel(url: str, requests: list[bytes], users: int) -> dict[str, float]:
    """µs of one `send` and one `recv`, in turn on many connections: as a channel calls them, and what is below."""
    connections = sockets(url, users)
    turns = itertools.cycle(requests)
    for connection in connections:
        ask(connection, next(turns))
    bare = [
        (c._sslobj.write, c._sslobj.read) if isinstance(c, ssl.SSLSocket) else (c.send, c.recv) for c in connections
    ]
    ours = [inner_calls(c) if isinstance(c, ssl.SSLSocket) else (c.send, c.recv) for c in connections]
    ways = {"": ours, "bare ": bare}
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN)
    times: dict[str, list[float]] = {f"{way}{what}": [] for way in ways for what in ("send", "receive")}
    for way, request in _alternate(list(ways), turns):
        begin = time.process_time()
        for send, _ in ways[way]:
            send(request)
        sent = time.process_time()
        while len(poll.poll(1000)) < users:
            time.sleep(0.0005)
        ready = time.process_time()
        for _, receive in ways[way]:
            receive(LIMIT)
        times[f"{way}send"].append(sent - begin)
        times[f"{way}receive"].append(time.process_time() - ready)
    for connection in connections:
        connection.close()
    return {name: sorted(found)[len(found) // 4] / users * 1e6 for name, found in times.items()}


def _alternate(ways: list[str], turns: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    for _ in range(40 * ROUNDS):
        request = next(turns)
        for way in ways:
            yield way, request


def waiting(users: int, wakes: int = 20_000) -> dict[str, float]:
    """µs of one wait of a user, from its switch to the hub until the loop's watcher has it go on; and of its floor.

    Each user's socket has a byte to read that nobody reads, so that the loop finds all of them ready in each turn.
    """
    pairs = [socket.socketpair() for _ in range(users)]
    readers = [reader for reader, writer in pairs if writer.send(b"x")]
    woken = min(_woken(readers, wakes // users) for _ in range(ROUNDS))
    watched = min(_watched(readers, wakes // users) for _ in range(ROUNDS))
    for pair in pairs:
        for sock in pair:
            sock.close()
    return {"switch": woken, "bare switch": watched + _bare_switch()}


class Ready(FastChannel):
    """A channel on a socket that always has something to read, and is no worse for it."""

    __slots__ = ()

    def attach(self, sock: socket.socket) -> None:
        """Watch a socket as `_open` does."""
        self._watcher = self._network.loop.io(sock.fileno(), READ)
        self._watcher.start(self._on_readable)

    def _alive(self) -> bool:
        return True


def _woken(readers: list[socket.socket], turns: int) -> float:
    """µs of one wake of a user by its channel."""
    network, origin = Network(), Origin("http", "127.0.0.1", 1)

    def live(reader: socket.socket) -> None:
        channel = Ready(network, origin, getcurrent().switch)
        channel.attach(reader)
        for _ in range(turns):
            channel._wait("headers")
        channel.close()

    begin = time.process_time()
    gevent.joinall([gevent.spawn(live, reader) for reader in readers], raise_error=True)
    return (time.process_time() - begin) / (turns * len(readers)) * 1e6


def _watched(readers: list[socket.socket], turns: int) -> float:
    """µs of one event of a libev watcher whose callback does nothing."""
    loop = gevent.get_hub().loop
    watchers = [loop.io(reader.fileno(), READ) for reader in readers]
    for watcher in watchers:
        watcher.start(int)
    begin = time.process_time()
    for _ in range(turns):
        loop.run(nowait=True, once=True)
    spent = time.process_time() - begin
    for watcher in watchers:
        watcher.stop()
        watcher.close()
    return spent / (turns * len(readers)) * 1e6


def _bare_switch() -> float:
    """µs of a switch to another greenlet and back."""

    def run() -> None:
        back = getcurrent().parent.switch
        while True:
            back()

    return best(greenlet(run).switch)
