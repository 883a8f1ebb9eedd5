"""The mock's settings as click options: `loadspec mock` and `python -m loadspec.mock` share them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from loadspec.mock.config import OPTIONS, MockConfig, Option

Command = TypeVar("Command", bound=Callable[..., Any])


class SettingType(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A setting's text on the command line → its value."""

    def __init__(self, option: Option) -> None:
        self.name = option.field
        self._option = option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read text; a value that is none passes as it is."""
        if not isinstance(value, str):
            return value
        try:
            return self._option.read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_DEFAULTS = MockConfig()


def _click_option(option: Option) -> Callable[[Command], Command]:
    return click.option(
        option.flag,
        option.field,
        type=SettingType(option),
        default=option.show(getattr(_DEFAULTS, option.field)),
        metavar=option.field.rpartition("_")[2].upper(),
        show_default=True,
        help=option.help[0].upper() + option.help[1:] + ".",
    )


MOCK_OPTIONS = tuple(_click_option(option) for option in OPTIONS)
"""Decorators, in the order of the help page."""


def mock_options(command: Command) -> Command:
    """Give a click command all options of the mock; it is called with the fields of MockConfig as keywords."""
    for decorate in reversed(MOCK_OPTIONS):
        command = decorate(command)
    return command
