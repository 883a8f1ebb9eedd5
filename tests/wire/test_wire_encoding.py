from __future__ import annotations

import contextlib
import gzip
import random
import subprocess
import sys
import tracemalloc
import zlib
from functools import partial

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire.codings import CODINGS, br, inflate
from loadspec.wire.codings import zstd as zstd_coding
from loadspec.wire.encoding import CODING_NAMES, decode_content, encode_content
from loadspec.wire.errors import ProtocolError
from loadspec.wire.limits import MIB, Limits

TEXT = b"the quick brown fox " * 40


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


zipped = partial(gzip.compress, mtime=0)
"""The same bytes, and so the same names of tests, in every process."""

ENCODERS = {
    b"gzip": zipped,
    b"x-gzip": zipped,
    b"deflate": zlib.compress,
    b"identity": bytes,
    b"br": partial(brotli.compress, quality=4),
    b"zstd": zstd.compress,
}


def framed(data: bytes, **parameters: int) -> bytes:
    """A zstd frame made with these of `zstd.CompressionParameter`."""
    return zstd.compress(data, options={zstd.CompressionParameter[name]: value for name, value in parameters.items()})


SKIPPABLE = b"\x5a\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"any"


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
        (zipped(TEXT) * 2, b"gzip", TEXT * 2),
        (zipped(TEXT) + bytes(4), b"gzip", TEXT),
        (zipped(b"") * 5 + zipped(b"end"), b"gzip", b"end"),
        (zipped(TEXT) + bytes(100), b"gzip", TEXT),
        (zipped(b""), b"gzip", b""),
        (b"", b"gzip", b""),
        (TEXT, b"utf-8", TEXT),
        (zipped(TEXT), b"compress, gzip", TEXT),
        (zipped(TEXT), b"gzip, lzma", zipped(TEXT)),
        (b"", b"br", b""),
        (brotli.compress(TEXT), b"br", TEXT),
        (brotli.compress(b""), b"br", b""),
        (brotli.compress(TEXT * 1000), b"BR", TEXT * 1000),
        (brotli.compress(zipped(TEXT)), b"gzip, br", TEXT),
        (zstd.compress(TEXT), b"zstd", TEXT),
        (zstd.compress(b""), b"zstd", b""),
        (zstd.compress(TEXT) + zstd.compress(b"more"), b"zstd", TEXT + b"more"),
        (SKIPPABLE + zstd.compress(TEXT) + SKIPPABLE + SKIPPABLE, b"zstd", TEXT),
        (SKIPPABLE, b"zstd", b""),
        (framed(TEXT, checksum_flag=1), b"zstd", TEXT),
        (framed(TEXT, content_size_flag=0), b"zstd", TEXT),
        (zstd.compress(brotli.compress(TEXT)), b"br,zstd", TEXT),
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
        (brotli.compress(TEXT)[:-1], b"br", "decode"),
        (brotli.compress(TEXT)[:1], b"br", "decode"),
        (brotli.compress(TEXT) + b"garbage", b"br", "decode"),
        (brotli.compress(TEXT) + b"\0", b"br", "decode"),
        (brotli.compress(TEXT) * 2, b"br", "decode"),
        (brotli.compress(random.Random(1).randbytes(65532), quality=1) + b"garbage", b"br", "decode"),
        (TEXT, b"zstd", "decode"),
        (zstd.compress(TEXT)[:-1], b"zstd", "decode"),
        (zstd.compress(TEXT)[:3], b"zstd", "decode"),
        (zstd.compress(TEXT) + b"garbage", b"zstd", "decode"),
        (zstd.compress(TEXT) + b"\0", b"zstd", "decode"),
        (zstd.compress(TEXT) + SKIPPABLE[:-1], b"zstd", "decode"),
        (framed(TEXT, checksum_flag=1)[:-4] + bytes(4), b"zstd", "decode"),
        (SKIPPABLE * 10_001, b"zstd", "limit"),
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
        (brotli.compress(bytes(64 * MIB), quality=4), b"br"),
        (zstd.compress(bytes(64 * MIB)), b"zstd"),
        (zstd.compress(bytes(MIB)) * 64, b"zstd"),
        (framed(bytes(64 * MIB), content_size_flag=0), b"zstd"),
        (brotli.compress(zstd.compress(bytes(64 * MIB))), b"zstd, br"),
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


@pytest.mark.parametrize("name", sorted(set(ENCODERS) - {b"identity"}))
@pytest.mark.parametrize("size", [1000, 1_000_000])
def test_the_caps_are_exact(name: bytes, size: int) -> None:
    assert decode_content(ENCODERS[name](bytes(size)), name, Limits(decoded_bytes=size)) == bytes(size)
    with pytest.raises(ProtocolError) as caught:
        decode_content(ENCODERS[name](bytes(size + 1)), name, Limits(decoded_bytes=size))
    assert caught.value.kind == "limit"


def test_a_zstd_window_is_at_most_8_mib() -> None:
    limits = Limits(decoded_ratio=10**6)
    for log in (23, 24):
        body = framed(TEXT * 20_000, window_log=log, content_size_flag=0)
        if log == 23:
            assert len(decode_content(body, b"zstd", limits)) == len(TEXT) * 20_000
        else:
            with pytest.raises(ProtocolError, match="too much memory"):
                decode_content(body, b"zstd", limits)


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
    noise = random.Random(1).randbytes(3 * inflate.WINDOW + 17)
    assert decode_content(zipped(noise) * 3, b"gzip") == noise * 3


@given(st.binary(max_size=500), st.lists(st.sampled_from(sorted(ENCODERS)), max_size=4))
def test_round_trip(data: bytes, names: list[bytes]) -> None:
    body = data
    for name in names:
        body = ENCODERS[name](body)
    assert decode_content(body, b", ".join(names)) == data


@pytest.mark.parametrize("name", [b"br", b"zstd"])
def test_bodies_larger_than_what_the_library_gets_at_once(name: bytes) -> None:
    noise = random.Random(1).randbytes(300_000)
    assert decode_content(ENCODERS[name](noise), name) == noise


@given(st.binary(max_size=500), st.lists(st.sampled_from(CODING_NAMES), max_size=4))
def test_what_we_encode_we_decode(data: bytes, names: list[str]) -> None:
    encoded = encode_content(data, ", ".join(names))
    assert decode_content(encoded, ", ".join(names).encode()) == data


@pytest.mark.parametrize("name", CODING_NAMES)
def test_the_same_body_is_encoded_to_the_same_smaller_bytes(name: str) -> None:
    assert encode_content(TEXT, name) == encode_content(TEXT, name)
    assert len(encode_content(TEXT, name)) < len(TEXT)
    assert decode_content(encode_content(b"", name), name.encode()) == b""


def test_what_is_encoded_is_what_others_decode() -> None:
    assert gzip.decompress(encode_content(TEXT, "gzip")) == TEXT
    assert zlib.decompress(encode_content(TEXT, "deflate")) == TEXT
    assert brotli.decompress(encode_content(TEXT, "br")) == TEXT
    assert zstd.decompress(encode_content(TEXT, "zstd")) == TEXT
    assert gzip.decompress(zstd.decompress(encode_content(TEXT, "gzip, zstd"))) == TEXT
    assert encode_content(TEXT, "identity") == encode_content(TEXT, "") == TEXT


def test_an_unknown_encoding_names_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'lzma' is not supported; use gzip, deflate, br, zstd\."):
        encode_content(TEXT, "lzma")


def test_without_the_libraries_there_is_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(CODINGS[name.encode()].available() for name in CODING_NAMES)
    monkeypatch.setattr(br, "_library", lambda: None)
    monkeypatch.setattr(zstd_coding, "_library", lambda: None)
    assert [name for name in CODING_NAMES if CODINGS[name.encode()].available()] == ["gzip", "deflate"]
    for name in ("br", "zstd"):
        with pytest.raises(
            ProtocolError, match=rf"{name} needs a library: pip install 'loadspec\[encodings\]'"
        ) as caught:
            decode_content(ENCODERS[name.encode()](TEXT), name.encode())
        assert (caught.value.kind, caught.value.phase) == ("decode", "decode")
        with pytest.raises(ValueError, match=r"pip install 'loadspec\[encodings\]'\."):
            encode_content(TEXT, name)


def test_a_library_is_loaded_when_it_is_needed_and_not_before() -> None:
    script = "import sys, loadspec.wire.response as r; print(sorted({'brotli', 'backports.zstd'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@given(st.binary(max_size=200), st.sampled_from([b"gzip", b"deflate", b"br", b"zstd"]), st.booleans())
def test_arbitrary_bytes_are_decoded_or_refused(data: bytes, name: bytes, prefixed: bool) -> None:
    body = ENCODERS[name](b"start")[: 5 if prefixed else 10**6] + data
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode_content(body, name), bytes)
