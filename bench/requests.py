"""What a request costs to make, and what cookies and credentials add: microseconds, the best of seven rounds.

Run it: python bench/requests.py. The jar is measured beside the standard library's, which needs a request object.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any

from loadspec.expr import Scope
from loadspec.protocols.http.auth import Tools
from loadspec.protocols.http.cookies import Jar
from loadspec.protocols.http.request import HttpRequest, Origins, compile_request
from loadspec.spec.building.auth import build_auth
from loadspec.wire.files import Upload
from loadspec.wire.url import parse_url

COUNT, ROUNDS = 20_000, 7
PHOTO = bytes(range(256)) * 400


class User:
    """What the templates below read."""

    __slots__ = ("auth", "n")

    def __init__(self) -> None:
        self.auth: dict[Any, Any] = {}
        self.n = 7


def best(run: Callable[[Any], Any], user: Any) -> float:
    """Microseconds of one `run(user)`."""
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(COUNT):
            run(user)
        times.append(time.process_time() - begin)
    return min(times) / COUNT * 1e6


def renders() -> dict[str, Callable[[Any], bytes]]:
    """Requests by what they hold."""
    scope = Scope(names={"n": lambda user: user.n, "photo": lambda _user: PHOTO})
    settings = {"username": "ann", "password": "secret"}
    rows: dict[str, dict[str, Any]] = {
        "json": {"body": ("json", {"prompt": "{{ n }}", "steps": 1})},
        "form": {"body": ("form", {"prompt": "{{ n }}", "steps": "1"})},
        "basic, no body": {"auth": ("basic", settings)},
        "own cookies": {"cookies": {"session": "{{ n }}"}},
        "graphql": {"body": ("graphql", {"query": "{ me }", "variables": {"n": "{{ n }}"}})},
        "multipart, 100 kB from a pool": {
            "body": ("multipart", {"n": "{{ n }}", "photo": Upload("{{ photo }}", "a.png")})
        },
        "hmac": {"body": ("json", {"n": "{{ n }}"}), "auth": ("hmac", build_auth({"hmac": {"key": "k"}}).settings)},
    }

    def unused(*_: Any) -> Any:
        raise NotImplementedError

    tools = Tools(scope, Origins(), unused, lambda _value: None, {})
    return {
        label: compile_request(HttpRequest("POST", "http://h.example", "/x/{{ n }}", **fields), tools).render
        for label, fields in rows.items()
    }


def jars() -> dict[str, Callable[[Any], Any]]:
    """A request that gets two cookies, and an answer that sets one; by ours and by the standard library."""
    line = "session=3f2b8c1e5a77; Path=/; HttpOnly"
    head = f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: {line}\r\n\r\n".encode()
    origin, target = parse_url("http://h.example/a/b")
    request = b"GET /a/b HTTP/1.1\r\nHost: h.example\r\n\r\n"
    ours, theirs = Jar(), CookieJar()
    message = Message()
    message["Set-Cookie"] = line

    class Answer:
        def info(self) -> Message:
            return message

    def add(_user: Any) -> None:
        theirs.add_cookie_header(urllib.request.Request("http://h.example/a/b"))

    def extract(_user: Any) -> None:
        theirs.extract_cookies(Answer(), urllib.request.Request("http://h.example/a/b"))  # type: ignore[arg-type]

    ours.store(head, origin, target)
    extract(None)
    return {
        "cookies into a request, our jar": lambda _user: ours.attach(request, origin),
        "cookies into a request, http.cookiejar": add,
        "a Set-Cookie, our jar": lambda _user: ours.store(head, origin, target),
        "a Set-Cookie, http.cookiejar": extract,
    }


def main() -> None:
    """Print a line for each."""
    user = User()
    for label, run in {**renders(), **jars()}.items():
        print(f"{label:40} {best(run, user):8.2f} µs")


if __name__ == "__main__":
    main()
