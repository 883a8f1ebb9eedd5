"""Which values of a spec are secrets, and what is shown of them."""

from __future__ import annotations

import pytest

from loadspec.masking import Secret
from loadspec.spec import Overrides, load_bytes
from loadspec.spec.model import Spec, all_exchanges
from loadspec.spec.secrets import known_secrets, masked_options, pools_of_credentials, too_short, without_credentials

TEXT = """\
loadspec: 1
env:
  KEY: {secret: true}
  PIN: {secret: true, default: ""}
  NAME: {default: ada}
target: {base_url: "http://h"}
endpoints:
  one: {path: /, capture: CAPTURE, headers: {X: "{{ env.KEY }}{{ env.PIN }}{{ env.NAME }}"}}
flow: [call: one]
vus: 1
duration: 1s
"""


def spec(capture: str = "{}", **env: str) -> Spec:
    return load_bytes(
        TEXT.replace("CAPTURE", capture).encode(), "s.yaml", Overrides(env={"KEY": "hunter22", **env}), {}
    ).spec


def test_what_is_declared_a_secret_is_one_in_the_spec() -> None:
    found = spec()
    assert found.env_values == {"KEY": Secret("hunter22"), "PIN": Secret(""), "NAME": "ada"}
    assert "hunter22" not in repr(found)
    assert known_secrets(found)[0] == "hunter22"


@pytest.mark.parametrize(
    ("auth", "pools"),
    [
        ("{basic: {username: '{{ pool.users.user }}', password: '{{ pool.users.pin }}'}}", {"users"}),
        ("{bearer: \"{{ draw('tickets') }}\"}", {"tickets"}),
        ("{basic: {username: '{{ pool.users.user }}', password: abcd}}", set()),
    ],
)
def test_pools_that_credentials_are_drawn_from_are_known(auth: str, pools: set[str]) -> None:
    text = TEXT.replace("capture: CAPTURE", f"auth: {auth}")
    text += "pools: {users: {items: [{user: a, pin: '1234'}]}, tickets: {items: [abcd]}}\n"
    found = load_bytes(text.encode(), "s.yaml", Overrides(env={"KEY": "hunter22"}), {}).spec
    assert pools_of_credentials(found) == pools


@pytest.mark.parametrize(
    ("capture", "secret"),
    [
        ("{token: $.t}", True),
        ("{access_token: {jsonpath: $.t}}", True),
        ("{token: {jsonpath: $.t, secret: false}}", False),
        ("{id: $.t}", False),
        ("{id: {jsonpath: $.t, secret: true}}", True),
    ],
)
def test_a_capture_is_a_secret_by_its_name_or_its_word(capture: str, secret: bool) -> None:
    (step,) = all_exchanges(spec(capture).scenarios[0].flow)
    assert [one.secret for one in step.request.captures] == [secret]


def test_items_of_a_pool_show_nothing_under_a_telling_name() -> None:
    rows = [{"name": "ada", "password": "letmein", "token": "{{ env.KEY }}", "api_key": 12345}, "plain"]
    shown = without_credentials({"pools": {"users": {"items": rows, "pick": "random"}, "file": {"file": "x.csv"}}})
    assert shown["pools"]["users"]["items"] == [
        {"name": "ada", "password": "***", "token": "{{ env.KEY }}", "api_key": "***"},
        "plain",
    ]
    assert shown["pools"]["file"] == {"file": "x.csv"}


@pytest.mark.parametrize(("pin", "told"), [("", 0), ("1", 1), ("123", 1), ("1234", 0)])
def test_what_is_too_short_to_be_masked_is_told(pin: str, told: int) -> None:
    warnings = too_short(spec(PIN=pin))
    assert len(warnings) == told
    assert all(text.startswith("PIN is ") and repr(pin) not in text for text in warnings)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["--env", "PASSWORD=x y"], ["--env", "PASSWORD=***"]),
        (["--env=API_TOKEN=x=y"], ["--env=API_TOKEN=***"]),
        (["-eTOKEN=x"], ["-eTOKEN=***"]),
        (["-e", "NAME=ada", "--vus=3", "s.yaml"], ["-e", "NAME=ada", "--vus=3", "s.yaml"]),
        (["PASSWORD", "TOKEN="], ["PASSWORD", "TOKEN="]),
    ],
)
def test_a_command_line_shows_no_value_of_a_telling_name(given: list[str], shown: list[str]) -> None:
    assert masked_options(given) == shown
