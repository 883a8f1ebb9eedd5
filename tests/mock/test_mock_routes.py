from __future__ import annotations

import json
from typing import Any

import pytest

from loadspec.clock import FakeClock
from loadspec.mock import MockConfig, echoes, protected, routes
from loadspec.mock.http import MAX_BODY, Answer, Request
from loadspec.mock.routes import ROUTES, answer, match
from loadspec.mock.state import State
from loadspec.mock.tokens import ANONYMOUS, issue

BEARER = "Bearer " + issue("a@b.c")


class Site:
    """The routes on a fake clock, asked like a server but without one."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FakeClock(1000.0)
        self.state = State(MockConfig(**{"seed": 1, **settings}), self.clock)

    def ask(
        self, method: str, path: str, data: Any = b"", auth: str = BEARER, kind: str = "application/json"
    ) -> Answer:
        body = data if isinstance(data, bytes) or data is None else json.dumps(data).encode()
        return answer(self.state, Request(method, path, auth, kind, body))

    def generate(self) -> Any:
        return body_of(self.ask("POST", "/api/images/seedream4/generate", {"prompt": "a lake"}))


def body_of(result: Answer) -> Any:
    return json.loads(result.body)


@pytest.mark.parametrize(
    ("body", "kind", "email"),
    [
        (b'{"email": "a@b.c", "password": "x"}', "application/json", "a@b.c"),
        (b'{"email": "a@b.c"}', "", "a@b.c"),
        (b"email=a%40b.c&password=x", "application/x-www-form-urlencoded", "a@b.c"),
        (b"email=a%40b.c", "application/x-www-form-urlencoded; charset=utf-8", "a@b.c"),
        (b'{"email": "", "password": ""}', "application/json", ANONYMOUS),
        (b'{"email": null}', "application/json", ANONYMOUS),
        (b"{}", "application/json", ANONYMOUS),
        (b"", "application/json", ANONYMOUS),
        (b"", "", ANONYMOUS),
    ],
)
def test_any_login_is_accepted(body: bytes, kind: str, email: str) -> None:
    site = Site()
    result = site.ask("POST", "/api/auth/login", body, auth="", kind=kind)
    assert result.status == 200
    data = body_of(result)
    assert data["user"]["email"] == email
    assert site.ask("GET", "/api/credits", auth="Bearer " + data["token"]).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"nonsense", 400),
        (b"[1]", 400),
        (b'"a"', 400),
        (b'{"email": 5}', 400),
        (b"\xff", 400),
        (None, 413),
    ],
)
def test_what_cannot_be_read_is_a_bad_request(body: bytes | None, status: int) -> None:
    site = Site()
    result = site.ask("POST", "/api/auth/login", body)
    assert result.status == status
    assert body_of(result)["error"] == "bad_request"
    assert site.state.books.counts == {"login": {status: 1}}


def test_generate_follows_the_reference_spec() -> None:
    site = Site()
    result = site.ask("POST", "/api/images/seedream4/generate", {"prompt": "a lake"})
    data = body_of(result)
    assert result.status == 202
    assert set(data) == {"session_id", "clientKey", "status_url"}
    assert data["status_url"] == f"/api/sessions/{data['session_id']}"
    assert body_of(site.ask("GET", data["status_url"]))["session_id"] == data["session_id"]


@pytest.mark.parametrize("data", [b"", {}, {"prompt": ""}, {"prompt": "  "}, {"prompt": None}, {"prompt": 5}, b"{"])
def test_generate_needs_a_prompt(data: Any) -> None:
    assert Site().ask("POST", "/api/images/m/generate", data).status == 400


@pytest.mark.parametrize("auth", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic abc", issue("a@b.c"), BEARER + "x"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/images/m/generate"),
        ("GET", "/api/sessions/1"),
        ("DELETE", "/api/sessions/1"),
        ("GET", "/api/credits"),
    ],
)
def test_what_needs_a_token_answers_401_without_one(method: str, path: str, auth: str) -> None:
    assert Site().ask(method, path, {"prompt": "p"}, auth=auth).status == 401


def test_the_bearer_scheme_has_no_case() -> None:
    assert Site().ask("GET", "/api/credits", auth=BEARER.replace("Bearer", "bearer")).status == 200


def test_a_session_runs_its_course() -> None:
    site = Site(workers=1)
    first, second = site.generate(), site.generate()
    url = second["status_url"]
    assert body_of(site.ask("GET", url)) == {
        "session_id": second["session_id"],
        "status": "queued",
        "model": "seedream4",
        "queue_position": 1,
        "created_at": 1000.0,
        "started_at": None,
        "finished_at": None,
        "image_url": None,
    }
    site.clock.advance(1e4)
    done = body_of(site.ask("GET", url))
    started = body_of(site.ask("GET", first["status_url"]))["finished_at"]
    assert (done["status"], done["queue_position"], done["started_at"]) == ("done", 0, started)
    assert done["finished_at"] > started
    picture = site.ask("GET", done["image_url"], auth="")
    assert (picture.status, picture.content_type) == (200, "image/png")
    assert picture.body.startswith(b"\x89PNG")
    assert site.ask("GET", done["image_url"].removesuffix(".png")).body == picture.body


def test_there_is_no_image_before_it_is_done_or_after_a_failure() -> None:
    site = Site(failure_rate=1.0)
    session = site.generate()
    path = f"/images/{session['session_id']}.png"
    assert site.ask("GET", path).status == 404
    site.clock.advance(1e4)
    assert body_of(site.ask("GET", session["status_url"]))["status"] == "failed"
    assert site.ask("GET", path).status == 404
    assert site.ask("GET", "/images/nonsense.png").status == 404


def test_cancel_and_credits() -> None:
    site = Site(credits=2)
    kept, dropped = site.generate(), site.generate()
    assert site.ask("POST", "/api/images/m/generate", {"prompt": "p"}).status == 402
    result = site.ask("DELETE", dropped["status_url"])
    assert (result.status, body_of(result)["status"]) == (200, "cancelled")
    site.clock.advance(1e4)
    assert body_of(site.ask("GET", "/api/credits")) == {
        "balance": 1,
        "ledger": {"reserved": 2, "captured": 1, "refunded": 1, "outstanding": 0},
    }
    assert site.ask("DELETE", kept["status_url"]).status == 409
    assert body_of(Site().ask("GET", "/api/credits"))["balance"] is None


def test_429_says_when_to_come_back() -> None:
    site = Site(rate_limit=0.25)
    site.generate()
    result = site.ask("POST", "/api/images/m/generate", {"prompt": "p"})
    assert (result.status, result.headers) == (429, (("Retry-After", "4"),))
    assert body_of(result)["error"] == "rate_limited"


def test_faults_hit_generate_only() -> None:
    site = Site(error_rate=1.0, rate_limit=1e-6, credits=0)
    others = [("POST", "/api/auth/login"), ("GET", "/api/credits"), ("GET", "/healthz"), ("GET", "/metrics")]
    for method, path in others * 20:
        assert site.ask(method, path).status == 200


def test_the_books_know_every_answer_by_the_names_of_the_reference_spec() -> None:
    site = Site()
    session = site.generate()
    site.ask("POST", "/api/auth/login", {})
    site.ask("POST", "/api/auth/login", b"{")
    site.ask("GET", session["status_url"])
    site.ask("GET", "/api/sessions/x")
    site.ask("GET", "/images/x.png")
    site.ask("DELETE", session["status_url"])
    site.ask("GET", "/api/credits")
    site.ask("GET", "/nowhere")
    site.ask("GET", "/api/auth/login")
    uncounted = [("GET", "/healthz"), ("GET", "/metrics"), ("GET", "/admin/stats"), ("GET", "/admin/config")]
    for method, path in [*uncounted, ("POST", "/admin/config"), ("PUT", "/admin/config"), ("GET", "/admin/nowhere")]:
        site.ask(method, path)
    want = {
        "generate": {"202": 1},
        "login": {"200": 1, "400": 1},
        "image_status": {"200": 1, "404": 1},
        "image": {"404": 1},
        "cancel": {"200": 1},
        "credits": {"200": 1},
        "other": {"404": 1, "405": 1},
    }
    assert body_of(site.ask("GET", "/admin/stats")) == want


def test_a_bug_is_counted_as_the_500_that_it_becomes(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    monkeypatch.setattr(site.state.platform, "balance", lambda user: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        site.ask("GET", "/api/credits")
    assert site.state.books.counts == {"credits": {500: 1}}


def test_config_is_read_and_changed() -> None:
    site = Site()
    changed = body_of(site.ask("POST", "/admin/config", {"error_rate": "100%", "credits": 5, "service_median": "2s"}))
    assert changed == body_of(site.ask("GET", "/admin/config"))
    assert (changed["error_rate"], changed["credits"], changed["service_median"]) == (1.0, 5, 2.0)
    assert site.ask("POST", "/api/images/m/generate", {"prompt": "p"}).status in (500, 502, 503)
    bad = site.ask("POST", "/admin/config", {"error_rate": 0, "workers": 0})
    assert (bad.status, body_of(bad)["message"]) == (
        400,
        "the mock's workers cannot be 0: give it a whole number from 1 up",
    )
    assert body_of(site.ask("GET", "/admin/config")) == changed, "a bad change changes nothing"


def test_reset_starts_again_with_the_same_luck_settings_and_tokens() -> None:
    site = Site(credits=1)
    site.ask("POST", "/admin/config", {"credits": 2})
    first = site.generate()
    assert site.ask("POST", "/admin/reset").status == 200
    assert site.ask("GET", first["status_url"]).status == 404
    assert body_of(site.ask("GET", "/admin/stats")) == {"image_status": {"404": 1}}
    assert body_of(site.ask("GET", "/api/credits"))["balance"] == 2
    assert site.generate() == first


def test_metrics_are_prometheus_text_and_agree_with_the_books() -> None:
    site = Site(workers=1, credits=9)
    for _ in range(3):
        site.generate()
    result = site.ask("GET", "/metrics")
    assert result.content_type.startswith("text/plain; version=0.0.4")
    text = result.body.decode()
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert samples['mock_requests_total{endpoint="generate",status="202"}'] == "3"
    assert (samples["mock_queue_length"], samples["mock_running"], samples["mock_workers"]) == ("2", "1", "1")
    assert samples['mock_jobs{status="queued"}'] == "2"
    assert samples['mock_credits{entry="outstanding"}'] == "3"
    site.clock.advance(1e4)
    text = site.ask("GET", "/metrics").body.decode()
    assert 'mock_jobs{status="done"} 3' in text
    assert 'mock_credits{entry="captured"} 3' in text
    for line in text.splitlines():
        assert line.startswith(("# HELP mock_", "# TYPE mock_", "mock_"))


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/api/auth/login", "login"),
        ("HEAD", "/api/credits", "credits"),
        ("GET", "/api/sessions/1", "image_status"),
        ("DELETE", "/api/sessions/1", "cancel"),
        ("GET", "/api/sessions/", None),
        ("GET", "/api/sessions/1/2", None),
        ("POST", "/api/images//generate", None),
        ("GET", "/API/credits", None),
        ("GET", "/", None),
        ("GET", "", None),
    ],
)
def test_paths_match_as_a_whole(method: str, path: str, name: str | None) -> None:
    route = match(method, path)[0]
    assert (route.endpoint if route else None) == name


def test_a_wrong_method_says_which_are_right() -> None:
    result = Site().ask("PUT", "/api/sessions/1")
    assert (result.status, result.headers) == (405, (("Allow", "GET, DELETE"),))
    assert Site().ask("GET", "/nowhere").status == 404


def test_the_table_names_every_handler_once() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    homes = (routes, echoes, protected)
    assert all(any(getattr(home, r.handler.__name__, None) is r.handler for home in homes) for r in ROUTES)
    assert MAX_BODY >= 1 << 20


def test_the_page_is_html_with_a_fresh_token_that_is_a_cookie_too() -> None:
    site = Site()
    first, second = (site.ask("GET", "/login", auth="") for _ in range(2))
    assert first.content_type == "text/html; charset=utf-8"
    (name, cookie), *_ = first.headers
    token = cookie.split(";")[0].removeprefix("csrf=")
    assert (name, len(token)) == ("Set-Cookie", 16)
    assert f'name="csrf" value="{token}"'.encode() in first.body
    assert first.body != second.body
    assert first.body.count(b"<li>") == 3
    assert site.state.books.counts["page"] == {200: 2}
