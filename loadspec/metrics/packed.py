"""Histograms put away as a few hundred bytes: for the many that are kept, and seldom read.

The bytes are sum, min and max as doubles, and compressed behind them the steps from one used bucket to the next and the
buckets' counts. Nothing is lost: what is unpacked has the same counts, and merging adds them up.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from itertools import accumulate
from operator import sub
from struct import Struct

from loadspec.metrics.histogram import Histogram

_HEAD = Struct("<ddd")
_WIDTH = 2 + 8
"""Bytes of a bucket before compression: the step to it and its count."""
_QUICK = 1
"""zlib's quickest level: others take half as much more time and save little."""


def pack(histogram: Histogram) -> bytes:
    """The histogram as bytes; none where it is empty."""
    buckets = sorted(histogram.counts)
    if not buckets:
        return b""
    steps = array("H", map(sub, buckets, [0, *buckets]))
    counts = array("Q", [histogram.counts[bucket] for bucket in buckets])
    body = zlib.compress(steps.tobytes() + counts.tobytes(), _QUICK)
    return _HEAD.pack(histogram.sum, histogram.min, histogram.max) + body


def unpack(packed: bytes) -> Histogram:
    """The inverse of `pack`."""
    histogram = Histogram()
    if packed:
        histogram.sum, histogram.min, histogram.max = _HEAD.unpack_from(packed)
        histogram.counts = Counter(_counts(packed))
    return histogram


def merge_packed(packed: bytes, other: bytes) -> bytes:
    """The two as one: all values of both."""
    if not (packed and other):
        return packed or other
    merged = unpack(packed)
    more = unpack(other)
    merged.counts.update(more.counts)
    merged.sum += more.sum
    merged.min, merged.max = min(merged.min, more.min), max(merged.max, more.max)
    return pack(merged)


def _counts(packed: bytes) -> dict[int, int]:
    body = zlib.decompress(packed[_HEAD.size :])
    used = len(body) // _WIDTH
    steps, counts = array("H", body[: 2 * used]), array("Q", body[2 * used :])
    return dict(zip(accumulate(steps), counts, strict=True))
