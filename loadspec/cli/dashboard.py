"""`--dashboard [HOST:PORT]` and `--linger` of `loadspec run`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from loadspec.cli.streams import warn
from loadspec.dashboard.address import DEFAULT
from loadspec.errors import ExitCode, UsageError
from loadspec.results import RunResult

if TYPE_CHECKING:
    from loadspec.dashboard.dashboard import Dashboard

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_ADDRESS = r"\S*:\d+"


def dashboard_options(command: Decorated) -> Decorated:
    """Give a command of the class `Command` both options."""
    text = f"Show the run in the browser while it goes on, at {DEFAULT} if no address is named."
    command = click.option("--linger", is_flag=True, help="Keep the dashboard open after the run, until Ctrl-C.")(
        command
    )
    return click.option("--dashboard", metavar="[HOST:PORT]", help=text)(command)


class Command(click.Command):
    """Its `--dashboard` takes a value only where an address follows: to click, the spec behind it would be one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See the base class."""
        return super().parse_args(ctx, spelt_out(args))


def spelt_out(args: Sequence[str]) -> list[str]:
    """The arguments with the address that `--dashboard` alone stands for."""
    following = [*args, ""][1:]
    return [
        f"--dashboard={DEFAULT}" if word == "--dashboard" and not re.fullmatch(_ADDRESS, after) else word
        for word, after in zip(args, following, strict=True)
    ]


def check(dashboard: str | None, linger: bool, dry_run: bool) -> None:
    """Raises UsageError for options that do not go together."""
    if linger and dashboard is None:
        raise UsageError("--linger keeps the dashboard open, and there is none", "add --dashboard")
    if dashboard is not None and dry_run:
        raise UsageError("--dashboard shows a run, and a dry run is none", "leave one of them out")


@contextmanager
def opened(address: str | None) -> Iterator[Dashboard | None]:
    """The live page, if one was asked for, with its URL and who else can see it told on stderr. Raises UsageError."""
    if address is None:
        yield None
        return
    from loadspec.dashboard.dashboard import Dashboard

    dashboard = Dashboard(address)
    try:
        warning = dashboard.place.warning
        warn(f"dashboard: {dashboard.place.url}\n" + (f"warning: {warning}\n" if warning else ""))
        yield dashboard
    finally:
        dashboard.close()


def stay(dashboard: Dashboard, result: RunResult, signals: Callable[[], int]) -> None:
    """Stay until a signal comes. A run that one ended has had it: who cancels a job waits for its end."""
    if result.exit_code == ExitCode.INTERRUPTED and not dashboard.asked:
        return
    warn(f"the dashboard stays at {dashboard.place.url} until Ctrl-C\n")
    while not signals():
        time.sleep(0.1)
