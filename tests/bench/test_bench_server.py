from __future__ import annotations

import gzip
import http.client
import json
import os
import shutil
import ssl
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench import server
from bench.tools.base import HERE

ROUTES = list(server.ANSWERS.values())


@pytest.mark.parametrize("values", [values for _, _, values in ROUTES])
def test_big_bodies_are_json_of_the_exact_size(values):
    body = server.big_body(values)
    assert len(body) == 4096
    assert values.items() <= json.loads(body).items()


def test_status_page():
    text = "Active connections: 3 \nserver accepts handled requests\n 7 7 4321 \nReading: 0 Writing: 1 Waiting: 2 \n"
    assert server.parse_status(text) == 4321
    with pytest.raises(ValueError, match="not a stub_status page"):
        server.parse_status("<html>404</html>")


def test_wrk_sends_the_token_that_the_server_gives():
    assert f'"{server.TOKEN}"' in (HERE / "wrk_flow.lua").read_text()


def post(url: str, path: str) -> tuple[http.client.HTTPResponse, bytes]:
    where = urlsplit(url)
    if where.scheme == "https":
        untrusted = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(where.netloc, timeout=10, context=untrusted)
    else:
        connection = http.client.HTTPConnection(where.netloc, timeout=10)
    connection.request("POST", path, '{"prompt": "x"}', {"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.skipif(
    not (os.environ.get("CI") or (shutil.which("nginx") and shutil.which("taskset"))), reason="nginx is missing"
)
def test_nginx_answers_as_the_flow_needs_and_counts():
    # Not tmp_path: its parents are closed to the user that nginx becomes when root starts it.
    with (
        tempfile.TemporaryDirectory() as folder,
        server.running(Path(folder), max(os.sched_getaffinity(0))) as nginx,
    ):
        before = nginx.requests()
        for path, status, values in ROUTES:
            for variant in ("plain", "tls"):
                plain, body = post(nginx.urls[variant], path)
                assert (plain.status, json.loads(body), plain.getheader("Transfer-Encoding")) == (status, values, None)
            zipped, body = post(nginx.urls["gzip"], path)
            assert (zipped.status, zipped.getheader("Transfer-Encoding")) == (status, "chunked")
            assert zipped.getheader("Content-Encoding") == "gzip"
            assert gzip.decompress(body) == server.big_body(values)
            refused, _ = post(nginx.urls["http2"], path)
            assert refused.status == 505
        assert nginx.requests() - before - 1 == 8
