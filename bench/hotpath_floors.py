"""What each part of a request would cost at the least, from Python: microseconds of CPU time."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable

import orjson

from bench.hotpath_rig import Taken, best
from loadspec.clock import monotonic
from loadspec.protocols.http.captures.fields import LARGE, compile_find

SAMPLES = 5
"""What a request of the flow adds to trends: four timings, and each second request its own and its iteration's."""


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
