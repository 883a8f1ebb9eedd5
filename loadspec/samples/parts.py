"""Parts of a samples file: each worker appends to one; at the end they are joined.

Parts join by `cat`, in the order of their names: only the first begins with a header, and parts of a `.gz` file are
whole gzip members, which may follow one another (RFC 1952, 2.2). So they can be joined by hand after a `kill -9`, too.
A write that was cut off leaves half a line or half a member at the end of its part: `mend` cuts it away.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""How each of our gzip members begins: no name, no time, made for speed, on any system."""
_SEARCHED = 4 << 20
"""Bytes at the end of a part among which its last member, or its last line, begins."""
_CHUNK = 1 << 20


def part_path(target: str, run_id: str, worker: int) -> Path:
    """Beside the file that it becomes a part of. `worker` from 0."""
    return Path(f"{target}.{run_id}.part-{worker + 1:03}")


def parts_of(target: str, run_id: str) -> list[Path]:
    """The parts that there are, in order: none where there is no folder. A link is none, too: a run's folder may come
    from a stranger."""
    place = Path(target)
    if not place.parent.is_dir():
        return []
    start = f"{place.name}.{run_id}.part-"
    found = (path for path in place.parent.iterdir() if path.name.startswith(start))
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def member(data: bytes) -> bytes:
    """One gzip member."""
    squeeze = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = squeeze.compress(data) + squeeze.flush()
    return MEMBER + body + zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")


def mend(path: Path, gzipped: bool) -> int:
    """Cut away what a write that was cut off left at the end of a part → how many bytes that were."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        start = max(0, size - _SEARCHED)
        file.seek(start)
        tail = file.read()
        keep = _whole_members(tail) if gzipped else tail.rfind(b"\n") + 1
        if keep < len(tail):
            file.truncate(start + keep)
    return len(tail) - keep


def _whole_members(tail: bytes) -> int:
    """Bytes up to the end of the last member that is whole."""
    begin = tail.rfind(MEMBER)
    while begin >= 0:
        reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            reader.decompress(tail[begin:])
        except zlib.error:
            pass
        else:
            if reader.eof:
                return len(tail) - len(reader.unused_data)
        begin = tail.rfind(MEMBER, 0, begin)
    return 0


def join(parts: Sequence[Path], target: Path) -> None:
    """Make one file of parts, which are gone then. Raises OSError; then all parts are as they were.

    The first part grows by the others, so that its own bytes, which may be all, are never on the disk twice. A pipe or
    a device is written to as it is.
    """
    first, *others = parts
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            _append(parts, file)
    else:
        size = first.stat().st_size
        try:
            with first.open("ab") as file:
                _append(others, file)
        except OSError:
            os.truncate(first, size)
            raise
        os.replace(first, target)
    for part in parts:
        part.unlink(missing_ok=True)


def _append(parts: Sequence[Path], file: IO[bytes]) -> None:
    for part in parts:
        with part.open("rb") as source:
            shutil.copyfileobj(source, file, _CHUNK)
