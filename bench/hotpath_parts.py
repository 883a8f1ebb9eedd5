"""One request's parts, each measured on its own beside a floor: microseconds of CPU time."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import mean

import orjson

from bench.hotpath_calls import ask, kernel, sockets, waiting
from bench.hotpath_floors import FLOORS
from bench.hotpath_page import Part
from bench.hotpath_rig import Rig, Taken, best, rounds
from loadspec.transports.base import UNPARSED, Deadlines
from loadspec.transports.network import Network
from loadspec.wire.encoding import decode_content
from loadspec.wire.fasthead import shortcuts


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
    ("loop", "step and iteration: calls, books, a new row of the pool", "an empty loop"),
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
    limits = Network().limits
    parse_head, join_chunks = shortcuts(limits)
    known = parse_head(answer)
    assert known is not None
    _, raw, length, encoding, *_ = known
    start = len(raw)
    if length >= 0:
        return best(lambda: parse_head(answer)), 0.0
    body = join_chunks(answer, start)
    assert body is not None
    head = best(lambda: (parse_head(answer), join_chunks(answer, start)))
    return head, best(lambda: decode_content(body, encoding, limits))


def fold(rig: Rig, answers: list[bytes], iterations: int = 2_000) -> float:
    """µs a request to move what was appended into histograms and to write a snapshot of them."""
    iterate = rig.iteration(answers)
    times = []
    for _ in rounds():
        for _ in range(iterations):
            iterate()
        begin = time.process_time()
        orjson.dumps(rig.drain().to_wire(), option=orjson.OPT_NON_STR_KEYS)
        times.append(time.process_time() - begin)
    return min(times) / iterations / len(answers) * 1e6
