"""Files that a spec names: below its folder, and what they should be."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from loadspec.spec import SpecError, load

SPEC = """\
loadspec: 1
target: {{base_url: "https://127.0.0.1:9", tls: {{ca_file: {name}}}}}
endpoints: {{root: {{path: /}}}}
flow: [{{call: root}}]
"""


def spec(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "plain.txt").write_text("no certificate")
    trustme.CA().cert_pem.write_to_path(folder / "ca.pem")
    (tmp_path / "outside.pem").write_bytes((folder / "ca.pem").read_bytes())
    (folder / "link.pem").symlink_to(tmp_path / "outside.pem")
    path = folder / "spec.yaml"
    path.write_text(SPEC.format(name=name))
    return path


def test_a_file_of_certificates_is_found_from_the_specs_folder(tmp_path: Path) -> None:
    loaded = load(spec(tmp_path, "ca.pem"))
    assert loaded.spec.settings.tls.ca_file == str(tmp_path / "specs" / "ca.pem")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.pem", "is no file"),
        (".", "is no file"),
        ("plain.txt", "holds no certificates"),
        ("../outside.pem", "lies outside the spec's folder"),
        ("/etc/hostname", "lies outside the spec's folder"),
        ("link.pem", "lies outside the spec's folder"),
        ('"a\\0b"', "is no file"),
    ],
)
def test_any_other_is_an_error_of_the_spec(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(spec(tmp_path, name))
    (found,) = caught.value.diagnostics
    assert (found.code, found.line) == ("LS044", 2)
    assert says in found.message
