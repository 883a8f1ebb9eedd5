"""`retry.on`: which kinds of errors its words mean."""

from __future__ import annotations

import pytest

from loadspec.error_kinds import KINDS
from loadspec.plan.steps.retry import KINDS as WORDS
from loadspec.spec.grammar.steps import RETRY_ON
from loadspec.transports.base import Answer


def words(kind: str, phase: str) -> set[str]:
    """The words that mean an error."""
    answer = Answer()
    answer.error, answer.phase = kind, phase
    return {word for word, means in WORDS.items() if means(answer)}


@pytest.mark.parametrize(
    ("kind", "phase", "meant"),
    [
        ("dns", "dns", {"dns"}),
        ("dns_failed", "dns", {"dns"}),
        ("timeout", "dns", {"dns", "timeout"}),
        ("refused", "connect", {"connect"}),
        ("unreachable", "connect", {"connect"}),
        ("proxy", "connect", {"connect"}),
        ("timeout", "connect", {"connect", "timeout"}),
        ("timeout", "tls", {"tls", "timeout"}),
        ("timeout", "body", {"timeout"}),
        ("tls_closed", "tls", {"tls", "reset"}),
        ("tls_expired", "tls", {"tls"}),
        ("tls_settings", "tls", set()),
        ("reset", "body", {"reset"}),
        ("closed", "headers", {"reset"}),
        ("incomplete", "body", {"reset"}),
        ("protocol", "status", set()),
        ("limit", "body", set()),
        ("decode", "decode", set()),
        ("missing_value", "template", set()),
    ],
)
def test_words(kind: str, phase: str, meant: set[str]) -> None:
    assert words(kind, phase) == meant


@pytest.mark.parametrize("kind", ["forbidden_target", "host_not_allowed", "blocked_host", "blocked_ip"])
def test_what_this_side_refuses_is_not_tried_again(kind: str) -> None:
    assert [words(kind, phase) for phase in KINDS[kind].codes] == [set()] * len(KINDS[kind].codes)


def test_every_word_means_some_kind() -> None:
    assert set(WORDS) == set(RETRY_ON)
    meant = set().union(*(words(name, phase) for name, kind in KINDS.items() for phase in kind.codes))
    assert meant == set(RETRY_ON)
