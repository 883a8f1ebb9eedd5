"""What an evaluation costs: nanoseconds for typical expressions, functions, templates, bodies and draws.

Run it: python bench/expressions.py. It writes bench/EXPRESSIONS.md, and ends with 1 where a row is beyond its bound.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.expression_page import Row, judge, page, sentence  # noqa: E402
from loadspec.expr import (  # noqa: E402
    Missing,
    Scope,
    compile_bytes,
    compile_expression,
    compile_json_body,
    compile_template,
    header_value,
    quote_segment,
)
from loadspec.extract.jsonpath import compile_jsonpath  # noqa: E402
from loadspec.plan.chance import sequence  # noqa: E402
from loadspec.pools import Pool  # noqa: E402

COUNT, ROUNDS = 20_000, 7
Run = Callable[[Any], Any]


class User:
    """What a plan's context may look like: slots that getters read."""

    __slots__ = ("body", "chance", "duration", "headers", "json", "n", "ok", "status", "token")

    def __init__(self) -> None:
        self.status, self.duration, self.ok, self.n = 200, 12.5, True, 0
        self.token = "3f2b8c1e-5a77-4f0e-9d51-0c7f1a6f2b11"
        images = [{"id": index, "name": f"image {index}"} for index in range(3)]
        self.json = {"token": self.token, "status": "done", "data": {"images": images}}
        self.body = '{"token":"' + self.token + '","status":"done"}'
        self.headers = {"content-type": "application/json", "retry-after": "5", "date": "2026-11-24T00:00:00Z"}
        self.chance = sequence(1)


def best(run: Run, user: User) -> float:
    """Nanoseconds of one `run(user)`, without the loop around it."""

    def seconds(fn: Run) -> float:
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


class UserScope(Scope):
    """The names that the lines below use."""

    chance = staticmethod(lambda user: user.chance)
    paths = staticmethod(compile_jsonpath)

    def __init__(self, prompts: Pool) -> None:
        names = ("status", "duration", "ok", "json", "body", "headers", "token")
        getters: dict[Any, Run] = {name: eval(f"lambda user: user.{name}") for name in names}
        getters["steps.generate.ok"] = lambda user: user.ok
        getters["pool.prompts"] = lambda user: prompts.draw(3, user.n)
        super().__init__(getters, {"vars.await_image": True, "vars.off": False, "env.API": "http://127.0.0.1:8089"})


CONDITIONS = (
    "status == 200",
    "status in [200, 202]",
    "status == 200 and defined(json.token)",
    "json.status in ['failed', 'cancelled']",
    "json.status == 'done'",
    "500 <= status <= 599",
    "not ok",
    "duration",
    "vars.await_image and steps.generate.ok",
    "vars.off and steps.generate.ok",
    "json.data.images[0].id",
    "defined(json.gone)",
    "default(json.gone, 0)",
    "duration * 2 + 1",
    "'a' if ok else 'b'",
    "int(headers['retry-after']) < 60",
)

FUNCTIONS = (
    "contains(json.token, 'f2b') and len(json.token) == 36",
    "starts_with(headers['content-type'], 'application/json')",
    "matches(token, '^[0-9a-f-]+$')",
    'find(body, r\'"token":"([^"]+)"\')',
    "lower(token)",
    "replace(token, '-', '')",
    "split(token, '-')",
    "join(['a', token], ',')",
    "trim(token)",
    "round(duration)",
    "max(duration, 5)",
    "first(json.data.images)",
    "pluck(json.data.images, 'id')",
    "jsonpath(json, '$.data.images[0].id')",
    "now()",
    "timestamp()",
    "uuid()",
    "random()",
    "random_int(1, 100)",
    "choice(json.data.images)",
    "base64(token)",
    "sha256(token)",
    "urlencode(token)",
    "to_json(json)",
    "from_json(body)",
)

UNBOUNDED = (
    "random_string(16)",
    "hmac('key', token)",
    "iso_date()",
    "format_date('%Y-%m-%d')",
    "parse_date(headers.date)",
    "jsonpath(json, '$.data.images[?@.id == 2].name')",
    "jwt({'sub': token}, 'key')",
    "unique(json.data.images)",
)


def cases(scope: Scope) -> Iterator[tuple[str, str, Run, bool]]:
    """Section, text, what is run, whether it has a bound."""
    missing = compile_expression("json.gone", scope)

    def caught(user: User) -> None:
        try:
            missing(user)
        except Missing:
            return

    for text in CONDITIONS:
        yield "Conditions and values", text, compile_expression(text, scope), True
    yield "Conditions and values", "json.gone, raised and caught", caught, True
    for text in FUNCTIONS:
        yield "Functions", text, compile_expression(text, scope), True
    for text in UNBOUNDED:
        yield "Functions without a bound", text, compile_expression(text, scope), False
    yield "Templates and bodies", "Bearer {{ token }}", compile_template("Bearer {{ token }}", scope).render, True
    header = compile_bytes("Bearer {{ token }}", scope, header_value).render
    yield "Templates and bodies", "Bearer {{ token }}, as a header's bytes", header, True
    path = compile_bytes("/api/sessions/{{ token }}", scope, quote_segment).render
    yield "Templates and bodies", "/api/sessions/{{ token }}, as a path's bytes", path, True
    for body in (
        {"prompt": "{{ pool.prompts }}"},
        {"prompt": "{{ pool.prompts }}", "size": 1024, "t": "{{ token }}"},
        {"email": "{{ env.API }}", "password": "x"},
    ):
        yield "Templates and bodies", str(body), compile_json_body(body, scope).render, False
    for pick in ("random", "sequential", "shuffle"):
        draw = Pool("p", list(range(1000)), pick, 1, 10).draw
        yield "Draws of a pool", f"{pick}, of 1000", (lambda user, draw=draw: draw(3, 40)), False


def facts() -> dict[str, str]:
    """What the numbers depend on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{model or platform.machine()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }


def main() -> int:
    """Measure, print, write the page; 1 where a bound does not hold."""
    prompts = Pool("prompts", [f"a prompt of some length, number {index}" for index in range(8)], "random", 1, 10)
    scope, user, rows = UserScope(prompts), User(), []
    for section, text, run, bounded in cases(scope):
        nanoseconds = best(run, user)
        rows.append(Row(section, text, nanoseconds) if bounded else Row(section, text, nanoseconds, None))
        print(f"{text:64} {nanoseconds:7.0f} ns", flush=True)
    (ROOT / "bench" / "EXPRESSIONS.md").write_text(page(rows, facts(), ROUNDS, COUNT))
    verdict = judge(rows)
    print(sentence(verdict))
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
