"""The settings of the mock platform: one table, read by the command line and by `/admin/config` alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from loadspec.errors import UsageError
from loadspec.units import format_duration, parse_duration

_PER = {"s": 1.0, "m": 60.0, "h": 3600.0}


def parse_rate(text: str) -> float | None:
    """`20/s`, `300/m`, `none` → requests per second; None is no limit. Raises ValueError."""
    if text == "none":
        return None
    number, _, unit = text.partition("/")
    if unit not in _PER:
        raise ValueError(text)
    return float(number) / _PER[unit]


def format_rate(rate: float | None) -> str:
    """Requests per second → `20/s`; None → `none`."""
    return "none" if rate is None else f"{format_share(rate)}/s"


def parse_credits(text: str) -> int | None:
    """`50`, `unlimited` → images in all; None is no limit. Raises ValueError."""
    return None if text == "unlimited" else int(text)


def format_credits(credits: int | None) -> str:
    """Images in all → `50`; None → `unlimited`."""
    return "unlimited" if credits is None else str(credits)


def parse_share(text: str) -> float:
    """`0.2`, `20%` → 0.2. Raises ValueError."""
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def format_share(share: float) -> str:
    """A number as short as it can be read back."""
    return repr(share).removesuffix(".0")


def format_seconds(seconds: float) -> str:
    """Seconds → `400ms`; with more digits where the short form would not read back as the same number."""
    text = format_duration(seconds)
    return text if parse_duration(text) == seconds else f"{seconds:.12f}s"


def parse_seed(text: str) -> int | None:
    """`7`, `none` → a seed; None draws another one at each start. Raises ValueError."""
    return None if text == "none" else int(text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(low: int, high: float = float("inf")) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


class Option(Struct, frozen=True):
    """One setting: how it is read, shown and checked. `live`: it may change while the server runs."""

    field: str
    parse: Callable[[str], Any]
    show: Callable[[Any], str]
    check: Callable[[Any], bool]
    expects: str
    help: str
    live: bool = True

    @property
    def flag(self) -> str:
        """The option on the command line: `--service-median`."""
        return "--" + self.field.replace("_", "-")

    def read(self, text: str) -> Any:
        """Text → a checked value. Raises ValueError with a sentence."""
        try:
            value = self.parse(text.strip())
            good = self.check(value)
        except (ValueError, OverflowError):
            good = False
        if not good:
            raise ValueError(f"`{text}` is not {self.expects}")
        return value


def _format_seed(seed: int | None) -> str:
    return "none" if seed is None else str(seed)


OPTIONS = (
    Option(
        "host", str, str, lambda v: isinstance(v, str) and v != "", "an address", "address to listen on", live=False
    ),
    Option("port", int, str, _whole(0, 65535), "a port (0 takes a free one)", "port; 0 takes a free one", live=False),
    Option("workers", int, str, _whole(1), "a whole number from 1 up", "images generated at the same time"),
    Option(
        "service_median",
        parse_duration,
        format_seconds,
        lambda v: _is_number(v) and 0 <= v < float("inf"),
        "a duration such as 400ms or 2s",
        "median time that one image takes (lognormal, sigma 0.4)",
    ),
    Option("queue", int, str, _whole(0), "a whole number from 0 up", "waiting images before 503"),
    Option(
        "credits",
        parse_credits,
        format_credits,
        lambda v: v is None or _whole(0)(v),
        "a number of images, or `unlimited`",
        "images that each user may have before 402",
    ),
    Option(
        "rate_limit",
        parse_rate,
        format_rate,
        lambda v: v is None or (_is_number(v) and 0 < v < float("inf")),
        "a rate such as 20/s, or `none`",
        "accepted generate requests before 429",
    ),
    Option(
        "error_rate",
        parse_share,
        format_share,
        _share,
        "a share such as 0.2 or 20%",
        "generate requests that answer 5xx",
    ),
    Option(
        "failure_rate",
        parse_share,
        format_share,
        _share,
        "a share such as 0.2 or 20%",
        "accepted images that fail later",
    ),
    Option(
        "seed",
        parse_seed,
        _format_seed,
        lambda v: v is None or _whole(0)(v),
        "a whole number from 0 up, or `none`",
        "same seed and same order of requests: same outcomes",
        live=False,
    ),
)


class MockConfig(Struct, frozen=True):
    """What the mock platform is like; `service_median` in seconds, `rate_limit` per second, None = no limit.

    Raises UsageError for a value out of range.
    """

    host: str = "127.0.0.1"
    port: int = 8089
    workers: int = 8
    service_median: float = 0.4
    queue: int = 1000
    credits: int | None = None
    rate_limit: float | None = None
    error_rate: float = 0.0
    failure_rate: float = 0.0
    seed: int | None = None

    def __post_init__(self) -> None:
        for option in OPTIONS:
            value = getattr(self, option.field)
            if not option.check(value):
                raise UsageError(f"the mock's {option.field} cannot be {value!r}", f"give it {option.expects}")


def as_dict(config: MockConfig) -> dict[str, Any]:
    """The settings by name, in the order of the table."""
    return {option.field: getattr(config, option.field) for option in OPTIONS}


def as_arguments(config: MockConfig) -> list[str]:
    """The command line that gives this config: `["--host", "127.0.0.1", …]`."""
    return [text for option in OPTIONS for text in (option.flag, option.show(getattr(config, option.field)))]


def change(config: MockConfig, settings: Mapping[str, Any]) -> MockConfig:
    """The config with live settings changed; values as JSON has them or as the command line spells them.

    Raises UsageError for an unknown name, a setting that is fixed at the start, or a wrong value.
    """
    live = {option.field: option for option in OPTIONS if option.live}
    for name in settings:
        if name not in live:
            raise UsageError(f"the mock has no setting `{name}` to change", "it can change " + ", ".join(live))
    try:
        values = {k: live[k].read(v) if isinstance(v, str) else v for k, v in settings.items()}
    except ValueError as error:
        raise UsageError(str(error)) from None
    return replace(config, **values)
