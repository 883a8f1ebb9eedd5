"""What items of small pools cost, and the slowest requests, in the snapshots of a real load."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import gevent
import pytest
from support_net import answer, serving
from support_plan import call, think

from loadspec.load import ConstantArrivalRate, ConstantVus, LoadConfig, PerVuIterations, SharedIterations
from loadspec.metrics import Trend
from loadspec.metrics.items import unite_items
from loadspec.metrics.slowest import slowest
from loadspec.spec.model import PoolDef

WORDS = ("quick", "slow", "bad")
SLOW = 0.08


def items(ran: Any) -> dict[str, tuple[int, int, Trend]]:
    """By text: iterations, failed ones, times."""
    found = {}
    for row in unite_items(row for snapshot in ran.snapshots for row in snapshot["pool_items"]):
        times = Trend.from_wire(row["times"])
        found[row["text"]] = (times.count + row["failed"], row["failed"], times)
    return found


def pools() -> dict[str, PoolDef]:
    return {"words": PoolDef("words", "sequential", WORDS)}


def path_of(request: bytes) -> str:
    return request.split(b" ")[1].decode()


class Server:
    """Answers `/slow` late, and `/bad` with 500; serves one connection a greenlet."""

    def __init__(self) -> None:
        from gevent.server import StreamServer

        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _serve(self, connection: Any, _address: Any) -> None:
        while data := connection.recv(65536):
            path = path_of(data)
            gevent.sleep(SLOW if path == "/slow" else 0.0)
            status = b"500 No" if path == "/bad" else b"200 OK"
            connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        self._server.stop()


@pytest.fixture
def server() -> Any:
    made = Server()
    yield made
    made.close()


LOADS = [PerVuIterations(3, 10), ConstantArrivalRate(rate=Fraction(60), duration=0.5, max_vus=20)]


@pytest.mark.parametrize("load", LOADS, ids=["closed", "open"])
def test_each_item_has_its_iterations_without_thinking(bench: Any, server: Server, load: LoadConfig) -> None:
    flow = (call(path="/{{ pool.words }}"), think(0.2, 0.2))
    ran = bench(*flow, load=load, base_url=server.url, pools=pools()).load()
    found = items(ran)
    drawn = Counter(WORDS[number % 3] for number in range(ran.books[1]))
    assert {word: row[:2] for word, row in found.items()} == {w: (n, n * (w == "bad")) for w, n in drawn.items()}
    assert found["bad"][2].count == 0
    assert found["slow"][2].min >= SLOW * 1000
    whole: Any = ran.store.select("iteration_duration")
    passed = [found[word][2] for word in ("quick", "slow")]
    assert sum(times.sum + 200 * times.count for times in passed) < whole.sum, "which has all, thinking too"
    assert {tags for metric, tags in ran.store.series if metric == "iteration_duration"} == {(("scenario", "default"),)}


def test_an_iteration_that_is_cut_off_costs_nothing(bench: Any, server: Server) -> None:
    load = ConstantVus(1, 0.1, graceful_stop=0.0)
    ran = bench(call(path="/{{ pool.words }}"), think(9.0, 9.0), load=load, base_url=server.url, pools=pools()).load()
    assert ran.books == (1, 0, 1)
    assert items(ran) == {}


def test_the_slowest_requests_are_those_of_the_slow_path(bench: Any, server: Server) -> None:
    ran = bench(call(path="/{{ pool.words }}"), load=PerVuIterations(3, 12), base_url=server.url, pools=pools()).load()
    rows = slowest(row for snapshot in ran.snapshots for row in snapshot["slowest"])
    assert len(rows) == 10
    assert all(row["ms"] >= SLOW * 1000 for row in rows), "of which there were twelve"
    durations: Any = ran.store.where("http_req_duration")
    assert rows[0]["ms"] == durations.max
    assert {(row["endpoint"], row["scenario"], row["poll"]) for row in rows} == {("one", "default", False)}


def test_a_second_of_the_slowest_is_the_one_in_which_it_was_answered(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = (call(), think(0.7, 0.7))
    ran = bench(*flow, load=SharedIterations(1, 4), base_url=server.url).load()
    told = {row["at"] for snapshot in ran.snapshots for row in snapshot["slowest"]}
    begins = [0.0, *(snapshot["t"] for snapshot in ran.snapshots)]
    assert told <= set(begins)
    assert sorted(told)[0] == 0.0
    assert len(told) >= 3
