from __future__ import annotations

import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from loadspec.mock.png import SIDE, colour_of, image


def decode(data: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of an RGB PNG without row filters; every length and checksum is checked."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, []
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack(">I", data[at + 8 + size : at + 12 + size])
        assert checksum == zlib.crc32(name + body)
        chunks.append((name, body))
        at += 12 + size
    assert [name for name, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert rest == [8, 2, 0, 0, 0]
    raw = zlib.decompress(chunks[1][1])
    step = 1 + 3 * width
    rows = [raw[n : n + step] for n in range(0, len(raw), step)]
    assert all(row[0] == 0 for row in rows)
    return width, height, [row[1:] for row in rows]


@given(st.binary(min_size=3, max_size=3), st.integers(1, 80))
def test_an_image_is_a_valid_png_of_one_colour(colour: bytes, side: int) -> None:
    width, height, rows = decode(image(colour, side))
    assert (width, height) == (side, side)
    assert rows == [colour * side] * side


@given(st.text())
def test_a_prompt_has_one_colour(prompt: str) -> None:
    assert len(colour_of(prompt)) == 3
    assert colour_of(prompt) == colour_of(prompt)


def test_other_prompts_have_other_colours_and_images_are_small() -> None:
    colours = {colour_of(f"prompt {n}") for n in range(100)}
    assert len(colours) == 100
    assert max(len(image(colour, SIDE)) for colour in colours) < 1000
