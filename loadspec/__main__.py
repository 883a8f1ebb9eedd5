"""`loadspec` and `python -m loadspec`."""

from __future__ import annotations

from loadspec.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main(prog_name="loadspec")
