from __future__ import annotations

from loadspec.mock.ledger import Ledger


def entries(ledger: Ledger, user: str) -> tuple[int, int, int, int]:
    account = ledger.account(user)
    return account.reserved, account.captured, account.refunded, account.outstanding


def test_a_credit_is_reserved_then_captured_or_refunded() -> None:
    ledger = Ledger()
    for _ in range(3):
        ledger.reserve("a")
    ledger.reserve("b")
    assert entries(ledger, "a") == (3, 0, 0, 3)
    ledger.capture("a")
    ledger.refund("a")
    assert entries(ledger, "a") == (3, 1, 1, 1)
    assert ledger.account("a").spent == 2
    assert (ledger.total.reserved, ledger.total.captured, ledger.total.refunded) == (4, 1, 1)


def test_the_balance_never_goes_below_zero() -> None:
    ledger = Ledger()
    assert ledger.balance("a", None) is None
    assert ledger.balance("a", 2) == 2
    for left in (1, 0, 0):
        ledger.reserve("a")
        assert ledger.balance("a", 2) == left
    ledger.refund("a")
    ledger.refund("a")
    assert ledger.balance("a", 2) == 1
    assert ledger.balance("b", 2) == 2


def test_asking_for_an_account_does_not_open_one() -> None:
    ledger = Ledger()
    ledger.account("a")
    ledger.balance("a", 5)
    assert not ledger.accounts


def test_old_idle_accounts_are_forgotten_and_busy_ones_stay() -> None:
    ledger = Ledger(keep=3)
    ledger.reserve("busy")
    for n in range(10):
        ledger.reserve(f"user {n}")
        ledger.capture(f"user {n}")
        assert len(ledger.accounts) <= 4
    assert entries(ledger, "busy") == (1, 0, 0, 1)
    assert entries(ledger, "user 9") == (1, 1, 0, 0)
    assert entries(ledger, "user 0") == (0, 0, 0, 0)
    assert (ledger.total.reserved, ledger.total.captured) == (11, 10)
