"""SOCKS5 against a server that is read off the RFCs, byte for byte."""

from __future__ import annotations

import pytest

from loadspec.wire.socks5 import SocksError, connect


def talked(answers: list[bytes], host: str, username: str = "", password: str = "") -> list[bytes]:
    """What is sent, while these answers come; each must be as long as it is waited for."""
    dialogue, sent = connect(host, 443, username, password), []
    data, length = next(dialogue)
    try:
        for reply in answers:
            if data:
                sent.append(data)
            assert len(reply) == length
            data, length = dialogue.send(reply)
    except StopIteration:
        return sent
    raise AssertionError("it waits for more")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("10.0.0.7", b"\x01\x0a\x00\x00\x07"),
        ("api.test", b"\x03\x08api.test"),
        ("::1", b"\x04" + bytes(15) + b"\x01"),
    ],
)
def test_addresses(host: str, address: bytes) -> None:
    sent = talked([b"\x05\x00", b"\x05\x00\x00\x01", bytes(6)], host)
    assert sent == [b"\x05\x01\x00", b"\x05\x01\x00" + address + b"\x01\xbb"]


def test_a_login() -> None:
    sent = talked([b"\x05\x02", b"\x01\x00", b"\x05\x00\x00\x04", bytes(18)], "a", "me", "secret")
    assert sent == [b"\x05\x02\x00\x02", b"\x01\x02me\x06secret", b"\x05\x01\x00\x03\x01a\x01\xbb"]


def test_a_login_that_is_not_asked_for() -> None:
    assert len(talked([b"\x05\x00", b"\x05\x00\x00\x01", bytes(6)], "a", "me", "secret")) == 2


def test_an_answer_with_a_name() -> None:
    assert talked([b"\x05\x00", b"\x05\x00\x00\x03", b"\x04", bytes(6)], "a")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([b"\x04\x00"], "no SOCKS5"),
        ([b"\x05\xff"], "who we are"),
        ([b"\x05\x03"], "who we are"),
        ([b"\x05\x00", b"\x04\x00\x00\x01"], "another version"),
        ([b"\x05\x00", b"\x05\x08\x00\x01"], "kind of address"),
        ([b"\x05\x00", b"\x05\xaa\x00\x01"], "code 170"),
    ],
)
def test_refusals(answers: list[bytes], told: str) -> None:
    with pytest.raises(SocksError, match=told):
        talked(answers, "a")


def test_what_does_not_fit() -> None:
    with pytest.raises(SocksError, match="255 bytes"):
        talked([b"\x05\x00"], "a" * 256)
    with pytest.raises(SocksError, match="not accept"):
        talked([b"\x05\x02", b"\x01\x07"], "a", "me", "wrong")
    with pytest.raises(SocksError, match="knows no user names"):
        talked([b"\x05\xff"], "a", "me", "x")
