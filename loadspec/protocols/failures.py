"""Failures grouped into classes: counted always, described once, with one to three masked samples each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from loadspec.clock import Clock, monotonic
from loadspec.expr import EvalError, Missing, to_text
from loadspec.masking import Masker
from loadspec.protocols.samples import CheckSamples
from loadspec.protocols.user import User
from loadspec.transports.base import Answer

_EXCERPT = 2048
_MESSAGE = 500
"""Characters: a server can put whole headers into a message."""
_VALUES = 1000
"""Secret values that are looked for."""
SAMPLES = 3
"""Of a class at most; no two of one drain, so that they are not all of one moment."""
_CLASSES = 200
"""More classes than this are counted in one last class, so that memory stays bounded."""

Key = tuple[str, str, str, int]
"""(endpoint, kind, step of the request, status)."""


class FailureLog:
    """The failures of one phase of one worker; `drain` gives what is new as JSON values.

    `secrets` are masked in all that is kept, and so are `secret_captures`: rows of a name and what takes all that it
    could be out of an answer, for the answer at hand may be the one that brings it.
    """

    def __init__(
        self,
        secrets: Iterable[str],
        secret_captures: Iterable[tuple[str, Callable[[Answer], list[Any]]]],
        clock: Clock = monotonic,
    ) -> None:
        self._secrets = tuple(secrets)
        self._secret_captures = tuple(secret_captures)
        self._hidden: list[Callable[[User], Any]] = []
        self._clock = clock
        self._samples = CheckSamples()
        self._kept: dict[Key, int] = {}
        """How many samples each class has."""
        self._changed: dict[Key, dict[str, Any]] = {}
        self._remarks: dict[str, bool] = {}
        """Text → whether it was drained."""
        self.epoch = clock()

    def hide(self, value: Callable[[User], Any]) -> None:
        """Mask what `value` says of a user, too, such as its token; Missing or empty: nothing."""
        self._hidden.append(value)

    def known(self, text: str) -> str:
        """A text of the spec, without the secrets that are known before the run."""
        return Masker(self._secrets)(text)

    def note(self, key: Key, message: str, user: User, request: bytes = b"") -> None:
        """Count one failure. The first of its class keeps the message and a sample, and so does one of each of the
        next two drains."""
        now = self._clock() - self.epoch
        entry = self._changed.get(key)
        if entry is not None:
            entry["count"] += 1
            entry["last"] = now
            return None
        entry = {"key": list(key), "count": 1, "first": now, "last": now}
        kept = self._kept.get(key)
        if kept is None and len(self._kept) >= _CLASSES:
            return self._overflow(user)
        if kept is None:
            masker = self.masker(user)
            entry["message"] = _shortened(masker(message))
            entry["sample"] = self._sample(user, request, masker, now)
        elif kept < SAMPLES:
            entry["later_samples"] = [self._sample(user, request, self.masker(user), now)]
        self._kept[key] = (kept or 0) + 1
        self._changed[key] = entry
        return None

    def _overflow(self, user: User) -> None:
        key: Key = ("(other)", "other", "", 0)
        self._kept.setdefault(key, SAMPLES)
        entry = self._changed.setdefault(
            key, {"key": list(key), "count": 0, "first": 0.0, "message": "further classes"}
        )
        entry["count"] += 1
        entry["last"] = self._clock() - self.epoch

    def sample(self, endpoint: str, check: str, expected: str, found: Callable[[User], list[str]], user: User) -> None:
        """Keep what a failed check found, if few samples of it were kept."""
        if self._samples.wanted(endpoint, check):
            at = self._clock() - self.epoch
            self._samples.add(endpoint, check, at, expected, found, user, self.masker(user))

    def remark(self, text: str) -> None:
        """Tell whoever runs this once, by a note of the run: nothing has failed."""
        if text not in self._remarks and len(self._remarks) < _CLASSES:
            self._remarks[text] = False

    def drain_remarks(self) -> list[str]:
        """The remarks since the last call."""
        new = [text for text, told in self._remarks.items() if not told]
        self._remarks.update(dict.fromkeys(new, True))
        return new

    def drain_samples(self) -> list[dict[str, Any]]:
        """The samples of failed checks since the last call."""
        return self._samples.drain()

    def drain(self) -> list[dict[str, Any]]:
        """What was added since the last call, by class."""
        changed = list(self._changed.values())
        self._changed = {}
        return changed

    def masker(self, user: User) -> Masker:
        """Hides the secrets that are known for a user by now, those of the answer at hand included."""
        values: list[Any] = []
        for name, every in self._secret_captures:
            values += [user.captures.get(name), user.setup.get(name)]
            try:
                values += every(user.answer)
            except Missing:
                continue
        for value in self._hidden:
            try:
                values.append(value(user))
            except Missing:
                continue
        return Masker([*self._secrets, *_texts(values)])

    def _sample(self, user: User, request: bytes, masker: Masker, now: float) -> dict[str, str]:
        answer = user.answer
        sample = {"at": f"{now:.3f}"}
        if request:
            sample["request"] = _excerpt(request, masker)
        if answer.status:
            sample["response"] = _excerpt(answer.head, masker) + _excerpt(answer.body, masker)
        return sample


def _texts(values: list[Any]) -> list[str]:
    """Values as text, and those in lists and mappings too: a secret may be shown alone."""
    found: list[str] = []
    left = list(values)
    while left and len(found) < _VALUES:
        value = left.pop()
        if isinstance(value, list | dict):
            left += value.values() if isinstance(value, dict) else value
        if value is not None and not isinstance(value, bool):
            try:
                found.append(to_text(value))
            except EvalError:
                continue
    return found


def _shortened(message: str) -> str:
    return message if len(message) <= _MESSAGE else f"{message[:_MESSAGE]}... ({len(message)} characters)"


def _excerpt(data: bytes, masker: Masker) -> str:
    text = masker.begin(data, _EXCERPT).replace("\r\n", "\n")
    return text if len(text) <= _EXCERPT and len(data) <= _EXCERPT else f"{text[:_EXCERPT]}... ({len(data)} bytes)"
