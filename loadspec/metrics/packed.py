"""Histograms put away as a few hundred bytes: for the many that are kept, and seldom read.

The bytes are sum, min and max as doubles and the width of a count; compressed behind them the steps from one used
bucket to the next and the buckets' counts. Nothing is lost: what is unpacked has the same counts, and merging adds up.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from itertools import accumulate
from operator import sub
from struct import Struct

from loadspec.metrics.histogram import Histogram

_HEAD = Struct("<dddc")
_COUNTS = {"B": 1 << 8, "H": 1 << 16, "I": 1 << 32, "Q": 1 << 64}
"""Type code of an array → what its counts are below."""
_QUICK = 1
"""zlib's quickest level: others take half as much more time and save little."""


def pack(histogram: Histogram) -> bytes:
    """The histogram as bytes; none where it is empty."""
    buckets = sorted(histogram.counts)
    if not buckets:
        return b""
    steps = array("H", map(sub, buckets, [0, *buckets]))
    counts = [histogram.counts[bucket] for bucket in buckets]
    most = max(counts)
    code = next(code for code, bound in _COUNTS.items() if most < bound)
    body = zlib.compress(steps.tobytes() + array(code, counts).tobytes(), _QUICK)
    return _HEAD.pack(histogram.sum, histogram.min, histogram.max, code.encode()) + body


def unpack(packed: bytes) -> Histogram:
    """The inverse of `pack`."""
    histogram = Histogram()
    if packed:
        histogram.sum, histogram.min, histogram.max, code = _HEAD.unpack_from(packed)
        histogram.counts = Counter(_counts(packed, code.decode()))
    return histogram


def merge_packed(*packed: bytes) -> bytes:
    """All as one: the values of each."""
    some = [one for one in packed if one]
    if len(some) < 2:
        return some[0] if some else b""
    merged = unpack(some[0])
    for more in map(unpack, some[1:]):
        merged.merge(more)
    return pack(merged)


def _counts(packed: bytes, code: str) -> dict[int, int]:
    body = zlib.decompress(packed[_HEAD.size :])
    steps, counts = array("H"), array(code)
    used = len(body) // (steps.itemsize + counts.itemsize)
    steps.frombytes(body[: steps.itemsize * used])
    counts.frombytes(body[steps.itemsize * used :])
    return dict(zip(accumulate(steps), counts, strict=True))
