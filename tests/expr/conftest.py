from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loadspec.expr import Missing, Scope


def reader(name: str) -> Callable[[dict[str, Any]], Any]:
    def get(ctx: dict[str, Any]) -> Any:
        if name not in ctx:
            raise Missing(name)
        return ctx[name]

    return get


def since(arguments: tuple[Any, ...]) -> Callable[[dict[str, Any]], Any]:
    if arguments != ("generate",):
        raise ValueError(f"no step is called `{arguments[0]}`")
    return lambda ctx: ctx["since"]


NAMES = ("status", "duration", "ok", "json", "body", "headers", "token", "absent", "a", "b", "c", "steps.generate.ok")


@pytest.fixture
def scope() -> Scope:
    return Scope(
        {name: reader(name) for name in NAMES},
        {
            "env.API": "http://x",
            "env.NL": "a\r\nb",
            "vars.limit": 3,
            "vars.off": False,
            "vars.on": True,
            "vars.tree": {"leaf": [1, 2]},
            "vars.large": "x" * 4097,
        },
        {"since": since},
    )


@pytest.fixture
def ctx() -> dict[str, Any]:
    return {
        "status": 200,
        "duration": 12.5,
        "ok": True,
        "json": {"token": "abc", "n": 7, "none": None, "list": [1, {"x": 2}], "from": "f", "text": "1"},
        "body": "hello world",
        "headers": {"x-request-id": "r1"},
        "token": "tok",
        "steps.generate.ok": True,
        "since": 40.0,
    }
