"""`loadspec` and `python -m loadspec`."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
from types import FrameType

from loadspec.errors import ExitCode
from loadspec.stopping import heeded

_GC_THRESHOLDS = (50_000, 20, 50)
"""What a start makes stays: by Python's own thresholds the collector looks it through eighty times."""


def main() -> None:
    """The command line. A signal before the load or after it ends like one during it: with 105."""
    for number in heeded():
        signal.signal(number, _interrupted)
    gc.set_threshold(*_GC_THRESHOLDS)
    from loadspec.cli import main as cli

    cli(prog_name="loadspec")


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    with contextlib.suppress(OSError, ValueError):  # a terminal that is gone
        sys.stderr.write("interrupted\n")
    sys.exit(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()
