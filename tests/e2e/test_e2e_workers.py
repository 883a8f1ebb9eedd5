"""Several worker processes: one load, one result; and what is left of it when some of them die."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support_cli import REFERENCE, Done, books, command, environment, finish, run, served, start, workers_of
from support_net import ScriptedServer, answer, serving

from loadspec.mock import MockProcess
from loadspec.results import Collector
from loadspec.results.journal import Records
from loadspec.results.ledger import Record

STEADY = """\
loadspec: 1
name: steady
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints:
  login: {method: POST, path: /api/auth/login, json: {email: a@b.c}}
  credits: {path: /api/credits, expected_statuses: [401]}
setup:
  - call: login
flow:
  - call: credits
  - think: 100ms
teardown:
  - call: login
vus: 6
duration: 60s
thresholds: {http_req_duration: p(95) < 20s}
"""
LISTED = """\
loadspec: 1
name: listed
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
pools:
  shuffled: {items: [a, b, c, d, e, f, g, h], pick: shuffle}
  drawn: {items: [a, b, c, d, e, f, g, h], pick: random}
  kept: {items: [NUMBERS], pick: unique}
endpoints:
  one: {path: "/{{ vu }}/{{ iteration }}/{{ pool.shuffled }}/{{ pool.drawn }}/{{ pool.kept }}"}
flow:
  - call: one
vus: 7
iterations_per_vu: 4
""".replace("NUMBERS", ", ".join(map(str, range(28))))


def spec(tmp_path: Path, text: str = STEADY) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def server() -> Iterator[Callable[[], ScriptedServer]]:
    made: list[ScriptedServer] = []

    def build() -> ScriptedServer:
        made.append(ScriptedServer(serving(answer())))
        return made[-1]

    yield build
    for one in made:
        one.close()


def wait_for_load(mock: MockProcess, requests: int = 30) -> None:
    """Until the mock has counted some requests of the load."""
    for _ in range(600):
        if sum(mock.stats().get("credits", {}).values()) >= requests:
            return
        time.sleep(0.05)
    raise AssertionError("the load never began")


def gone(*workers: int) -> bool:
    """Whether no process is left of them, a while after they were told to go."""
    for _ in range(200):
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            return True
        time.sleep(0.05)
    return False


def journal(done: Done, phase: str) -> list[Record]:
    """The snapshots of a phase, as they were written."""
    return [row for row in Records(done.run / "journal") if (row["is"], row.get("phase")) == ("snapshot", phase)]


def test_no_iteration_is_lost_or_done_twice(tmp_path: Path, server: Callable[[], ScriptedServer]) -> None:
    seen = []
    for workers in (1, 3):
        one = server()
        path = spec(tmp_path, LISTED)
        done = run(tmp_path / f"r{workers}", path, "--workers", workers, "--seed", 7, url=one.url)
        assert done.code == 0, done.stderr
        assert done.results["iterations"] == {"started": 28, "completed": 28, "interrupted": 0, "dropped": 0}
        assert done.results["generator"]["workers"] == workers
        assert len(done.results["health"]) == workers
        assert done.results["degraded"] is None
        assert {pool["name"]: pool["distinct"] for pool in done.results["pools"]}["kept"] == 28
        items = {pool["name"]: sum(item["iterations"] for item in pool["items"]) for pool in done.results["pools"]}
        assert items == {"shuffled": 28, "drawn": 28, "kept": 0}, "28 rows are too many to be told apart"
        seen.append(sorted(request.split(b" ")[1] for request in one.requests))
    assert len(seen[0]) == 28
    assert seen[0] == seen[1], "the same users, iterations and rows, whoever runs them"


def test_no_start_of_an_open_load_is_lost_or_made_twice(tmp_path: Path, server: Callable[[], ScriptedServer]) -> None:
    load = "rate: 50/s\nduration: 1s\narrivals: poisson\nmax_vus: 200\n"
    text = LISTED.replace("/{{ vu }}/{{ iteration }}", "").replace("vus: 7\niterations_per_vu: 4\n", load)
    text = text.replace("pick: unique", "pick: sequential")
    seen = []
    for workers in (1, 3):
        one = server()
        done = run(tmp_path / f"r{workers}", spec(tmp_path, text), "--workers", workers, "--seed", 7, url=one.url)
        assert done.code == 0, done.stderr
        assert done.results["generator"]["workers"] == workers
        count = len(one.requests)
        assert done.results["iterations"] == {"started": count, "completed": count, "interrupted": 0, "dropped": 0}
        delays, latency = (done.results["metrics"][name]["total"] for name in ("dispatch_delay", "scheduled_latency"))
        assert delays["count"] == latency["count"] == count
        seen.append(sorted(request.split(b" ")[1] for request in one.requests))
    assert len(seen[0]) > 20
    assert seen[0] == seen[1], "the same starts, each with its own rows"


def test_books_of_all_workers_are_the_servers_and_setup_runs_once(tmp_path: Path, mock: MockProcess) -> None:
    done = run(tmp_path / "r", spec(tmp_path), "-d", "2s", url=mock.url, LOADSPEC_WORKERS="3")
    assert done.code == 0, done.stderr
    assert books(done) == served(mock.stats())
    assert served(mock.stats())["login"] == 2, "one setup, one teardown"
    points = done.results["points"]
    assert points["users"][0] == 6
    assert sum(points["requests"]) == served(mock.stats())["credits"]
    assert len(points["at_s"]) <= 4, "one point a second, whatever the number of workers"
    assert done.results["metrics"]["vus_max"]["total"] == {"value": 6, "min": 6, "max": 6}
    assert len(journal(done, "load")) <= 4
    again = Collector()
    for phase in ("setup", "load", "teardown"):
        for snapshot in journal(done, phase):
            again.add(snapshot)
    assert again.stores["load"].total("http_reqs") == served(mock.stats())["credits"]
    assert [point.t for point in again.course.points()] == [pytest.approx(t, abs=0.001) for t in points["at_s"]]
    each = done.results["health"]
    assert [row["worker"] for row in each] == [1, 2, 3]
    assert done.results["generator"]["cpu_s"] > sum(row["worst"]["cpu_s"] for row in each)
    assert done.results["generator"]["peak_rss_bytes"] > sum(row["worst"]["peak_rss_bytes"] for row in each)


def test_the_rate_limit_is_the_whole_runs(tmp_path: Path, mock: MockProcess) -> None:
    path = spec(tmp_path, STEADY.replace("100ms", "1ms"))
    done = run(tmp_path / "r", path, "-d", "2s", "--max-rate", 40, "--workers", 2, url=mock.url)
    assert done.code == 0, done.stderr
    assert served(mock.stats())["credits"] <= 2 * 40 + 2 * 3 + 2


def test_a_scenario_begins_after_another_has_ended_on_all_workers(tmp_path: Path, mock: MockProcess) -> None:
    head, _, rest = STEADY.partition("flow:\n")
    scenarios = (
        "scenarios:\n"
        "  first: {vus: 5, iterations_per_vu: 2, flow: [{call: credits}, {think: 200ms}]}\n"
        "  then: {vus: 4, iterations_per_vu: 1, after: first, flow: [{call: credits}]}\n"
    )
    text = head + scenarios + rest[rest.index("teardown") :].replace("vus: 6\nduration: 60s\n", "")
    done = run(tmp_path / "r", spec(tmp_path, text), "--workers", 3, url=mock.url)
    assert done.code == 0, done.stderr
    first, then = done.results["scenarios"]
    assert first["iterations"]["completed"] == 10
    assert then["iterations"]["completed"] == 4
    assert then["began_s"] >= first["ended_s"]
    assert books(done) == served(mock.stats())


def test_an_aborting_threshold_stops_all(tmp_path: Path, mock: MockProcess) -> None:
    text = STEADY.replace("p(95) < 20s", "{that: p(95) < 0.001ms, abort: true}")
    done = run(tmp_path / "r", spec(tmp_path, text), "--workers", 2, url=mock.url)
    assert done.code == 99, done.stderr
    assert done.results["times"]["duration_s"] < 30
    assert done.results["thresholds"][0]["aborted"] is True
    assert books(done) == served(mock.stats())


def test_a_step_that_aborts_on_one_worker_ends_the_load_on_all(tmp_path: Path, mock: MockProcess) -> None:
    text = STEADY.replace(
        "  - think: 100ms\n",
        "  - think: 100ms\n  - {call: login, when: vu == 2, checks: {no: 1 == 2}, on_fail: abort}\n",
    )
    done = run(tmp_path / "r", spec(tmp_path, text), "--workers", 3, url=mock.url)
    assert done.code == 108, done.stderr
    assert done.results["verdict"] == "ABORTED"
    assert books(done) == served(mock.stats())


def test_a_pool_that_ends_on_one_worker_ends_the_load_on_all(tmp_path: Path, mock: MockProcess) -> None:
    pools = "pools: {p: {items: [1, 2, 3, 4, 5, 6, 7, 8], pick: unique, at_end: stop}}\n"
    text = STEADY.replace("endpoints:", f"{pools}endpoints:")
    text = text.replace("path: /api/credits,", 'path: "/api/credits?n={{ pool.p }}",')
    done = run(tmp_path / "r", spec(tmp_path, text), "--workers", 2, url=mock.url)
    assert done.code == 0, done.stderr
    assert [warning for warning in done.results["warnings"] if "used up" in warning] == [
        "pool `p` is used up: no row is left of its 8; with that the load ended"
    ]
    assert books(done) == served(mock.stats())


@pytest.mark.parametrize("count", [1, 2])
def test_signals_go_to_all(tmp_path: Path, mock: MockProcess, count: int) -> None:
    text = STEADY if count == 1 else STEADY.replace("100ms", "50s")
    process = start(tmp_path / "r", spec(tmp_path, text), "--workers", 2, url=mock.url)
    wait_for_load(mock, 6)
    workers = workers_of(process.pid)
    assert len(workers) == 2
    for _ in range(count):
        process.send_signal(signal.SIGINT)
        time.sleep(0.4)
    done = finish(process, tmp_path / "r")
    assert done.code == 105, done.stderr
    assert done.results["degraded"] is None
    iterations = done.results["iterations"]
    assert iterations["started"] == iterations["completed"] + iterations["interrupted"]
    assert iterations["interrupted"] == (0 if count == 1 else 6)
    assert books(done) == served(mock.stats())
    assert served(mock.stats())["login"] == (2 if count == 1 else 1), "a second signal leaves out teardown"
    assert gone(*workers)


def test_a_worker_that_is_killed_leaves_a_degraded_result(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), "-d", "5s", "--workers", 2, url=mock.url)
    wait_for_load(mock, 80)
    workers = workers_of(process.pid)
    os.kill(workers[1], signal.SIGKILL)
    done = finish(process, tmp_path / "r")
    assert done.code == 95, done.stderr
    assert "worker 2 of 2 was lost" in done.stdout
    degraded = done.results["degraded"]
    (loss,) = degraded["lost_workers"]
    assert (loss["worker"], loss["of"], loss["share_ratio"], loss["why"]) == (2, 2, 0.5, "ended with code -9")
    assert 1 <= loss["at_s"] <= 4
    assert degraded["missing_ratio"] == pytest.approx(0.5 * (1 - loss["at_s"] / done.results["times"]["duration_s"]))
    assert done.results["thresholds"][0]["status"] == "inconclusive"
    assert any("was lost" in warning for warning in done.results["warnings"])
    assert "degraded" in [row["is"] for row in Records(done.run / "journal")]
    assert "was lost" in done.html
    assert done.results["points"]["users"][-2] == 3
    iterations = done.results["iterations"]
    assert iterations["started"] == iterations["completed"] + iterations["interrupted"]
    missed = served(mock.stats())["credits"] - books(done)["credits"]
    assert 0 <= missed <= 3 * 11, "at most what its three users did since its last word"
    assert gone(*workers)


def test_all_workers_lost_is_a_lost_run_with_what_was_measured(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), "--workers", 2, url=mock.url)
    wait_for_load(mock, 80)
    for worker in workers_of(process.pid):
        os.kill(worker, signal.SIGKILL)
    done = finish(process, tmp_path / "r")
    assert done.code == 95
    assert "load was lost: all 2 workers were lost" in done.stdout.replace("\n           ", " ")
    assert books(done)["credits"] > 0


def test_a_killed_parent_takes_all_workers_along(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), "--workers", 3, url=mock.url)
    wait_for_load(mock, 6)
    workers = workers_of(process.pid)
    process.kill()
    process.communicate(timeout=60)
    assert len(workers) == 3
    assert gone(*workers)


def test_users_that_must_meet_run_on_one_worker(tmp_path: Path, mock: MockProcess) -> None:
    text = STEADY.replace("  - think: 100ms\n", "  - wait_until: {users: 6}\n")
    text = text.replace("duration: 60s", "iterations_per_vu: 2")
    done = run(tmp_path / "r", spec(tmp_path, text), "--workers", 3, url=mock.url)
    assert done.code == 0, done.stderr
    assert done.results["iterations"]["completed"] == 12
    assert done.results["generator"]["workers"] == 1
    assert any("on 1 worker instead of 3: `wait_until`" in warning for warning in done.results["warnings"])


def test_workers_that_are_no_number_are_wrong_usage(tmp_path: Path) -> None:
    line = command("run", REFERENCE, "--workers", "many")
    done = subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=60, cwd=tmp_path)
    assert done.returncode == 2
    assert "--workers takes a number of processes" in done.stderr


@pytest.mark.drill
def test_a_worker_that_is_stopped_is_written_off_and_never_fires_again(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), "-d", "9s", "--workers", 2, url=mock.url)
    wait_for_load(mock, 80)
    workers = workers_of(process.pid)
    os.kill(workers[0], signal.SIGSTOP)
    assert gone(workers[0]), "killed although it cannot end by itself"
    done = finish(process, tmp_path / "r")
    assert done.code == 95
    (loss,) = done.results["degraded"]["lost_workers"]
    assert (loss["worker"], loss["why"]) == (1, "said nothing for 3 s")
    assert served(mock.stats())["login"] == 2, "another worker tears down"
    assert gone(*workers)


@pytest.mark.drill
def test_workers_of_a_parent_that_is_stopped_end(tmp_path: Path, mock: MockProcess) -> None:
    process = start(tmp_path / "r", spec(tmp_path), "--workers", 2, url=mock.url)
    wait_for_load(mock, 80)
    workers = workers_of(process.pid)
    process.send_signal(signal.SIGSTOP)
    before = time.monotonic()
    while any("Z" not in Path(f"/proc/{worker}/stat").read_text() for worker in workers):  # the parent reaps nobody
        assert time.monotonic() - before < 60
        time.sleep(0.1)
    process.send_signal(signal.SIGCONT)
    done = finish(process, tmp_path / "r")
    assert done.code == 95
    assert done.results["times"]["duration_s"] > 3, "what they said before they ended is heard"
    assert gone(*workers)


TAGGED = """\
loadspec: 1
name: tagged
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
tags: {build: "7"}
pools: {terms: {items: [TERMS], pick: unique}}
endpoints:
  search: {path: "/api/credits?q={{ pool.terms }}", expected_statuses: [401], tags: {term: "{{ pool.terms }}"}}
flow: [{call: search}]
vus: 4
iterations: 160
"""


@pytest.mark.parametrize(("terms", "code"), [(100, 0), (101, 108)])
def test_tags_have_so_many_values_on_all_workers_together(
    terms: int, code: int, tmp_path: Path, mock: MockProcess
) -> None:
    """160 iterations: a worker alone sees no more than 80 of the terms."""
    items = [f"t{number % terms}" for number in range(160)]
    path = spec(tmp_path, TAGGED.replace("TERMS", ", ".join(items)))
    done = run(tmp_path / "reports", path, "--workers", "2", "--tag", "branch=main", url=mock.url)
    assert done.code == code
    found = done.results
    assert found["tags"] == {"build": "7", "branch": "main"}
    if code:
        assert "endpoint search: its tag term has more than 100 values" in found["failure"]
    books = found["requests"]["total"]
    assert books["answered"] == found["metrics"]["http_reqs"]["total"]["count"]
