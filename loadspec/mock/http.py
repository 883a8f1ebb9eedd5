"""Requests and answers as plain values: what the routes take and give, without sockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from msgspec import Struct, field

JSON = "application/json"
MAX_BODY = 1 << 20


class BadRequestError(Exception):
    """A request that cannot be understood; the text says why. `status` is 400 unless it says more."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Request(Struct, frozen=True):
    """One request; `body` is None where it was longer than MAX_BODY. `path` is unquoted, `raw_path` is not.

    `environ` is WSGI's, for the headers that few routes ask for.
    """

    method: str
    path: str
    authorization: str = ""
    content_type: str = ""
    body: bytes | None = b""
    query: str = ""
    raw_path: str = ""
    environ: Mapping[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Path and query as they were sent."""
        return f"{self.raw_path}?{self.query}" if self.query else self.raw_path

    def header(self, name: str) -> str:
        """A header's value, empty where there is none."""
        return str(self.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))

    def parameters(self) -> dict[str, str]:
        """The query's parameters; of several of one name the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def cookies(self) -> dict[str, str]:
        """The cookies, by name."""
        pairs = [pair.partition("=") for pair in self.header("Cookie").split("; ") if pair]
        return {name: value for name, _, value in pairs}

    def data(self) -> Mapping[str, Any]:
        """The body as a mapping: a JSON object, a form, or empty. Raises BadRequestError."""
        if self.body is None:
            raise BadRequestError(f"the body is longer than {MAX_BODY} bytes", 413)
        if not self.body.strip():
            return {}
        if self.content_type.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            data = orjson.loads(self.body)
        except ValueError as error:
            raise BadRequestError(f"the body is not JSON: {error}") from None
        if not isinstance(data, dict):
            raise BadRequestError("the body is not a JSON object")
        return data

    def text(self, name: str) -> str:
        """A text field of the body, stripped; empty where it is absent or null. Raises BadRequestError."""
        value = self.data().get(name)
        if value is not None and not isinstance(value, str):
            raise BadRequestError(f"`{name}` is not a text")
        return (value or "").strip()


class Answer(Struct, frozen=True):
    """One answer: everything but the framing."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def answer_json(value: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer that carries JSON."""
    return Answer(status, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), JSON, headers)


def answer_error(status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An error as this API spells it: `{"error": code, "message": sentence}`."""
    return answer_json({"error": code, "message": message}, status, headers)
