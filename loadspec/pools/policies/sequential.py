"""`sequential`: one row after another over all users."""

from __future__ import annotations

from loadspec.pools.policies.draw import Draw, Exhausted, Row


def sequential_row(draw: Draw) -> Row:
    """User u takes row u + n·max_users: stripes, so that no two users ever need to agree."""
    size, max_users, first = draw.size, draw.max_users, draw.first
    if draw.wraps:
        return lambda user, n: (user + n * max_users) % size

    def row(user: int, n: int) -> int:
        index = first + user + n * max_users
        if index >= size:
            raise Exhausted
        return index

    return row
