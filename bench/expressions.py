"""What an evaluation costs: nanoseconds for typical expressions, templates, bodies and pool draws.

Run it: python bench/expressions.py. Each figure is the best of seven rounds; the price of the loop is taken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from loadspec.expr import (
    Missing,
    Scope,
    compile_bytes,
    compile_expression,
    compile_json_body,
    compile_template,
    header_value,
    quote_segment,
)
from loadspec.pools import Pool

COUNT, ROUNDS = 50_000, 7


class User:
    """What a plan's context may look like: slots that getters read."""

    __slots__ = ("duration", "json", "n", "ok", "status", "token")

    def __init__(self) -> None:
        self.status, self.duration, self.ok, self.n = 200, 12.5, True, 0
        self.token = "3f2b8c1e-5a77-4f0e-9d51-0c7f1a6f2b11"
        self.json = {"token": self.token, "status": "done", "data": {"images": [{"id": 7}]}}


def best(run: Callable[[Any], Any], user: User) -> float:
    """Nanoseconds of one `run(user)`, without the loop around it."""

    def seconds(fn: Callable[[Any], Any]) -> float:
        turns = range(COUNT)
        begin = time.process_time()
        for _ in turns:
            fn(user)
        return time.process_time() - begin

    def nothing() -> float:
        turns = range(COUNT)
        begin = time.process_time()
        for _ in turns:
            pass
        return time.process_time() - begin

    return (min(seconds(run) for _ in range(ROUNDS)) - min(nothing() for _ in range(ROUNDS))) / COUNT * 1e9


def scope_of(prompts: Pool) -> Scope:
    """The names that the lines below use."""

    def steps_ok(user: User) -> bool:
        return user.ok

    names: dict[str | tuple[str, ...], Callable[[User], Any]] = {
        "status": lambda user: user.status,
        "duration": lambda user: user.duration,
        "ok": lambda user: user.ok,
        "json": lambda user: user.json,
        "token": lambda user: user.token,
        "steps.generate.ok": steps_ok,
    }
    names["pool.prompts"] = lambda user: prompts.draw(3, user.n)
    return Scope(names, {"vars.await_image": True, "vars.off": False, "env.API": "http://127.0.0.1:8089"})


EXPRESSIONS = (
    "status == 200",
    "status == 200 and defined(json.token)",
    "json.status in ['failed', 'cancelled']",
    "json.status == 'done'",
    "status >= 500",
    "500 <= status <= 599",
    "not ok",
    "duration",
    "vars.await_image and steps.generate.ok",
    "vars.off and steps.generate.ok",
    "json.data.images[0].id",
    "defined(json.gone)",
    "default(json.gone, 0)",
    "contains(json.token, 'f2b') and len(json.token) == 36",
    "matches(json.token, '^[0-9a-f-]+$')",
    "duration * 2 + 1",
)


def main() -> None:
    """Measure and print one line each."""
    prompts = Pool("prompts", [f"a prompt of some length, number {index}" for index in range(8)], "random", 1, 10)
    scope, user = scope_of(prompts), User()
    rows: list[tuple[str, Callable[[Any], Any]]] = [(text, compile_expression(text, scope)) for text in EXPRESSIONS]
    missing = compile_expression("json.gone", scope)

    def caught(user: User) -> None:
        try:
            missing(user)
        except Missing:
            return

    rows += [
        ("json.gone, raised and caught", caught),
        ("template `Bearer {{ token }}`", compile_template("Bearer {{ token }}", scope).render),
        ("header bytes `Bearer {{ token }}`", compile_bytes("Bearer {{ token }}", scope, header_value).render),
        (
            "path bytes `/api/sessions/{{ token }}`",
            compile_bytes("/api/sessions/{{ token }}", scope, quote_segment).render,
        ),
        ("body {prompt: pool item}", compile_json_body({"prompt": "{{ pool.prompts }}"}, scope).render),
        (
            "body {prompt, size, token}",
            compile_json_body({"prompt": "{{ pool.prompts }}", "size": 1024, "t": "{{ token }}"}, scope).render,
        ),
        ("body, constant", compile_json_body({"email": "{{ env.API }}", "password": "x"}, scope).render),
    ]
    for pick in ("random", "sequential", "shuffle"):
        pool = Pool("p", list(range(1000)), pick, 1, 10)
        rows.append((f"draw, {pick}, of 1000", lambda user, draw=pool.draw: draw(3, 40)))  # type: ignore[misc]
    for name, run in rows:
        print(f"{name:56} {best(run, user):7.0f} ns")


if __name__ == "__main__":
    main()
