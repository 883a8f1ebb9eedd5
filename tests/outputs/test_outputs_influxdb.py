"""Where lines go: InfluxDB's API of version 1 and 2."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support_live import head, store, tick
from support_net import ScriptedServer, answer, serving

from loadspec.errors import LoadspecError
from loadspec.metrics import Store, tags_of
from loadspec.outputs.influxdb import InfluxDB, batches, writing
from loadspec.outputs.target import Target


@pytest.mark.parametrize(
    ("url", "options", "written"),
    [
        ("http://h:8086/load", {}, "http://h:8086/write?precision=ms&db=load"),
        ("http://h/proxy/load%20test/", {}, "http://h/proxy/write?precision=ms&db=load+test"),
        ("http://h/db?rp=a", {}, "http://h/write?rp=a&precision=ms&db=db"),
        ("http://h", {"bucket": "b", "org": "o"}, "http://h/api/v2/write?precision=ms&org=o&bucket=b"),
    ],
)
def test_the_url_that_takes_lines(url, options, written):
    assert writing(Target("influxdb", url, options)).text == written


def test_a_url_without_a_database_is_refused():
    with pytest.raises(LoadspecError, match="names no database"):
        InfluxDB(Target("influxdb", "http://127.0.0.1:8086"), head())


def test_version_2_is_sent_a_token_and_lines_in_batches():
    made = Store()
    for number in range(5001):
        made.counter("reqs", tags_of(endpoint=str(number))).add()
    with ScriptedServer(serving(answer(b"", "204 No Content"))) as server:
        output = InfluxDB(Target("influxdb", server.url, {"bucket": "b", "org": "o", "token": "t0"}), head())
        output.send(replace(tick(store()), delta=made))
        output.close()
        first, second = server.requests
    assert b"Authorization: Token t0" in first
    assert first.count(b"\nreqs,") == 4999 + 1
    assert second.endswith(b"reqs,endpoint=5000 value=1.0 1700000000000")


def test_batches_hold_every_line():
    assert list(batches("abcde", 2)) == [b"a\nb", b"c\nd", b"e"]
    assert list(batches("", 2)) == []
