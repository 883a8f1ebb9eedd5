"""Who may ask for a live page: pages elsewhere, and names that were made to point here, may not."""

from __future__ import annotations

import pytest

from loadspec.dashboard.gate import Gate

HERE = "127.0.0.1:5665"
GATE = Gate("load.example.com", "right")


@pytest.mark.parametrize(
    "host", [HERE, "localhost:9", "LOCALHOST", "[::1]:5665", "192.0.2.7:80", "load.example.com:5665", "127.0.0.1"]
)
def test_our_hosts_are_let_in(host: str) -> None:
    assert GATE.refuses([host], []) == ""
    assert GATE.refuses([host], [f"http://{host}"]) == ""
    assert GATE.refuses_order([host], [f"http://{host}"], "right") == ""


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["evil.example"],
        ["evil.example:5665"],
        ["127.0.0.1.evil.example:5665"],
        ["localhost.evil.example"],
        ["localhost@evil.example"],
        ["evil.example#127.0.0.1"],
        ["[::1].evil.example"],
        ["[evil.example]"],
        [":5665"],
        ["127.0.0.1:x"],
        ["127.0.0.1:5665/"],
        ["127.1:5665"],
        [HERE, HERE],
    ],
)
def test_other_hosts_are_refused(hosts: list[str]) -> None:
    assert "not at that host" in GATE.refuses(hosts, [])
    assert "not at that host" in GATE.refuses_order(hosts, [f"http://{host}" for host in hosts], "right")


@pytest.mark.parametrize(
    "origins",
    [
        ["http://evil.example"],
        ["http://127.0.0.1:80"],
        ["http://127.0.0.1"],
        ["https://127.0.0.1:5665"],
        ["http://localhost:5665"],
        ["null"],
        [""],
        [f"http://{HERE}", "http://evil.example"],
    ],
)
def test_other_origins_are_refused(origins: list[str]) -> None:
    assert GATE.refuses([HERE], origins) == "a page of another origin may not ask here"
    assert GATE.refuses_order([HERE], origins, "right") != ""


@pytest.mark.parametrize("sites", [["cross-site"], ["same-site"], [""], ["none", "cross-site"], ["Same-Origin"]])
def test_what_another_page_lays_into_itself_is_refused(sites: list[str]) -> None:
    """Such a request, `<img src=...>`, has no Origin."""
    assert GATE.refuses([HERE], [], sites) == "a page of another origin may not ask here"
    assert GATE.refuses_order([HERE], [f"http://{HERE}"], "right", sites) != ""


@pytest.mark.parametrize("sites", [[], ["same-origin"], ["none"]])
def test_our_own_page_the_address_bar_and_old_clients_are_let_in(sites: list[str]) -> None:
    assert GATE.refuses([HERE], [], sites) == ""
    assert GATE.refuses_order([HERE], [f"http://{HERE}"], "right", sites) == ""


@pytest.mark.parametrize("token", ["", "wrong", "right ", "rig", "\u00e9\udc80"])
def test_an_order_needs_the_token(token: str) -> None:
    assert GATE.refuses_order([HERE], [f"http://{HERE}"], token) == "it does not have this page's token"


def test_an_order_says_which_page_asks() -> None:
    assert GATE.refuses_order([HERE], [], "right") == "it does not say which page asks"
