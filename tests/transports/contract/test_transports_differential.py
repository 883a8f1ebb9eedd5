"""The same answers through every transport: the same status, head, body and verdict, or a reason that is listed.

How many there are of each reason is in a failure's message; about one in twelve differs by one of the two siblings.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from contract_differences import reason
from contract_scenarios import Generator, Scenario
from support_net import Conn

from loadspec.transports import TRANSPORTS, channel_kind

SEED = 20261127


def outcome(one: Any, scenario: Scenario) -> tuple[Any, ...]:
    """(status, head, body), or (0, kind, phase)."""
    channel = one.ask(scenario.method, path=f"/{scenario.number}", total=1.0)
    found = (channel.status, channel.head, channel.body) if channel.status else (0, channel.error, channel.phase)
    if scenario.end != "keep" or scenario.tags & {"204", "304"}:
        channel.disconnect()  # what is still to come must not meet the next request
    return found


def compare(count: int, begin: int, serve: Any, client: Any) -> Counter[str]:
    """How many differ from `fast`, by transport and reason; those without a reason by their description."""
    generator = Generator(SEED)
    scenarios = [generator(number) for number in range(begin, begin + count)]

    def script(conn: Conn) -> None:
        while request := conn.request():
            scenario = scenarios[int(request.split(b" ", 2)[1][1:]) - begin]
            for piece in scenario.pieces:
                conn.send(piece)
                if len(scenario.pieces) > 1:
                    time.sleep(0.0003)
            if scenario.end == "reset":
                time.sleep(0.01)
                return conn.reset()
            if scenario.end == "close":
                return None
        return None

    server = serve(script)
    users = {name: client(server, kind=channel_kind(name)) for name in TRANSPORTS}
    found: Counter[str] = Counter()
    for scenario in scenarios:
        outcomes = {name: outcome(one, scenario) for name, one in users.items()}
        fast = outcomes.pop("fast")
        for name, other in outcomes.items():
            if other != fast:
                why = reason(name, scenario, fast, other)
                found[
                    f"{name}: {why}" if why else f"{name}: NO REASON: {scenario}\n   fast {fast}\n   {name} {other}"
                ] += 1
    return found


def check(found: Counter[str], count: int) -> None:
    table = "\n".join(f"{number:5} {what}" for what, number in sorted(found.items()))
    assert not [what for what in found if "NO REASON" in what], f"of {count} answers each:\n{table}"
    assert sum(found.values()) < count * 2 * 0.1, f"more differ than are alike:\n{table}"


@pytest.mark.parametrize("begin", range(0, 2000, 500))
def test_generated_answers(begin: int, serve: Any, client: Any) -> None:
    check(compare(500, begin, serve, client), 500)


@pytest.mark.drill
@pytest.mark.timeout(600)
@pytest.mark.parametrize("begin", range(10_000, 20_000, 2000))
def test_many_generated_answers(begin: int, serve: Any, client: Any) -> None:
    check(compare(2000, begin, serve, client), 2000)
