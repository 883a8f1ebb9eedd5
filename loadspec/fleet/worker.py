"""The worker process, started by `process.COMMAND`, told what to do on its standard input.

It ends when its input ends, so that no worker outlives its parent; and when it has heard nothing for four seconds, for
its parent says something each second: nobody would learn of its load any more.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import gevent
import orjson
from gevent.os import make_nonblocking, nb_read, nb_write
from gevent.queue import SimpleQueue
from msgspec import Struct, to_builtins

from loadspec.engine import Bounds, Engine, PhaseEnd
from loadspec.fleet.httplog import HttpLog, notes_of
from loadspec.load import Share
from loadspec.plan import compile_plan
from loadspec.spec import build
from loadspec.spec.secrets import known_secrets
from loadspec.stopping import STOPPING
from loadspec.transports import require

if TYPE_CHECKING:
    from loadspec.fleet.samples import Samples

_GC_THRESHOLDS = (50_000, 20, 50)
"""The hot path makes few cycles; collecting less often keeps its pauses rare."""
_BEAT = 1.0
"""Seconds between two signs of life."""
_FLUSH = 5.0
"""Seconds that a disk has for the samples that are left, when a phase is over."""
_HURRY = 0.5
"""The same for one that was told to end: its parent waits no longer than a second."""
_LEASE = 4
"""Beats without an order after which it ends. Beats, not seconds: one that was asleep has its orders still to read."""


def main() -> NoReturn:
    """Run one job, until the input ends."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)  # the parent decides; its end ends the worker
    make_nonblocking(0)
    make_nonblocking(1)
    orders: Any = SimpleQueue()
    outbox: Any = SimpleQueue()
    engine: list[Engine] = []
    lease = _Lease()
    gevent.spawn(_listen, orders, engine, lease)
    gevent.spawn(_write, outbox)
    gevent.spawn(_beat, outbox.put, lease)
    _raise_file_limit()
    _obey(orders, engine, outbox.put)


def _obey(orders: Any, engine: list[Engine], send: Callable[[dict[str, Any]], None]) -> NoReturn:
    samples: list[Samples] = []
    while True:
        order = orders.get()
        what = order["do"]
        if what == "job":
            _compile(order, engine, samples, send)
        else:
            _finish(what, _PHASES[what](engine[0], order), samples, send)


def _compile(
    order: dict[str, Any], engine: list[Engine], samples: list[Samples], send: Callable[[dict[str, Any]], None]
) -> None:
    try:
        spec = build(order["document"], order["env_values"], order["source"])
        log = HttpLog(order["log_http"]) if order["log_http"] else None
        plan = compile_plan(spec, order["seed"], order["run_id"], log, bool(order["samples"]))
        require(plan.origins.transports)
    except ValueError as error:
        send({"is": "invalid", "reason": str(error), "hint": getattr(error, "hint", "")})
        return
    if log is not None:
        log.failures = plan.phases["load"].failures
    bounds = Bounds.from_wire(order["bounds"])
    if order["samples"]:
        from loadspec.fleet.samples import Samples  # lazily: most runs keep none

        share = order["k"], order["n"]
        samples.append(Samples(order["samples"], plan, order["run_id"], known_secrets(spec), *share))
        gevent.spawn(samples[0].run)

    def emit(snapshot: dict[str, Any]) -> None:
        notes = [*snapshot["notes"], *notes_of(log), *(note for one in samples for note in one.notes())]
        send({"is": "snapshot", **snapshot, "notes": notes})

    def tell(what: str, **fields: Any) -> None:
        send({"is": what, **fields})

    engine.append(Engine(plan, emit, bounds, Share(order["k"], order["n"]), tell))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    gc.enable()
    send({"is": "ready"})


_PHASES: dict[str, Callable[[Engine, dict[str, Any]], PhaseEnd]] = {
    "setup": lambda engine, order: engine.setup(),
    "load": lambda engine, order: engine.load(order["setup"], order["epoch"]),
    "teardown": lambda engine, order: engine.teardown(order["setup"]),
}


def _finish(phase: str, end: PhaseEnd, samples: list[Samples], send: Callable[[dict[str, Any]], None]) -> None:
    notes = list(end.notes)
    for one in samples:
        one.flush(_FLUSH if end.status == "done" else _HURRY)
        notes += one.notes(ended=True)
    send(
        {
            "is": "end",
            "phase": phase,
            "status": end.status,
            "reason": end.reason,
            "captures": end.captures,
            "notes": notes,
            "pool_ends": end.pool_ends,
        }
    )


_AT_ONCE: dict[str, Callable[[Engine, dict[str, Any]], None]] = {
    "stop": lambda engine, order: engine.stop(order["grace"], order["phase"]),
    "wind_down": lambda engine, order: engine.wind_down(),
    "crew_go": lambda engine, order: engine.crew_go(order["crew"], order["at"]),
    "abort": lambda engine, order: engine.abort(order["reason"]),
    "lease": lambda engine, order: None,
}
"""Orders that do not wait for the phase at hand to end."""


class _Lease:
    """How many beats ago an order came."""

    def __init__(self) -> None:
        self.missed = 0


def _listen(orders: Any, engine: list[Engine], lease: _Lease) -> None:
    """Orders go to the queue, but for those that act at once. The end of the input ends everything."""
    for line in _lines():
        lease.missed = 0
        order = orjson.loads(line)
        act = _AT_ONCE.get(order["do"])
        if act is None:
            orders.put(order)
        elif engine:
            act(engine[0], order)
    os._exit(0)


def _beat(send: Callable[[dict[str, Any]], None], lease: _Lease) -> NoReturn:
    while lease.missed < _LEASE:
        send({"is": "beat"})
        gevent.sleep(_BEAT)
        lease.missed += 1
    os._exit(0)


def _lines() -> Iterator[bytes]:
    rest = b""
    while data := nb_read(0, 1 << 16):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def _plain(value: Any) -> Any:
    """What JSON cannot say: a Struct as an object, anything else as text."""
    return to_builtins(value) if isinstance(value, Struct) else str(value)


def _write(outbox: Any) -> NoReturn:
    """Messages leave without ever blocking the loop; a full pipe only delays them.

    A worker that can no longer speak ends, so that its parent hears of it.
    """
    try:
        while True:
            data = memoryview(orjson.dumps(outbox.get(), default=_plain) + b"\n")
            while data:
                data = data[nb_write(1, data) :]
    except BrokenPipeError:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _raise_file_limit() -> None:
    """A user is a socket: ask for as many open files as the system lets us have."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (_most_files(), hard):  # root may raise the hard limit, too
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(limit, hard), max(limit, hard)))
            return


def _most_files() -> int:
    """What the kernel lets root raise the limit to; 0 where it does not tell."""
    try:
        return int(Path("/proc/sys/fs/nr_open").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
