"""`loadspec` and `python -m loadspec`."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from loadspec.errors import ExitCode


def main() -> None:
    """The command line. A Ctrl-C before the load or after it ends like one during it: with 105."""
    signal.signal(signal.SIGINT, _interrupted)
    from loadspec.cli import main as cli

    cli(prog_name="loadspec")


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    sys.stderr.write("interrupted\n")
    sys.exit(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()
