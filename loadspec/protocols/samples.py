"""Samples of failed checks: the first few of each check, masked and cut, so that one sees what was there instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loadspec.masking import Masker
from loadspec.protocols.user import User

SAMPLES = 5
"""So many of each check of an endpoint."""
_CHECKS = 200
"""Checks that are sampled, so that memory stays bounded."""
_SHOWN = 200
"""Characters of one found value."""
_EXPECTED = 300
_BODY = 1024


class CheckSamples:
    """The samples of one phase of one worker; `drain` gives what is new as JSON values."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], int] = {}
        self._new: list[dict[str, Any]] = []

    def wanted(self, endpoint: str, check: str) -> bool:
        """Whether one more is kept; it counts as kept."""
        kept = self._kept.get((endpoint, check), 0)
        if kept >= SAMPLES or (not kept and len(self._kept) >= _CHECKS):
            return False
        self._kept[endpoint, check] = kept + 1
        return True

    def add(
        self,
        endpoint: str,
        check: str,
        at: float,
        expected: str,
        found: Callable[[User], list[str]],
        user: User,
        masker: Masker,
    ) -> None:
        """Keep the answer at hand."""
        answer = user.answer
        parts = [_cut(masker(part), _SHOWN) for part in found(user)]
        self._new.append(
            {
                "endpoint": endpoint,
                "check": check,
                "at": at,
                "status": answer.status,
                "expected": _cut(masker(expected), _EXPECTED),
                "found": "; ".join(parts),
                "body": _excerpt(answer.body, masker),
            }
        )

    def drain(self) -> list[dict[str, Any]]:
        """What was added since the last call."""
        new, self._new = self._new, []
        return new


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}..."


def _excerpt(body: bytes, masker: Masker) -> str:
    if b"\0" in body[: 8 * _BODY]:
        return f"({len(body)} bytes that are no text)"
    text = masker.begin(body, _BODY)
    return text if len(text) <= _BODY and len(body) <= _BODY else f"{text[:_BODY]}... ({len(body)} bytes)"
