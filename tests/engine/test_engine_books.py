"""The server's own count is the books', request by request, also where users are cut off in the middle."""

from __future__ import annotations

from typing import Any

import gevent
import pytest
from support_net import open_files, until
from support_plan import call, metrics, poll, think

from loadspec.load import ConstantVus, RampingVus, SharedIterations, Stage
from loadspec.mock import MockProcess
from loadspec.spec.model import Auth

AUTH = Auth("bearer", {"token": "{{ token }}"})
FLOW = (
    call("login", method="POST", path="/api/auth/login", json={"email": "a@b.c"}, captures={"token": "$.token"}),
    call(
        "generate",
        method="POST",
        path="/api/images/m/generate",
        auth=AUTH,
        json={"prompt": "{{ pool.p }}"},
        captures={"id": "$.session_id"},
        classify=[("status >= 500", "provider"), (None, "other")],
    ),
    poll(
        "image_status",
        path="/api/sessions/{{ id }}",
        auth=AUTH,
        every=0.02,
        until="json.status == 'done'",
        when="steps.generate.ok",
        poll_timeout=5.0,
        record={"to_image": "since('generate')"},
    ),
)
EXTRA: dict[str, Any] = {
    "metrics": metrics(provider="counter", other="counter", to_image="trend"),
    "pools": {},
}


def run(bench: Any, mock: MockProcess, load: Any, *more: Any) -> Any:
    from support_plan import pool

    fields = {**EXTRA, "pools": pool("p", "a", "b", "ü", pick="random")}
    return bench(*FLOW, *more, load=load, base_url=mock.url, **fields).load()


def seen(ran: Any, endpoint: str) -> int:
    """Requests that the server can have counted: answered, without an answer, cut off, sent in vain before a retry."""
    store = ran.store
    unsent = sum(
        value.value
        for tags, value in store.items("http_reqs")
        if tags["endpoint"] == endpoint and tags.get("error_phase") in ("dns", "connect", "tls", "write")
    )
    total = sum(store.total(name, endpoint=endpoint) for name in ("http_reqs", "http_reqs_cut_off", "http_req_retries"))
    return int(total - unsent)


def by_status(ran: Any, endpoint: str) -> dict[int, int]:
    counts: dict[int, int] = {}
    for tags, value in ran.store.items("http_reqs"):
        if tags["endpoint"] == endpoint and tags["status"] != "0":
            counts[int(tags["status"])] = counts.get(int(tags["status"]), 0) + int(value.value)
    return counts


LOADS = [
    SharedIterations(5, 20),
    ConstantVus(20, 0.5, 5.0),
    ConstantVus(30, 0.5, 0.0),
    RampingVus((Stage(0.3, 20), Stage(0.3, 0)), start_vus=1, graceful_ramp_down=0.0, graceful_stop=0.0),
]


@pytest.mark.parametrize("load", LOADS, ids=["to the end", "graceful", "cut off", "ramps that kill"])
def test_the_servers_count_is_ours(load: Any, bench: Any, mock: MockProcess) -> None:
    gevent.sleep(0)  # the loop's own files
    before = open_files()
    ran = run(bench, mock, load)
    _, completed, interrupted = ran.books
    assert completed > 0
    stats = mock.stats()
    ours = {endpoint: seen(ran, endpoint) for endpoint in ("login", "generate", "image_status")}
    assert ours == {endpoint: sum(stats.get(endpoint, {}).values()) for endpoint in ours}
    assert ran.store.total("http_reqs") > 0
    assert ran.store.select("to_image").count <= completed
    if load.end > load.duration:
        assert interrupted == 0
        assert ran.store.total("http_reqs_cut_off") == 0
        assert {e: by_status(ran, e) for e in ours} == {e: stats[e] for e in ours}
    assert [f for f in ran.failures if f["key"][1] not in ("poll_failed",)] == []
    until(lambda: open_files() <= before)


def test_errors_are_counted_as_the_server_does(bench: Any, mock: MockProcess) -> None:
    mock.configure(error_rate=0.4)
    ran = run(bench, mock, SharedIterations(5, 60), think(0.001, 0.002))
    stats = mock.stats()
    assert by_status(ran, "generate") == stats["generate"]
    errors = sum(count for status, count in stats["generate"].items() if status >= 500)
    assert 0 < errors < 60
    assert ran.store.total("provider") == errors
    assert ran.store.total("other") == 0
    assert ran.store.total("http_reqs", endpoint="generate", expected_response="false") == errors
    assert sum(f["count"] for f in ran.failures if f["key"][0] == "generate") == errors
    assert seen(ran, "image_status") == sum(stats["image_status"].values())
