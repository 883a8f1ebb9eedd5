"""HTTP: a request compiled to bytes, sent, judged and measured."""

from loadspec.protocols.http.attempt import Attempt, compile_attempt
from loadspec.protocols.http.captures import compile_captures
from loadspec.protocols.http.judge import Judge, compile_judge
from loadspec.protocols.http.request import Render, Route, compile_request

__all__ = [
    "Attempt",
    "Judge",
    "Render",
    "Route",
    "compile_attempt",
    "compile_captures",
    "compile_judge",
    "compile_request",
]
