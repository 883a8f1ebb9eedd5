"""`python -m loadspec.mock`: the mock platform alone, as `start` runs it."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import click

from loadspec.errors import LoadspecError
from loadspec.mock.config import MockConfig
from loadspec.mock.options import mock_options
from loadspec.mock.server import serve


@click.command()
@mock_options
@click.option("--lifeline", is_flag=True, hidden=True, help="End when stdin does: the parent process is gone.")
def main(lifeline: bool, **settings: Any) -> None:
    """Serve a mock image-generation platform."""
    config = MockConfig(**settings)

    def ready(port: int) -> None:
        click.echo(f"listening on http://{config.host}:{port}")
        if lifeline:
            _watch_stdin()

    try:
        serve(config, ready)
    except LoadspecError as error:
        click.echo(f"error: {error.message}\nhint: {error.hint}", err=True)
        sys.exit(error.exit_code)


def _watch_stdin() -> None:
    import gevent
    from gevent.os import make_nonblocking, nb_read

    def watch() -> None:
        make_nonblocking(0)
        while nb_read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    gevent.spawn(watch)


if __name__ == "__main__":
    main(prog_name="python -m loadspec.mock")
