from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from loadspec.errors import ExitCode, LoadspecError
from loadspec.mock import MockConfig, MockProcess, serve, start

LOGIN_BODY = b'{"email": "a@b.c"}'
LOGIN = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(LOGIN_BODY), LOGIN_BODY)


def connect(mock: MockProcess) -> socket.socket:
    return socket.create_connection(("127.0.0.1", mock.port), timeout=20)


def read_answer(sock: socket.socket) -> bytes:
    """One answer with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536) or pytest.fail("the server closed")
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
    while len(body) < size:
        body += sock.recv(65536)
    assert len(body) == size
    return head + b"\r\n\r\n" + body


def read_to_the_end(sock: socket.socket) -> bytes:
    data = b""
    while more := sock.recv(65536):
        data += more
    return data


def ends(pid: int, seconds: float = 20.0) -> bool:
    """Whether a process that is not our child is gone, or a zombie, in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_the_reference_flow(mock: MockProcess) -> None:
    mock.configure(service_median=0.01)
    with requests.Session() as session:
        login = session.post(f"{mock.url}/api/auth/login", json={"email": "a@b.c", "password": "x"})
        assert (login.status_code, login.headers["Content-Type"]) == (200, "application/json")
        session.headers["Authorization"] = f"Bearer {login.json()['token']}"
        asked = session.post(f"{mock.url}/api/images/seedream4/generate", json={"prompt": "a lake"})
        assert asked.status_code == 202
        assert asked.json()["clientKey"]
        polls = 0
        while True:
            polls += 1
            state = session.get(mock.url + asked.json()["status_url"]).json()
            if state["status"] == "done":
                break
        assert state["created_at"] <= state["started_at"] < state["finished_at"] <= time.time() + 1
        picture = session.get(mock.url + state["image_url"])
        assert picture.headers["Content-Type"] == "image/png"
        assert session.get(f"{mock.url}/api/credits").json()["ledger"]["captured"] == 1
        assert session.get(f"{mock.url}/healthz").text == "ok\n"
        assert "mock_requests_total" in session.get(f"{mock.url}/metrics").text
    assert mock.stats() == {
        "login": {200: 1},
        "generate": {202: 1},
        "image_status": {200: polls},
        "image": {200: 1},
        "credits": {200: 1},
    }


def test_one_connection_carries_many_requests(mock: MockProcess) -> None:
    with connect(mock) as sock:
        for _ in range(5):
            sock.sendall(LOGIN)
            assert read_answer(sock).startswith(b"HTTP/1.1 200 OK\r\n")
        sock.sendall(LOGIN * 3 + LOGIN.replace(b"Host", b"Connection: close\r\nHost"))  # pipelined
        assert read_to_the_end(sock).count(b"HTTP/1.1 200 OK") == 4
    assert mock.stats() == {"login": {200: 9}}


def test_head_gives_the_length_without_the_body(mock: MockProcess) -> None:
    with connect(mock) as sock:
        sock.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = read_to_the_end(sock)
    assert b"Content-Length: 3\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_chunked_bodies_are_read(mock: MockProcess) -> None:
    def parts() -> Any:
        yield b'{"email": '
        yield b'"x@y.z"}'

    answer = requests.post(f"{mock.url}/api/auth/login", data=parts(), headers={"Content-Type": "application/json"})
    assert answer.json()["user"]["email"] == "x@y.z"


def test_a_body_that_is_too_long_is_refused(mock: MockProcess) -> None:
    answer = requests.post(f"{mock.url}/api/auth/login", data=b"x" * (2 << 20))
    assert (answer.status_code, mock.stats()) == (413, {"login": {413: 1}})


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", 400),
        (b"POST /api/auth/login HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n", 414),
    ],
)
def test_what_is_no_http_is_answered_and_counted(mock: MockProcess, raw: bytes, status: int) -> None:
    with connect(mock) as sock:
        sock.sendall(raw)
        sock.shutdown(socket.SHUT_WR)
        assert read_to_the_end(sock).startswith(b"HTTP/1.1 %d " % status)
    assert mock.stats() == {"other": {status: 1}}


def hang_up_politely(sock: socket.socket) -> None:
    sock.close()


def hang_up_with_reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def hang_up_half(sock: socket.socket) -> None:
    sock.shutdown(socket.SHUT_WR)
    sock.close()


@pytest.mark.parametrize("hang_up", [hang_up_politely, hang_up_with_reset, hang_up_half])
@pytest.mark.parametrize("warm", [False, True], ids=["new", "kept-alive"])
def test_clients_that_hang_up_are_counted(
    mock: MockProcess, hang_up: Callable[[socket.socket], None], warm: bool
) -> None:
    socks = [connect(mock) for _ in range(200)]
    if warm:
        for sock in socks:
            sock.sendall(LOGIN)
        for sock in socks:
            read_answer(sock)
    for sock in socks:
        sock.sendall(LOGIN)
    for sock in socks:
        hang_up(sock)
    assert mock.stats() == {"login": {200: 400 if warm else 200}}


def test_a_look_at_the_books_never_overtakes_what_was_sent_before_it(mock: MockProcess) -> None:
    with connect(mock) as books:  # this connection is older, so the server may read it first
        for turn in range(1, 6):
            socks = [connect(mock) for _ in range(100)]
            for sock in socks:
                sock.sendall(LOGIN)
            books.sendall(b"GET /admin/stats HTTP/1.1\r\nHost: x\r\n\r\n")
            assert read_answer(books).endswith(b'{"login":{"200":%d}}' % (100 * turn))
            for sock in socks:
                sock.close()


@pytest.mark.parametrize("hang_up", [hang_up_politely, hang_up_with_reset])
@pytest.mark.parametrize("request_text", [LOGIN, b"GET /api/credits HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["post", "get"])
def test_a_request_that_never_fully_came_is_not_counted(
    mock: MockProcess, hang_up: Callable[[socket.socket], None], request_text: bytes
) -> None:
    for cut in range(len(request_text)):
        sock = connect(mock)
        sock.sendall(request_text[:cut])
        hang_up(sock)
    assert mock.stats() == {}


def test_a_chunked_body_that_breaks_off_is_not_counted(mock: MockProcess) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    for tail in (b"", b"5", b"5\r\nab", b"5\r\nabcde\r\n", b"0\r\n"):
        with connect(mock) as sock:
            sock.sendall(head + tail)
    assert mock.stats() == {}


def test_the_books_are_exact_under_concurrent_load(mock: MockProcess) -> None:
    mock.configure(error_rate=0.2, credits=150, queue=20, service_median=0.05)

    def user(number: int) -> Counter[tuple[str, int]]:
        seen: Counter[tuple[str, int]] = Counter()
        with requests.Session() as session:
            for turn in range(20):
                answer = session.post(f"{mock.url}/api/auth/login", json={"email": f"{number % 2}@b.c"})
                seen["login", answer.status_code] += 1
                bearer = {"Authorization": f"Bearer {answer.json()['token']}" if turn % 7 else "Bearer wrong"}
                answer = session.post(f"{mock.url}/api/images/m/generate", json={"prompt": "p"}, headers=bearer)
                seen["generate", answer.status_code] += 1
                url = answer.json().get("status_url", "/api/sessions/none")
                seen["image_status", session.get(mock.url + url, headers=bearer).status_code] += 1
                if turn % 3 == 0:
                    with connect(mock) as sock:
                        sock.sendall(LOGIN)
                    seen["login", 200] += 1
        return seen

    with ThreadPoolExecutor(20) as pool:
        total: Counter[tuple[str, int]] = sum(pool.map(user, range(20)), Counter())
    stats = mock.stats()
    assert {(endpoint, status): n for endpoint, by in stats.items() for status, n in by.items()} == total
    assert {401, 202} < set(stats["generate"])
    assert sum(stats["generate"].values()) == 400


def test_credits_are_exact_under_concurrent_load(mock: MockProcess) -> None:
    mock.configure(credits=50)
    token = requests.post(f"{mock.url}/api/auth/login", json={"email": "a@b.c"}).json()["token"]

    def ask(_: int) -> int:
        return requests.post(
            f"{mock.url}/api/images/m/generate", json={"prompt": "p"}, headers={"Authorization": f"Bearer {token}"}
        ).status_code

    with ThreadPoolExecutor(10) as pool:
        assert Counter(pool.map(ask, range(120))) == {202: 50, 402: 70}
    assert mock.stats()["generate"] == {202: 50, 402: 70}


def test_settings_change_and_wrong_ones_are_told(mock: MockProcess) -> None:
    mock.configure(error_rate=1.0)
    assert requests.get(f"{mock.url}/admin/config").json()["error_rate"] == 1.0
    with pytest.raises(LoadspecError, match="no setting `colour`"):
        mock.configure(colour="red")


def test_the_same_seed_gives_the_same_outcomes_over_http() -> None:
    def outcomes() -> list[Any]:
        with start(MockConfig(seed=42, error_rate=0.5)) as mock, requests.Session() as session:
            token = session.post(f"{mock.url}/api/auth/login").json()["token"]
            session.headers["Authorization"] = f"Bearer {token}"
            url = f"{mock.url}/api/images/m/generate"
            answers = [session.post(url, json={"prompt": "p"}) for _ in range(20)]
            return [(answer.status_code, answer.json()) for answer in answers]

    first = outcomes()
    assert first == outcomes()
    assert len({status for status, _ in first}) > 1


def test_a_taken_port_is_told_with_a_way_out(mock: MockProcess) -> None:
    with pytest.raises(LoadspecError, match=f"something else listens on port {mock.port} of 127.0.0.1") as caught:
        serve(MockConfig(port=mock.port), lambda port: pytest.fail("it listens"))
    assert caught.value.exit_code is ExitCode.USAGE
    assert "--port 0" in caught.value.hint


def test_a_strange_address_is_told() -> None:
    with pytest.raises(LoadspecError, match=r"192\.0\.2\.1 is not an address of this machine"):
        serve(MockConfig(host="192.0.2.1", port=0), lambda port: pytest.fail("it listens"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_at_a_signal(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "loadspec.mock", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout:
        port = int(process.stdout.readline().rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as sock:  # idle, kept alive
            sock.sendall(LOGIN)
            read_answer(sock)
            process.send_signal(number)
            assert process.wait(20) == 0
            assert sock.recv(1) == b""


def test_wrong_use_ends_with_2(mock: MockProcess) -> None:
    for arguments in (["--queue", "x"], ["--colour", "red"], ["--port", str(mock.port)]):
        done = subprocess.run([sys.executable, "-m", "loadspec.mock", *arguments], capture_output=True, text=True)
        assert done.returncode == 2
        assert "rror: " in done.stderr
        assert "Traceback" not in done.stderr


def test_stopping_ends_the_process_and_may_be_said_twice() -> None:
    mock = start()
    assert mock.stats() == {}
    mock.stop()
    assert ends(mock.pid)
    mock.stop()
    with pytest.raises(LoadspecError, match="does not answer"):
        mock.stats()


def test_it_dies_with_its_parent() -> None:
    code = "from loadspec.mock import start\nm = start()\nprint(m.pid, flush=True)\nimport time\ntime.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.kill()
        assert ends(pid)


def test_a_mock_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(LoadspecError, match="did not start"):
        start()


def test_importing_the_mock_starts_nothing_heavy() -> None:
    code = "import sys, loadspec.mock; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "loadspec.mock.process" in loaded
    assert not {"gevent", "click", "requests", "orjson"} & set(loaded)


def test_many_connections_wait_side_by_side(mock: MockProcess) -> None:
    socks = [connect(mock) for _ in range(500)]
    for sock in reversed(socks):
        sock.sendall(LOGIN)
    for sock in socks:
        with sock:
            assert b" 200 OK" in read_answer(sock)
    assert mock.stats() == {"login": {200: 500}}
