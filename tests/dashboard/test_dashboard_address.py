"""Where a live page is, and who else can look at it."""

from __future__ import annotations

import pytest

from loadspec.dashboard.address import DEFAULT, parse_place
from loadspec.errors import UsageError


@pytest.mark.parametrize(
    ("text", "url", "local"),
    [
        (DEFAULT, "http://127.0.0.1:5665/", True),
        ("127.0.0.2:0", "http://127.0.0.2:0/", True),
        ("[::1]:80", "http://[::1]:80/", True),
        ("localhost:80", "http://localhost:80/", True),
        ("Localhost:80", "http://localhost:80/", True),
        ("0.0.0.0:80", "http://127.0.0.1:80/", False),
        ("[::]:80", "http://[::1]:80/", False),
        ("192.0.2.7:80", "http://192.0.2.7:80/", False),
        ("load.example.com:80", "http://load.example.com:80/", False),
        ("localhost.example.com:80", "http://localhost.example.com:80/", False),
    ],
)
def test_places(text: str, url: str, local: bool) -> None:
    place = parse_place(text)
    assert (place.url, place.is_local) == (url, local)
    assert bool(place.warning) is not local


def test_the_warning_says_who_and_what() -> None:
    assert "whoever reaches 0.0.0.0:80 can see the run" in parse_place("0.0.0.0:80").warning


@pytest.mark.parametrize(
    "text", ["", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "h:-1", "h:x", "h:\u0663"]
)
def test_what_is_no_address_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="--dashboard takes HOST:PORT"):
        parse_place(text)
