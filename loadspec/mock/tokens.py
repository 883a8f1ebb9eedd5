"""Login tokens without a table: a token carries its user and a signature, so any number of logins costs no memory."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2s

ANONYMOUS = "anonymous@example.com"


def user_id(email: str) -> str:
    """A stable id for a user, 16 hex digits."""
    return blake2s(email.encode("utf-8", "replace"), key=b"loadspec mock", digest_size=8).hexdigest()


@lru_cache(maxsize=4096)
def issue(email: str) -> str:
    """The bearer token of a user. The key is no secret: the mock guards nothing."""
    name = urlsafe_b64encode(email.encode("utf-8", "replace")).decode().rstrip("=")
    return f"{name}.{user_id(email)}"


@lru_cache(maxsize=4096)
def owner(token: str) -> str | None:
    """The e-mail address that a token was issued for; None for a token that was not issued here."""
    name = token.partition(".")[0]
    try:
        email = urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except ValueError:
        return None
    return email if issue(email) == token else None
