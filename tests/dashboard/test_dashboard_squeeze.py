"""The compressed stream: who gets it, and that nothing in it waits for what comes later."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.dashboard.squeeze import squeezed, takes_gzip


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        (["gzip, deflate, br, zstd"], True),
        (["br", "GZip;q=0.5"], True),
        (["deflate , gzip ; q=1.0"], True),
        (["gzip;q=0"], False),
        (["gzip; Q = 0.000"], False),
        (["br, deflate"], False),
        (["gzipped, x-gzip-like"], False),
        (["*"], False),
        ([""], False),
        ([], False),
    ],
)
def test_who_takes_gzip(accepted: list[str], takes: bool) -> None:
    assert takes_gzip(accepted) is takes


@given(st.lists(st.binary(max_size=300)))
def test_each_event_is_whole_when_its_piece_has_come(events: list[bytes]) -> None:
    reader, pieces = zlib.decompressobj(16 + zlib.MAX_WBITS), squeezed(iter(events))
    for event in events:
        assert reader.decompress(next(pieces)) == event
    assert [reader.decompress(piece) for piece in pieces] == [b""]
    assert reader.eof
