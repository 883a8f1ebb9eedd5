"""Outputs that a spec and the command line ask for, from the YAML to the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support_cli import run
from support_net import ScriptedServer, answer, serving

SPEC = """\
loadspec: 1
target: {{base_url: "{url}"}}
env: {{BUILD: {{default: "7"}}}}
endpoints: {{root: {{path: /}}}}
flow: [{{call: root}}]
vus: 1
iterations: 2
outputs: {outputs}
profiles: {{quiet: {{outputs: {{json: null}}}}}}
"""


def spec_in(folder: Path, url: str, outputs: str) -> Path:
    path = folder / "spec.yaml"
    path.write_text(SPEC.format(url=url, outputs=outputs))
    return path


def test_files_of_spec_and_command_line(tmp_path: Path) -> None:
    with ScriptedServer(serving(answer())) as server:
        spec = spec_in(tmp_path, server.url, '{json: "ci/{{ env.BUILD }}.json", junit: [a.xml, {file: b.xml}]}')
        done = run(tmp_path / "r", spec, "--out", f"json={tmp_path / 'c.json'}", "--out", f"html={tmp_path / 'd.html'}")
        assert done.code == 0, done.stderr
        written = (done.run / "results.json").read_bytes()
        assert (done.run / "ci" / "7.json").read_bytes() == (tmp_path / "c.json").read_bytes() == written
        assert (done.run / "a.xml").read_bytes() == (done.run / "b.xml").read_bytes()
        assert (tmp_path / "d.html").read_bytes() == (done.run / "report.html").read_bytes()
        quiet = run(tmp_path / "q", spec, "--profile", "quiet")
        assert (quiet.code, (quiet.run / "ci").exists(), (quiet.run / "a.xml").exists()) == (0, False, True)


@pytest.mark.parametrize(
    ("outputs", "options", "code", "said"),
    [
        ('{json: "{{ env.BUILD }}/../../x.json"}', (), 104, "lies outside the run's folder"),
        ("{}", ("--out", "json=same", "--out", "junit=same"), 2, "two outputs go to"),
        ("{}", ("--out", "json=/dev/null/x"), 94, "cannot write /dev/null/x: "),
        ("{}", ("--out", "json=."), 94, "cannot write .: it is a folder"),
    ],
)
def test_what_cannot_be_written_is_found_before_the_load(
    outputs: str, options: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    with ScriptedServer(serving(answer())) as server:
        done = run(tmp_path / "r", spec_in(tmp_path, server.url, outputs), *options)
        assert (done.code, done.stdout, server.connections) == (code, "", 0), done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_job_of_github_is_told(tmp_path: Path) -> None:
    """With the line of the threshold in the spec, named from the repository's root."""
    with ScriptedServer(serving(answer())) as server:
        spec = spec_in(tmp_path, server.url, "{}")
        spec.write_text(
            spec.read_text() + "thresholds:\n  http_reqs: count > 5\n  checks: {that: rate > 1%, empty: pass}\n"
        )
        line = spec.read_text().splitlines().index("  http_reqs: count > 5") + 1
        job = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(tmp_path / "s.md"),
            "GITHUB_WORKSPACE": str(tmp_path),
        }
        for summaries in (1, 2):
            done = run(tmp_path / f"r{summaries}", spec, "-q", **job)
            assert done.code == 99
            (told,) = [text for text in done.stderr.splitlines() if text.startswith("::")]
            assert told.startswith(f"::error file=spec.yaml,line={line},col=")
            assert told.endswith("::http_reqs: count > 5%0A2, limit > 5 (−60%25)")
            assert (tmp_path / "s.md").read_text().count("## ❌ FAIL") == summaries
    assert done.stdout.count("\n") == 1


def test_a_file_is_tried_and_left_as_it_is(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text("old")
    with ScriptedServer(serving(answer())) as server:
        spec = spec_in(tmp_path, server.url, "{}")
        assert run(tmp_path / "r", spec, "--out", f"json={old}", "--out", "junit=/dev/null/x").code == 94
        assert old.read_text() == "old"
        assert run(tmp_path / "s", spec, "--out", f"json={old}").code == 0
    assert json.loads(old.read_text())["verdict"] == "PASS"
