"""`target.tls`: certificates and keys are tried when the spec is read, and passwords kept out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from support_tls import write_client

from loadspec.spec import Loaded, SpecError, load, resolved_yaml

SPEC = """\
loadspec: 1
target: {{base_url: "https://127.0.0.1:9", tls: {{certificates: [{certificates}]}}}}
env: {{KEY_PASS: {{secret: true, default: guess}}}}
endpoints: {{root: {{path: /}}}}
flow: [{{call: root}}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates `a` and `b`, of which `b` has an encrypted key, and files that are neither."""
    folder = tmp_path_factory.mktemp("specs")
    ca = trustme.CA()
    cert, key = write_client(folder, ca, "a.example")
    write_client(folder, ca, "b.example", "open sesame")
    (folder / "both.pem").write_bytes(key.read_bytes() + cert.read_bytes())
    (folder / "text.pem").write_text("no certificate")
    (folder / "empty.pem").write_text("")
    return folder


def read(folder: Path, certificates: str) -> Loaded:
    path = folder / "spec.yaml"
    path.write_text(SPEC.format(certificates=certificates))
    return load(path)


@pytest.mark.parametrize(
    "certificate",
    [
        "{cert_file: a.example.pem, key_file: a.example.key}",
        "{cert_file: both.pem}",
        "{cert_file: both.pem, password: not needed}",
        "{cert_file: b.example.pem, key_file: b.example.key, password: open sesame}",
        '{cert_file: b.example.pem, key_file: b.example.key, password: "{{ env.KEY_PASS }}"}',
        "{cert_file: both.pem, hosts: [api.example.com, '*.example.com', 'a.example:8443', 10.0.0.0/8]}",
    ],
)
def test_what_can_be_used(certificate: str, folder: Path) -> None:
    loaded = read(folder, certificate)
    (one,) = loaded.spec.settings.tls.certificates
    assert Path(one.cert_file).parent == folder
    uses_it = "KEY_PASS" in certificate
    assert [each.code for each in loaded.warnings if each.code != "LS049"] == ([] if uses_it else ["LS048"])


@pytest.mark.parametrize(
    ("certificate", "code", "says"),
    [
        ("{cert_file: gone.pem}", "LS044", "is no file"),
        ("{cert_file: ../spec.pem}", "LS044", "lies outside"),
        ("{cert_file: a.example.pem, key_file: /etc/hostname}", "LS044", "lies outside"),
        ("{cert_file: a.example.pem}", "LS140", "holds no private key"),
        ("{cert_file: text.pem, key_file: a.example.key}", "LS140", "holds no certificate"),
        ("{cert_file: empty.pem, key_file: a.example.key}", "LS140", "holds no certificate"),
        ("{cert_file: a.example.pem, key_file: text.pem}", "LS140", "holds no private key"),
        ("{cert_file: both.pem, key_file: b.example.key, password: open sesame}", "LS140", "of another certificate"),
        ("{cert_file: b.example.pem, key_file: b.example.key, password: guess}", "LS140", "does not open the key"),
        ("{cert_file: b.example.pem, key_file: b.example.key}", "LS140", "no `password`"),
        ('{cert_file: a.example.pem, key_file: text.pem, password: "{{ env.KEY_PASS }}"}', "LS140", "no private key"),
        (f"{{cert_file: both.pem, password: {'x' * 2000}}}", "LS140", "longer than 1024 bytes"),
        ("{cert_file: both.pem, hosts: ['*']}", "LS140", "is no host"),
    ],
)
def test_what_cannot(certificate: str, code: str, says: str, folder: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read(folder, certificate)
    (found,) = [each for each in caught.value.diagnostics if each.level == "error"]
    assert (found.code, found.line) == (code, 2)
    assert says in found.message
    assert found.help
    assert "guess" not in found.message


def test_a_certificate_behind_one_for_all_hosts_is_odd(folder: Path) -> None:
    warnings = read(folder, "{cert_file: both.pem}, {cert_file: both.pem, hosts: [a.example]}").warnings
    assert "LS141" in [each.code for each in warnings]
    warnings = read(folder, "{cert_file: both.pem, hosts: [a.example]}, {cert_file: both.pem}").warnings
    assert "LS141" not in [each.code for each in warnings]


def test_passwords_are_not_shown(folder: Path) -> None:
    loaded = read(folder, "{cert_file: b.example.pem, key_file: b.example.key, password: open sesame}")
    assert "open sesame" not in resolved_yaml(loaded.spec)
    assert "LS049" in [each.code for each in loaded.warnings]
    loaded = read(folder, '{cert_file: b.example.pem, key_file: b.example.key, password: "{{ env.KEY_PASS }}"}')
    assert "{{ env.KEY_PASS }}" in resolved_yaml(loaded.spec)
    assert "LS049" not in [each.code for each in loaded.warnings]
