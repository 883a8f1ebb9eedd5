from __future__ import annotations

import contextlib
import gzip
import random
import tracemalloc
import zlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire import encoding
from loadspec.wire.encoding import decode_content
from loadspec.wire.errors import ProtocolError
from loadspec.wire.limits import MIB, Limits

TEXT = b"the quick brown fox " * 40


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


zipped = partial(gzip.compress, mtime=0)
"""The same bytes, and so the same names of tests, in every process."""

ENCODERS = {b"gzip": zipped, b"x-gzip": zipped, b"deflate": zlib.compress, b"identity": bytes}


@pytest.mark.parametrize(
    ("body", "name", "decoded"),
    [
        (zipped(TEXT), b"gzip", TEXT),
        (zipped(TEXT), b"x-gzip", TEXT),
        (zipped(TEXT), b" GZip ", TEXT),
        (zlib.compress(TEXT), b"deflate", TEXT),
        (raw_deflate(TEXT), b"deflate", TEXT),
        (TEXT, b"identity", TEXT),
        (TEXT, b"", TEXT),
        (zipped(TEXT), b"identity, gzip", TEXT),
        (zipped(zlib.compress(TEXT)), b"deflate, gzip", TEXT),
        (zipped(zipped(TEXT)), b"gzip,gzip", TEXT),
        (zipped(TEXT) + zipped(b"more"), b"gzip", TEXT + b"more"),
        (zipped(b"") * 5 + zipped(b"end"), b"gzip", b"end"),
        (zipped(TEXT) + bytes(100), b"gzip", TEXT),
        (zipped(b""), b"gzip", b""),
        (b"", b"gzip", b""),
        (b"", b"br", b""),
    ],
)
def test_decoded(body: bytes, name: bytes, decoded: bytes) -> None:
    assert decode_content(body, name) == decoded


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        (TEXT, b"gzip", "decode"),
        (TEXT, b"deflate", "decode"),
        (zipped(TEXT)[:-1], b"gzip", "decode"),
        (zipped(TEXT)[:20], b"gzip", "decode"),
        (zlib.compress(TEXT)[:-1], b"deflate", "decode"),
        (raw_deflate(TEXT)[:-2], b"deflate", "decode"),
        (zipped(TEXT)[:-8] + bytes(8), b"gzip", "decode"),
        (zipped(TEXT) + b"garbage", b"gzip", "decode"),
        (zipped(TEXT) + zipped(b"more")[:-3], b"gzip", "decode"),
        (zipped(TEXT) + b"\0\0x", b"gzip", "decode"),
        (zlib.compress(TEXT) + b"garbage", b"deflate", "decode"),
        (TEXT, b"br", "decode"),
        (zipped(TEXT), b"gzip, br", "decode"),
        (TEXT, b"identity," * 6, "limit"),
    ],
)
def test_refused(body: bytes, name: bytes, kind: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode_content(body, name)
    assert (caught.value.kind, caught.value.phase) == (kind, "decode")
    assert str(caught.value).endswith(".")


BOMB = zipped(bytes(64 * MIB), 9)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (BOMB, b"gzip"),
        (zipped(b"x") + BOMB, b"gzip"),
        (zlib.compress(bytes(64 * MIB)), b"deflate"),
        (zipped(BOMB, 9), b"gzip, gzip"),
    ],
)
@pytest.mark.parametrize("limits", [Limits(decoded_bytes=2 * MIB), Limits(decoded_ratio=20)])
def test_a_bomb_takes_no_memory(body: bytes, name: bytes, limits: Limits) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError) as caught:
            decode_content(body, name, limits)
        assert tracemalloc.get_traced_memory()[1] < 12 * MIB
    finally:
        tracemalloc.stop()
    assert caught.value.kind == "limit"


def test_the_caps_are_exact() -> None:
    assert len(decode_content(zipped(bytes(1000)), b"gzip", Limits(decoded_bytes=1000))) == 1000
    with pytest.raises(ProtocolError):
        decode_content(zipped(bytes(1001)), b"gzip", Limits(decoded_bytes=1000))


def test_the_ratio_counts_only_beyond_what_is_free() -> None:
    body = zipped(bytes(MIB))
    assert len(decode_content(body, b"gzip", Limits(decoded_ratio=2))) == MIB
    with pytest.raises(ProtocolError):
        decode_content(zipped(bytes(MIB + 1)), b"gzip", Limits(decoded_ratio=2))


def test_gzip_at_its_best_ratio_passes_by_default() -> None:
    assert len(decode_content(BOMB, b"gzip")) == 64 * MIB


def test_a_quarter_million_members_end_early() -> None:
    """Quadratic copying would run into the suite's timeout."""
    body = zipped(b"x") * 250_000
    with pytest.raises(ProtocolError) as caught:
        decode_content(body, b"gzip")
    assert caught.value.kind == "limit"


def test_members_larger_than_the_window() -> None:
    noise = random.Random(1).randbytes(3 * encoding._WINDOW + 17)
    assert decode_content(zipped(noise) * 3, b"gzip") == noise * 3


@given(st.binary(max_size=500), st.lists(st.sampled_from(sorted(ENCODERS)), max_size=4))
def test_round_trip(data: bytes, names: list[bytes]) -> None:
    body = data
    for name in names:
        body = ENCODERS[name](body)
    assert decode_content(body, b", ".join(names)) == data


@given(st.binary(max_size=200), st.sampled_from([b"gzip", b"deflate"]), st.booleans())
def test_arbitrary_bytes_are_decoded_or_refused(data: bytes, name: bytes, prefixed: bool) -> None:
    body = ENCODERS[name](b"start")[: 5 if prefixed else 10**6] + data
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode_content(body, name), bytes)
