"""The mock in a process of its own, for demos and tests: start it, ask it, stop it."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPConnection
from types import TracebackType
from typing import Any

from msgspec.structs import replace

from loadspec.errors import LoadspecError
from loadspec.mock.config import MockConfig, as_arguments

START_TIMEOUT = 30.0
STOP_TIMEOUT = 5.0
ASK_TIMEOUT = 30.0


class MockProcess:
    """A running mock on loopback; a context manager that stops it. It dies with the process that started it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def pid(self) -> int:
        """The mock's process id."""
        return self._process.pid

    def stats(self) -> dict[str, dict[int, int]]:
        """Requests by endpoint and status, as the server counted them."""
        counts = self._ask("GET", "/admin/stats")
        return {endpoint: {int(k): n for k, n in by_status.items()} for endpoint, by_status in counts.items()}

    def configure(self, **settings: Any) -> None:
        """Change settings by the names of MockConfig, for example `error_rate=0.2`. Raises LoadspecError."""
        self._ask("POST", "/admin/config", settings)

    def reset(self) -> None:
        """Forget sessions, credits and counts."""
        self._ask("POST", "/admin/reset", {})

    def stop(self) -> None:
        """Stop the server and wait for it; again is no error."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> MockProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ask(self, method: str, path: str, data: Any = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ASK_TIMEOUT)
        try:
            connection.request(method, path, None if data is None else json.dumps(data))
            response = connection.getresponse()
            value = json.loads(response.read())
        except (OSError, ValueError) as error:
            raise LoadspecError(f"the mock platform at {self.url} does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != 200:
            raise LoadspecError(value.get("message", f"the mock platform answered {response.status}"))
        return value


def start(config: MockConfig | None = None) -> MockProcess:
    """Start a mock on a free loopback port and wait until it answers; `config`'s host and port are not used.

    Raises LoadspecError when it does not come up.
    """
    config = replace(config or MockConfig(), host="127.0.0.1", port=0)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "loadspec.mock", *as_arguments(config), "--lifeline"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the load test; it ends the mock when it is done
    )
    port = _announced_port(process)
    mock = MockProcess(process, port)
    if not port:
        mock.stop()
        raise LoadspecError("the mock platform did not start", "try `python -m loadspec.mock` to see why")
    mock.stats()
    return mock


def _announced_port(process: subprocess.Popen[str]) -> int:
    """The port in the first line that the mock prints, 0 if there is none in time."""
    stdout = process.stdout
    if stdout is None or not select.select([stdout], [], [], START_TIMEOUT)[0]:
        return 0
    port = stdout.readline().rpartition(":")[2].strip()
    return int(port) if port.isdigit() else 0
