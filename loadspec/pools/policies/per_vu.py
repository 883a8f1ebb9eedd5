"""`per_vu`: a row for each user, for as long as it lives."""

from __future__ import annotations

from loadspec.pools.policies.draw import Draw, Exhausted, Row


def per_vu_row(draw: Draw) -> Row:
    """User u takes row u, whatever its draw; a user beyond the last row begins at the first, or has none."""
    size = draw.size
    if draw.wraps:
        return lambda user, n: user % size

    def row(user: int, n: int) -> int:
        if user >= size:
            raise Exhausted
        return user

    return row
