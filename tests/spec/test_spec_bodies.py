"""Bodies, cookies and credentials: what endpoints, steps, targets and profiles make of them together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loadspec.spec import Overrides, SpecError, load_bytes, resolved_yaml
from loadspec.spec.model import UNSET, Auth, Request
from loadspec.spec.secrets import known_secrets, token_endpoints
from loadspec.wire.files import File, Upload


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.bin").write_bytes(b"\x00\xff{{ x }}")
    (tmp_path / "q.graphql").write_text("query { me {{ id }} }", encoding="utf-8")
    return tmp_path


def loaded(folder: Path, endpoint: str, step: str = "call: e", more: str = "", target: str = "", **given: Any) -> Any:
    text = (
        'loadspec: 1\nenv: {S: {default: hunter2-long}}\nvars: {v: "x-{{ env.S }}"}\n'
        f'target: {{base_url: "http://127.0.0.1:1"{target}}}\n'
        f"endpoints:\n  e: {{method: POST, path: /e, {endpoint}}}\nflow:\n  - {{{step}}}\n{more}"
    )
    return load_bytes(text.encode(), str(folder / "spec.yaml"), **given)


def request(folder: Path, endpoint: str, step: str = "call: e", **given: Any) -> Request:
    (found,) = loaded(folder, endpoint, step, **given).spec.scenarios[0].flow
    return found.request  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("endpoint", "step", "expected"),
    [
        ("multipart: {a: 1, b: {file: a.bin}}", "", {"a": "1", "b": Upload(File("a.bin", b"\x00\xff{{ x }}"))}),
        (
            "multipart: {a: 1, b: 2}",
            "multipart: {a: null, c: {content: x, type: t/t}}",
            {"b": "2", "c": Upload("x", type="t/t")},
        ),
        (
            "multipart: {a: {content: x, filename: f}}",
            "multipart: {a: {json: {n: 1}}}",
            {"a": Upload({"n": 1}, is_json=True)},
        ),
        ("multipart: {a: [x, {content: 1.10}]}", "", {"a": ["x", Upload("1.10")]}),
        ("multipart: {a: 1}", "multipart: null", None),
        ("multipart: {a: 1}", "json: {b: 2}", None),
        ("json: {b: 2}", "multipart: {a: 1}", {"a": "1"}),
    ],
)
def test_multipart(endpoint: str, step: str, expected: Any, folder: Path) -> None:
    assert request(folder, endpoint, f"call: e, {step}" if step else "call: e").multipart == expected


@pytest.mark.parametrize(
    ("endpoint", "step", "expected"),
    [
        ('graphql: {query: "{ me }"}', "", {"query": "{ me }"}),
        ("graphql: {query: q, variables: {a: 1, b: 2}}", "graphql: {variables: {a: null, c: 3}}", {"b": 2, "c": 3}),
        ("graphql: {query: q, operation: A}", "graphql: {operation: null}", {"query": "q"}),
        ("graphql: {query: {file: q.graphql}}", "", {"query": "query { me {{ '{{' }} id }} }"}),
        ("graphql: {query: q}", "graphql: null", None),
        ("body: x", "graphql: {query: q}", {"query": "q"}),
    ],
)
def test_graphql(endpoint: str, step: str, expected: Any, folder: Path) -> None:
    found = request(folder, endpoint, f"call: e, {step}" if step else "call: e").graphql
    assert (found["variables"] if found and "variables" in found else found) == expected


def test_graphql_is_a_post(folder: Path) -> None:
    text = b'loadspec: 1\nendpoints: {e: {path: "http://h/g", graphql: {query: q}}}\nflow: [{call: e}]\n'
    spec = load_bytes(text, str(folder / "s.yaml")).spec
    assert spec.endpoints["e"].method == "POST"
    (step,) = spec.scenarios[0].flow
    assert step.request.method == "POST"  # type: ignore[union-attr]


def test_raw_files(folder: Path) -> None:
    assert request(folder, "body: {file: a.bin}").body == File("a.bin", b"\x00\xff{{ x }}")
    found = request(folder, "json: {a: 1}", "call: e, body: {file: a.bin}")
    assert (found.json, found.body) == (UNSET, File("a.bin", b"\x00\xff{{ x }}"))


def test_a_file_that_is_gone_by_the_time_it_is_read(folder: Path) -> None:
    from loadspec.spec import build

    ready = loaded(folder, "body: {file: a.bin}")
    (folder / "a.bin").unlink()
    with pytest.raises(ValueError, match=r"a.bin cannot be read: No such file"):
        build(ready.spec.document, {}, str(folder / "spec.yaml"))


@pytest.mark.parametrize(
    ("endpoint", "step", "target", "headers", "without"),
    [
        ("headers: {Content-Type: null}", "", "", {}, {"content-type"}),
        ("headers: {Content-Type: null}", "headers: {content-type: a/b}", "", {"content-type": "a/b"}, set()),
        ("headers: {X: 1}", "headers: {x: null}", ", headers: {User-Agent: a}", {"User-Agent": "a"}, {"x"}),
        ("headers: {user-agent: null}", "", ", headers: {User-Agent: a}", {}, {"user-agent"}),
    ],
)
def test_headers_that_are_not_sent(
    endpoint: str, step: str, target: str, headers: Any, without: set[str], folder: Path
) -> None:
    found = request(folder, endpoint, f"call: e, {step}" if step else "call: e", target=target)
    assert (found.headers, found.without) == (headers, without)


def test_cookies_merge_by_name(folder: Path) -> None:
    found = request(folder, "cookies: {a: 1, b: 2}", "call: e, cookies: {a: null, c: '{{ env.S }}'}")
    assert found.cookies == {"b": "2", "c": "{{ env.S }}"}


@pytest.mark.parametrize(
    ("endpoint", "step", "token"),
    [
        ("", "", "t"),
        ("auth: {bearer: e}", "", "e"),
        ("", "auth: {bearer: s}", "s"),
        ("auth: null", "", None),
        ("", "auth: null", None),
        ("auth: {bearer: e}", "auth: null", None),
        ("auth: null", "auth: {bearer: s}", "s"),
    ],
)
def test_the_targets_credentials(endpoint: str, step: str, token: str | None, folder: Path) -> None:
    found = request(folder, endpoint, f"call: e, {step}" if step else "call: e", target=", auth: {bearer: t}")
    assert found.auth == (None if token is None else Auth("bearer", {"token": token}))


def test_settings_have_their_defaults(folder: Path) -> None:
    found = request(folder, "auth: {oauth2: {token_url: /t, client_id: 7, client_secret: s}}").auth
    assert found == Auth(
        "oauth2",
        {
            "scope": "",
            "audience": "",
            "credentials": "header",
            "share": "worker",
            "name": "oauth2",
            "token_url": "/t",
            "client_id": "7",
            "client_secret": "s",
        },
    )


def test_a_profile_replaces_a_part_and_credentials(folder: Path) -> None:
    more = "profiles: {p: {endpoints: {e: {multipart: {f: {content: x}}, auth: {bearer: b}}}}}\n"
    endpoint = "multipart: {f: {file: a.bin}, g: 1}, auth: {basic: {username: u, password: p}}"
    found = request(folder, endpoint, more=more, overrides=Overrides(profile="p"))
    assert found.multipart == {"f": Upload("x"), "g": "1"}
    assert found.auth == Auth("bearer", {"token": "b"})


@pytest.mark.parametrize(
    ("endpoint", "step", "codes"),
    [
        ("json: {}", "call: e", []),
        ("method: GET, json: {}", "call: e", ["LS081"]),
        ("method: HEAD, body: x", "call: e", ["LS081"]),
        ("method: GET", "call: e, form: {a: 1}", ["LS081"]),
        ("method: GET, form: {a: 1}", "call: e, form: {b: 1}", ["LS081", "LS081"]),
        ("method: GET, graphql: {query: q}", "call: e", ["LS081"]),
        ("method: DELETE, json: {}", "call: e", []),
    ],
)
def test_a_body_that_need_not_be_read_is_a_warning(endpoint: str, step: str, codes: list[str], folder: Path) -> None:
    text = (
        'loadspec: 1\ntarget: {base_url: "http://127.0.0.1:1"}\n'
        f"endpoints:\n  e: {{path: /e, {endpoint if 'method' in endpoint else 'method: POST, ' + endpoint}}}\n"
        f"flow:\n  - {{{step}}}\n"
    )
    warnings = load_bytes(text.encode(), str(folder / "spec.yaml")).warnings
    assert [found.code for found in warnings if found.code == "LS081"] == codes


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(SpecError, match="lies outside"):
        loaded(folder, "body: {file: link}")


@pytest.mark.parametrize("name", [".env", ".git/config", "link", "to_git/config"])
@pytest.mark.parametrize("body", ["body: {file: %s}", "multipart: {a: {file: %s}}", "graphql: {query: {file: %s}}"])
def test_hidden_files_are_not_sent(body: str, name: str, folder: Path) -> None:
    (folder / ".git").mkdir()
    for hidden in (".env", ".git/config"):
        (folder / hidden).write_text("TOKEN=x\n")
    (folder / "link").symlink_to(".env")
    (folder / "to_git").symlink_to(".git")
    with pytest.raises(SpecError, match="is hidden"):
        loaded(folder, body % name)


@pytest.mark.parametrize(
    ("auth", "secret"),
    [
        ("bearer: tok-123456", "tok-123456"),
        ("basic: {username: u, password: pass-word}", "pass-word"),
        ("digest: {username: u, password: '{{ env.S }}'}", "hunter2-long"),
        ("hmac: {key: '{{ vars.v }}'}", "x-hunter2-long"),
        ("oauth2: {token_url: /t, client_id: c, client_secret: shhh-it}", "shhh-it"),
        ("api_key: {value: key-of-mine}", "key-of-mine"),
    ],
)
def test_secrets_of_credentials(auth: str, secret: str, folder: Path) -> None:
    """They are known to all masks, though no variable is declared a secret; the resolved spec does not show them."""
    spec = loaded(folder, f"auth: {{{auth}}}").spec
    assert secret in known_secrets(spec)
    text = resolved_yaml(spec)
    assert secret not in text


def test_templates_of_secrets_stay_readable(folder: Path) -> None:
    text = resolved_yaml(loaded(folder, "auth: {bearer: '{{ env.S }}'}").spec)
    assert "{{ env.S }}" in text


def test_names_of_requests_for_tokens(folder: Path) -> None:
    auth = "auth: {oauth2: {token_url: /t, client_id: c, client_secret: s, name: tok}}"
    more = "thresholds: {'http_req_duration{endpoint:tok}': p(95) < 1s}\n"
    assert token_endpoints(loaded(folder, auth, more=more).spec) == {"tok": "/t"}
