from __future__ import annotations

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from loadspec.errors import ExitCode, UsageError
from loadspec.mock.config import OPTIONS, MockConfig, as_arguments, as_dict, change
from loadspec.mock.options import MOCK_OPTIONS, mock_options

ROWS = {option.field: option for option in OPTIONS}


def parsed(*arguments: str) -> MockConfig:
    """What the click options make of a command line."""
    configs = []

    @click.command()
    @mock_options
    def command(**settings: object) -> None:
        configs.append(MockConfig(**settings))  # type: ignore[arg-type]

    result = CliRunner().invoke(command, arguments)
    if result.exit_code:
        raise ValueError(result.output)
    return configs[0]


def test_the_defaults_of_the_command_line_are_those_of_the_class() -> None:
    assert parsed() == MockConfig()
    assert as_dict(MockConfig()) == {
        "host": "127.0.0.1",
        "port": 8089,
        "workers": 8,
        "service_median": 0.4,
        "queue": 1000,
        "credits": None,
        "rate_limit": None,
        "error_rate": 0.0,
        "failure_rate": 0.0,
        "seed": None,
    }


def test_the_table_has_a_row_and_an_option_for_every_field() -> None:
    assert tuple(ROWS) == MockConfig.__struct_fields__
    assert len(MOCK_OPTIONS) == len(OPTIONS)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("port", "0", 0),
        ("workers", "16", 16),
        ("service_median", "0.4s", 0.4),
        ("service_median", "1m30s", 90.0),
        ("service_median", "0", 0.0),
        ("queue", "0", 0),
        ("credits", "unlimited", None),
        ("credits", "50", 50),
        ("rate_limit", "none", None),
        ("rate_limit", "20/s", 20.0),
        ("rate_limit", "300/m", 5.0),
        ("rate_limit", "1800/h", 0.5),
        ("error_rate", "0.2", 0.2),
        ("error_rate", "20%", 0.2),
        ("error_rate", "1", 1.0),
        ("seed", "7", 7),
        ("seed", "none", None),
        ("host", " localhost ", "localhost"),
    ],
)
def test_text_is_read(field: str, text: str, value: object) -> None:
    assert ROWS[field].read(text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("port", "65536"),
        ("port", "-1"),
        ("port", "http"),
        ("workers", "0"),
        ("workers", "1.5"),
        ("service_median", "0.4"),
        ("service_median", "fast"),
        ("queue", "-1"),
        ("credits", "-1"),
        ("credits", "none"),
        ("rate_limit", "20"),
        ("rate_limit", "0/s"),
        ("rate_limit", "-1/s"),
        ("rate_limit", "inf/s"),
        ("rate_limit", "nan/s"),
        ("rate_limit", "20/week"),
        ("error_rate", "1.1"),
        ("error_rate", "120%"),
        ("error_rate", "nan"),
        ("failure_rate", "-0.1"),
        ("seed", "x"),
        ("host", ""),
    ],
)
def test_wrong_text_is_told(field: str, text: str) -> None:
    with pytest.raises(ValueError, match=" is not a"):
        ROWS[field].read(text)
    with pytest.raises(ValueError, match=ROWS[field].flag):
        parsed(ROWS[field].flag, text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workers", 0),
        ("workers", True),
        ("workers", 1.5),
        ("workers", 2.0),
        ("queue", None),
        ("credits", -1),
        ("credits", float("inf")),
        ("rate_limit", 0),
        ("rate_limit", float("nan")),
        ("error_rate", 2),
        ("error_rate", "0.2"),
        ("service_median", float("inf")),
        ("service_median", -0.1),
        ("seed", -1),
        ("host", 5),
    ],
)
def test_a_config_refuses_wrong_values(field: str, value: object) -> None:
    with pytest.raises(UsageError) as caught:
        MockConfig(**{field: value})  # type: ignore[arg-type]
    assert field in caught.value.message
    assert caught.value.hint == f"give it {ROWS[field].expects}"
    assert caught.value.exit_code is ExitCode.USAGE


configs = st.builds(
    MockConfig,
    port=st.integers(0, 65535),
    workers=st.integers(1, 10**6),
    service_median=st.floats(0, 1e4).map(lambda s: round(s, 9)),
    queue=st.integers(0, 10**9),
    credits=st.none() | st.integers(0, 10**9),
    rate_limit=st.none() | st.floats(1e-6, 1e6),
    error_rate=st.floats(0, 1),
    failure_rate=st.floats(0, 1),
    seed=st.none() | st.integers(0, 2**64),
)


@given(configs)
def test_arguments_read_back_as_the_same_config(config: MockConfig) -> None:
    assert parsed(*as_arguments(config)) == config


def test_change_takes_json_values_and_texts() -> None:
    config = change(
        MockConfig(seed=3), {"error_rate": 0.2, "rate_limit": "20/s", "credits": 50, "service_median": "1s"}
    )
    assert config == MockConfig(seed=3, error_rate=0.2, rate_limit=20.0, credits=50, service_median=1.0)
    assert change(config, {"credits": None, "rate_limit": "none"}) == MockConfig(
        seed=3, error_rate=0.2, service_median=1.0
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"port": 1}, "no setting `port`"),
        ({"seed": 1}, "no setting `seed`"),
        ({"eror_rate": 1}, "no setting `eror_rate`"),
        ({"error_rate": 2}, "error_rate cannot be 2"),
        ({"error_rate": "2"}, "`2` is not a share"),
        ({"workers": [1]}, "workers cannot be"),
    ],
)
def test_change_refuses(settings: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        change(MockConfig(), settings)
