"""Credits: one is reserved when an image is accepted, captured when it is done, refunded when it is not."""

from __future__ import annotations

from msgspec import Struct

KEEP_ACCOUNTS = 100_000


class Account(Struct):
    """Images of one user, counted since the start. `outstanding` ones are neither captured nor refunded yet."""

    reserved: int = 0
    captured: int = 0
    refunded: int = 0

    @property
    def outstanding(self) -> int:
        """Reserved credits whose image is still queued or running."""
        return self.reserved - self.captured - self.refunded

    @property
    def spent(self) -> int:
        """Credits that are gone or held: they count against the limit."""
        return self.reserved - self.refunded


class Ledger:
    """The accounts of all users, and their sum in `total`.

    At most `keep` accounts are held: the oldest one without anything outstanding is forgotten.
    """

    def __init__(self, keep: int = KEEP_ACCOUNTS) -> None:
        self.total = Account()
        self.accounts: dict[str, Account] = {}
        self._keep = keep

    def account(self, user: str) -> Account:
        """The account of a user; an empty one if nothing was ever reserved."""
        return self.accounts.get(user) or Account()

    def balance(self, user: str, credits: int | None) -> int | None:
        """What a user may still reserve where everyone has `credits` in all; None is no limit. Never negative."""
        return None if credits is None else max(0, credits - self.account(user).spent)

    def reserve(self, user: str) -> None:
        """Hold one credit."""
        if user not in self.accounts:
            self.accounts[user] = Account()
            self._forget_old()
        self.accounts[user].reserved += 1
        self.total.reserved += 1

    def capture(self, user: str) -> None:
        """Turn one held credit into a spent one."""
        self.accounts[user].captured += 1
        self.total.captured += 1

    def refund(self, user: str) -> None:
        """Give one held credit back."""
        self.accounts[user].refunded += 1
        self.total.refunded += 1

    def _forget_old(self) -> None:
        # Two looks for each new account are enough to come back under the limit after busy accounts went idle.
        for _ in range(2):
            if len(self.accounts) <= self._keep:
                return
            user, account = next(iter(self.accounts.items()))
            del self.accounts[user]
            if account.outstanding:
                self.accounts[user] = account
