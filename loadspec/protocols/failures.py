"""Failures grouped into classes: counted always, described once, with one masked sample each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loadspec.clock import Clock, monotonic
from loadspec.masking import Masker
from loadspec.protocols.user import User

_EXCERPT = 2048
_CLASSES = 200
"""More classes than this are counted in one last class, so that memory stays bounded."""

Key = tuple[str, str, str, int]
"""(endpoint, kind, step of the request, status)."""


class FailureLog:
    """The failures of one phase of one worker; `drain` gives what is new as JSON values."""

    def __init__(self, secrets: Iterable[str], secret_captures: Iterable[str], clock: Clock = monotonic) -> None:
        self._secrets = tuple(secrets)
        self._secret_captures = tuple(secret_captures)
        self._clock = clock
        self._classes: dict[Key, dict[str, Any]] = {}
        self._changed: dict[Key, dict[str, Any]] = {}
        self.epoch = clock()

    def note(self, key: Key, message: str, user: User, request: bytes = b"") -> None:
        """Count one failure; the first of its class keeps the message and a sample."""
        now = self._clock() - self.epoch
        entry = self._changed.get(key)
        if entry is not None:
            entry["count"] += 1
            entry["last"] = now
            return None
        entry = {"key": list(key), "count": 1, "first": now, "last": now}
        if key not in self._classes:
            if len(self._classes) >= _CLASSES:
                return self._overflow(user)
            self._classes[key] = entry
            masker = self._masker(user)
            entry["message"] = masker(message)
            entry["sample"] = self._sample(user, request, masker, now)
        self._changed[key] = entry
        return None

    def _overflow(self, user: User) -> None:
        key: Key = ("(other)", "other", "", 0)
        self._classes.setdefault(key, {})
        entry = self._changed.setdefault(
            key, {"key": list(key), "count": 0, "first": 0.0, "message": "further classes"}
        )
        entry["count"] += 1
        entry["last"] = self._clock() - self.epoch

    def drain(self) -> list[dict[str, Any]]:
        """What was added since the last call, by class."""
        changed = list(self._changed.values())
        self._changed = {}
        return changed

    def _masker(self, user: User) -> Masker:
        captured = (user.captures.get(name) for name in self._secret_captures)
        setup = (user.setup.get(name) for name in self._secret_captures)
        return Masker([*self._secrets, *(str(value) for value in (*captured, *setup) if value is not None)])

    def _sample(self, user: User, request: bytes, masker: Masker, now: float) -> dict[str, str]:
        answer = user.answer
        sample = {"at": f"{now:.3f}"}
        if request:
            sample["request"] = masker.message(_text(request))
        if answer.status:
            sample["response"] = masker.message(_text(answer.head) + _text(answer.body))
        return sample


def _text(data: bytes) -> str:
    cut = data[:_EXCERPT]
    text = cut.decode("utf-8", "replace").replace("\r\n", "\n")
    return text if len(data) <= _EXCERPT else f"{text}... ({len(data)} bytes)"
