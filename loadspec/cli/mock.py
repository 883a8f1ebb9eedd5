"""`loadspec mock`."""

from __future__ import annotations

from typing import Any

import click

from loadspec.cli.errors import reported
from loadspec.mock import MockConfig, serve
from loadspec.mock.options import mock_options


@click.command("mock")
@mock_options
def command(**settings: Any) -> None:
    """Serve a mock image-generation platform until Ctrl-C.

    \b
    POST /api/auth/login                  any login is accepted
    POST /api/images/{model}/generate     202, or 402, 429, 5xx as configured
    GET  /api/sessions/{id}               queued, running, done, failed, cancelled
    GET  /admin/stats                     what was counted, by endpoint and status
    """
    config = MockConfig(**settings)
    with reported():
        serve(config, lambda port: click.echo(f"mock platform on http://{config.host}:{port} (Ctrl-C ends it)"))
