"""`zipf`: the first row is drawn most often, row k in proportion to 1 / k^exponent.

Rejection-inversion: Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete
distributions", ACM TOMACS 6(3), 1996; exact, with no table, and fewer than 1.5 tries a draw. Names as in the paper.
"""

from __future__ import annotations

from math import exp, expm1, log, log1p

from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, mix, stream
from loadspec.pools.policies.draw import Draw, Row

_UNIT = 2.0**-64


def zipf_row(draw: Draw) -> Row:
    """A row of its own for each (seed, pool, user, n); a rejected number is followed by its own mixture."""
    start, size, exponent = stream(draw.seed, draw.name), draw.size, draw.exponent

    def integral(x: float) -> float:
        """H(x), an antiderivative of h: (x^(1-e) - 1) / (1-e), and log x for e = 1."""
        logarithm = log(x)
        return _expm1_over((1 - exponent) * logarithm) * logarithm

    def inverse(x: float) -> float:
        """The inverse of H."""
        return exp(_log1p_over(max(-1.0, x * (1 - exponent))) * x)

    def density(x: float) -> float:
        """h(x) = 1 / x^e."""
        return exp(-exponent * log(x))

    lowest, highest = integral(1.5) - 1, integral(size + 0.5)
    sure = 2 - inverse(integral(2.5) - density(2))

    def row(user: int, n: int) -> int:
        word = mix(start + user * GAMMA_USER + n * GAMMA_DRAW)
        while True:
            u = highest + word * _UNIT * (lowest - highest)
            x = inverse(u)
            k = min(max(int(x + 0.5), 1), size)
            if k - x <= sure or u >= integral(k + 0.5) - density(k):
                return k - 1
            word = mix(word + GAMMA_DRAW)

    return row


def _expm1_over(x: float) -> float:
    """(e^x - 1) / x, by its series near 0."""
    return expm1(x) / x if abs(x) > 1e-8 else 1 + x / 2 * (1 + x / 3)


def _log1p_over(x: float) -> float:
    """log(1 + x) / x, by its series near 0."""
    if x <= -1:
        return 1e9  # the far end of a steep distribution: beyond every row
    return log1p(x) / x if abs(x) > 1e-8 else 1 - x * (0.5 - x / 3)
