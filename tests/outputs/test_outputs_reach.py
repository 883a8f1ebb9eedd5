"""Hosts that outputs may talk to."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from loadspec.errors import LoadspecError, OutputError
from loadspec.outputs.reach import Reach, host_and_port, split_address
from loadspec.wire.hosts import HostLimit

ONLY = HostLimit.parse([["metrics.example.com", "127.0.0.0/8"]])


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254"])
def test_no_output_goes_to_metadata(host: str) -> None:
    with pytest.raises(LoadspecError, match="metadata") as caught:
        Reach().check(host, 80)
    assert caught.value.exit_code == 104


def test_allow_host_holds_for_outputs() -> None:
    Reach(ONLY).check("Metrics.example.com", 8086)
    Reach(ONLY).check("127.0.0.1", 8086)
    with pytest.raises(LoadspecError, match="no host that --allow-host allows"):
        Reach(HostLimit.parse([["metrics.example.com"]])).check_url("https://hooks.example.com/x")


@pytest.mark.parametrize(("address", "said"), [("169.254.169.254", "metadata"), ("10.0.0.9", "--allow-host")])
def test_a_name_is_checked_by_its_addresses(address: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(LoadspecError, match=said):
        Reach(ONLY).addresses("rebound.example.net", 80)


def test_addresses_of_a_host() -> None:
    assert Reach(ONLY).addresses("127.0.0.1", 8086) == [(socket.AF_INET, ("127.0.0.1", 8086))]
    with pytest.raises(OutputError, match="no address of"):
        Reach().addresses("name.invalid", 80)


def test_sockets_of_a_spec_lie_below_its_folder(tmp_path: Path) -> None:
    assert Reach(None, str(tmp_path)).socket("run/statsd") == str(tmp_path.resolve() / "run/statsd")
    assert Reach().socket("/run/statsd") == "/run/statsd"
    with pytest.raises(LoadspecError, match="does not lie below"):
        Reach(None, str(tmp_path)).socket("/run/statsd")
    assert Reach(HostLimit.parse([["unix:/run/statsd"]]), str(tmp_path)).socket("/run/statsd") == "/run/statsd"


@pytest.mark.parametrize(
    ("url", "found"),
    [("http://a.b/c", ("a.b", 80)), ("https://u:p@[::1]/", ("::1", 443)), ("http://a:8086", ("a", 8086))],
)
def test_urls(url: str, found: tuple[str, int]) -> None:
    assert host_and_port(url) == found


@pytest.mark.parametrize("url", ["", "a.b", "ftp://a.b", "http://", "http://a:99999", "http://[::1", "file:///etc"])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(LoadspecError):
        host_and_port(url)


def test_addresses_with_ports() -> None:
    assert split_address("localhost:8125") == ("localhost", 8125)
    assert split_address("[::1]:9464") == ("::1", 9464)
    for text in ("", "localhost", ":8125", "a:0", "a:65536", "a:x", "a:²"):
        with pytest.raises(LoadspecError):
            split_address(text)
