"""The summary of a job and annotations, against GitHub's limits and against what servers say."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from msgspec.structs import replace
from support_results import judged, make_result

from loadspec.annotations import MOST
from loadspec.cli.github import append_summary, from_workspace, tell_github
from loadspec.outputs.github import annotated
from loadspec.outputs.markdown import LARGEST, render, verdict_line
from loadspec.results.head import Place
from loadspec.results.model import ErrorClass, RunResult

HOSTILE = [
    *("\n# big", "| cell |", "<script>alert(1)</script>", "<!--", "[x](javascript:alert(1))", "![x](http://a/b.png)"),
    *("`code`", "**bold**", "_it_", "~~gone~~", "@everyone", "https://evil.example/x", "WWW.evil.example", "&lt;b&gt;"),
    *("\x1b[31mred", "\u202ereversed", "\x00", "\ud800", "\r\n::error::x", "$x$", "a\\b", "\\|"),
]
_SAFE = re.compile(r"&#\d+;")


def poisoned(text: str) -> RunResult:
    error = ErrorClass(text, "load", text, "status", 500, 3, 0.0, 1.0, text)
    return replace(make_result(1), spec_name=text, sentence=text, warnings=[text], errors=[error], target=text)


def test_what_it_says() -> None:
    text = render(make_result())
    assert text.startswith("## ❌ FAIL: image generation\n")
    assert unescape(text).count("generation_success: rate > 90% | 88.52% | > 90% | −1.6% |") == 1
    assert "| generate | 209 | 2.99 | 24 |" in text
    assert text.count("<details>") == text.count("</details>") == 3
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) >= 3 for row in rows)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_is_markup(hostile: str) -> None:
    """Entities are text and nothing else; without them there is no letter left that could be markup."""
    plain = render(replace(make_result(1), spec_name="", sentence="", warnings=[""], errors=[], target=""))
    letters = set(re.sub(r"</?(details|summary)>", "", _SAFE.sub("", render(poisoned(hostile)))))
    assert not letters & set("<>`*_[]{}@~\\$&\x00\x1b\u202e\ud800")
    assert render(poisoned(hostile)).count("\n#") == plain.count("\n#")
    assert not re.search(r"https?://|(?i:www)\.|^::", _SAFE.sub("", render(poisoned(hostile))), re.MULTILINE)


def test_a_text_of_a_megabyte_is_cut() -> None:
    assert len(render(poisoned("é" * 2**20)).encode()) < 20_000


def test_the_limit_holds_whatever_is_in_it() -> None:
    many = replace(make_result(1), environment={f"n{i}": "<" * 500 for i in range(2000)})
    assert 500 < len(render(many).encode()) <= LARGEST
    assert render(many).startswith("## ❌ FAIL")


def test_summaries_are_appended_as_long_as_there_is_room(tmp_path: Path) -> None:
    path, result = tmp_path / "summary.md", make_result()
    path.write_text("before\n")
    append_summary(path, result)
    assert path.read_text() == "before\n" + render(result)
    path.write_bytes(b"x" * (LARGEST - len(render(result).encode()) + 1))
    append_summary(path, result)
    assert path.read_text().endswith("x" + verdict_line(result))
    path.write_bytes(b"x" * LARGEST)
    append_summary(path, result)
    assert path.stat().st_size == LARGEST


def test_annotations_point_at_the_lines_of_thresholds() -> None:
    places = {"errors: rate < 10%": Place("specs/a,b.yaml", 12, 3)}
    lines = annotated(make_result(), places)
    assert lines == [
        "::error file=specs/a%2Cb.yaml,line=12,col=3,title=loadspec threshold%3A fail"
        "::errors: rate < 10%25%0A11.48%25, limit < 10%25 (−14.8%25)",
        "::error file=specs/image-generation.yaml,title=loadspec threshold%3A fail"
        "::generation_success: rate > 90%25%0A88.52%25, limit > 90%25 (−1.6%25)",
    ]


def test_a_run_that_is_no_good_is_told_first() -> None:
    lines = annotated(make_result(verdict="ABORTED", failure="setup failed:\nrefused", thresholds=[]), {})
    assert lines == ["::error file=specs/image-generation.yaml,title=loadspec ABORTED::setup failed:%0Arefused"]
    assert annotated(make_result(verdict="INCONCLUSIVE", thresholds=[]), {})[0].startswith("::warning ")
    assert annotated(make_result(verdict="PASS", thresholds=[]), {}) == []


@pytest.mark.parametrize(("failed", "shown"), [(MOST, MOST), (MOST + 1, MOST), (300, MOST)])
def test_ten_annotations_at_most(failed: int, shown: int) -> None:
    one = next(found for found in make_result().thresholds if found.status == "fail")
    lines = annotated(make_result(thresholds=[one] * failed), {})
    assert len(lines) == shown
    more = f"::error title=loadspec::and {failed - MOST + 1} more"
    assert (lines[-1] == more) == (failed > MOST)


@pytest.mark.parametrize("hostile", ["a\n::add-mask::x", "a\r::error::x", "a%0A::x", "\x85::x", "\u2028::x", "\x1b[2J"])
def test_no_text_begins_a_command_of_its_own(hostile: str) -> None:
    (line,) = annotated(make_result(verdict="ABORTED", failure=hostile, thresholds=[], spec_path=hostile), {})
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_names_begin_at_the_workspace(tmp_path: Path) -> None:
    environ = {"GITHUB_WORKSPACE": str(tmp_path)}
    assert from_workspace(str(tmp_path / "specs" / "a.yaml"), environ) == "specs/a.yaml"
    assert from_workspace("/elsewhere/a.yaml", environ) == "/elsewhere/a.yaml"
    assert from_workspace("specs/a.yaml", {}) == "specs/a.yaml"


def test_only_where_github_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = make_result()
    tell_github(result, {}, {})
    assert capsys.readouterr() == ("", "")
    tell_github(result, {}, {"GITHUB_ACTIONS": "true"})
    assert capsys.readouterr().err.count("::error ") == 2
    tell_github(result, {}, {"GITHUB_STEP_SUMMARY": str(tmp_path / "s.md")})
    assert (tmp_path / "s.md").read_text() == render(result)
    tell_github(result, {}, {"GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert "warning: the summary of the job cannot be written" in capsys.readouterr().err


def test_a_threshold_that_only_warns_is_a_warning() -> None:
    result = make_result()
    warned = judged("generation_success", {"that": "rate > 90%", "level": "warn"}, result)
    passed = replace(result, thresholds=[warned], verdict="PASS")
    assert warned.status == "warn"
    assert "| ⚠️ | generation" in unescape(render(passed))
    (line,) = [line for line in annotated(passed, {}) if "generation_success" in line]
    assert line.startswith("::warning ")
