from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator
from support_cli import REFERENCE, REPOSITORY, command, environment

from loadspec.cli import main
from loadspec.spec.formats import diagnostics_schema, diagnostics_schema_text

GOOD = (
    'loadspec: 1\nname: good\ntarget: {base_url: "http://127.0.0.1:1"}\nendpoints: {a: {path: /a}}\nflow: [{call: a}]\n'
)
BAD = GOOD.replace("{call: a}", "{call: b}")
ODD = GOOD.replace("flow:", "pools: {p: {items: [1]}}\nflow:")
TWO = GOOD + "profiles:\n  one: {vus: 2, duration: 5s}\n  two: {iterations: 9}\n"
BROKEN_PROFILE = GOOD + "profiles:\n  one: {vus: 2, duration: 5s}\n  two: {flow: [{call: nobody}]}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"good": GOOD, "bad": BAD, "odd": ODD, "two": TWO, "broken_profile": BROKEN_PROFILE}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def validate(*arguments: str, **env: str) -> Result:
    return CliRunner(env=env).invoke(main, ["validate", *arguments])


@pytest.mark.usefixtures("folder")
class TestExitCodes:
    def test_valid_invalid_and_odd(self) -> None:
        assert validate("good.yaml").exit_code == 0
        assert validate("bad.yaml").exit_code == 104
        assert validate("odd.yaml").exit_code == 0
        assert validate("odd.yaml", "--strict").exit_code == 104
        assert validate("good.yaml", "--strict").exit_code == 0
        assert validate("missing.yaml").exit_code == 104
        assert validate(".").exit_code == 104
        assert validate().exit_code == 2
        assert validate("good.yaml", "--format", "xml").exit_code == 2

    @pytest.mark.parametrize("form", ["text", "json", "github"])
    def test_one_bad_file_of_several_is_enough(self, form: str) -> None:
        assert validate("good.yaml", "bad.yaml", "good.yaml", "--format", form).exit_code == 104
        assert validate("good.yaml", "two.yaml", "--format", form).exit_code == 0


@pytest.mark.usefixtures("folder")
class TestText:
    def test_findings_of_all_files_then_where_to_read_on(self) -> None:
        result = validate("good.yaml", "bad.yaml", "odd.yaml")
        load = "1 iterations shared among 1 VUs (maxDuration: 10m, gracefulStop: 30s); 0 thresholds"
        assert result.stdout == f"good.yaml: valid - good: {load}\nodd.yaml: valid - good: {load}\n"
        assert result.stderr.startswith("error[LS020]: no endpoint is called `b`\n --> bad.yaml:5:15\n")
        assert result.stderr.endswith("\n1 error, 1 warning; for more: loadspec explain LS020 LS051\n")
        assert result.stderr.count("for more") == 1

    def test_colour_is_asked_for(self) -> None:
        assert "\x1b[1;31merror[LS020]\x1b[0m" in validate("bad.yaml", "--color").stderr
        assert "\x1b" not in validate("bad.yaml", NO_COLOR="1").stderr
        assert "\x1b" not in validate("bad.yaml").stderr
        assert "\x1b" in validate("bad.yaml", FORCE_COLOR="1").stderr
        assert "\x1b" not in validate("bad.yaml", FORCE_COLOR="1", NO_COLOR="1").stderr
        assert "\x1b" not in validate("bad.yaml", "--no-color", FORCE_COLOR="1").stderr

    def test_run_says_the_same(self) -> None:
        result = CliRunner().invoke(main, ["run", "bad.yaml"])
        assert (result.exit_code, result.stderr) == (104, validate("bad.yaml").stderr)

    def test_a_code_is_named_once(self) -> None:
        text = BAD.replace("[{call: b}]", "[{call: b}, {call: c}]")
        result = CliRunner().invoke(main, ["validate", "-"], input=text)
        assert result.stderr.endswith("\n2 errors; for more: loadspec explain LS020\n")
        assert " --> stdin:5:15\n" in result.stderr


@pytest.mark.usefixtures("folder")
class TestProfiles:
    def test_all_are_checked_and_the_asked_one_is_described(self) -> None:
        assert "iterations shared" in validate("two.yaml").stdout
        assert validate("two.yaml", "--profile", "one").stdout.startswith(
            "two.yaml --profile one: valid - good: 2 looping VUs for 5s"
        )
        assert [line.split(":")[0] for line in validate("two.yaml", "--profile", "all").stdout.splitlines()] == [
            "two.yaml",
            "two.yaml --profile one",
            "two.yaml --profile two",
        ]

    @pytest.mark.parametrize("profile", [(), ("--profile", "one"), ("--profile", "two"), ("--profile", "all")])
    def test_an_error_in_any_profile_is_found(self, profile: tuple[str, ...]) -> None:
        result = validate("broken_profile.yaml", *profile)
        assert result.exit_code == 104
        assert result.stderr.count("no endpoint is called `nobody`") == 1

    def test_an_unknown_profile(self) -> None:
        result = validate("two.yaml", "--profile", "twoo")
        assert result.exit_code == 104
        assert "did you mean `two`?" in result.stderr

    def test_a_finding_of_several_profiles_is_told_once(self) -> None:
        Path("odd_two.yaml").write_text(ODD + TWO.removeprefix(GOOD))
        assert validate("odd_two.yaml", "--profile", "all").stderr.count("LS051]") == 1

    def test_the_environment_is_not_read(self) -> None:
        assert validate("two.yaml", LOADSPEC_PROFILE="nobody", LOADSPEC_VUS="x").exit_code == 0


@pytest.mark.usefixtures("folder")
class TestJson:
    def test_it_is_what_its_schema_says(self) -> None:
        result = validate("good.yaml", "bad.yaml", "odd.yaml", "missing.yaml", "--format", "json")
        document = json.loads(result.stdout)
        Draft7Validator.check_schema(diagnostics_schema())
        Draft7Validator(diagnostics_schema()).validate(document)
        assert result.stderr == ""
        assert (document["valid"], document["errors"], document["warnings"]) == (False, 2, 1)
        assert [row["valid"] for row in document["files"]] == [True, False, True, False]
        assert document["diagnostics"][0] == {
            "level": "error",
            "code": "LS020",
            "title": "an unknown endpoint",
            "message": "no endpoint is called `b`",
            "label": "",
            "help": "the endpoints are `a`",
            "file": "bad.yaml",
            "line": 5,
            "column": 15,
            "end_line": 5,
            "end_column": 16,
            "path": ["flow", 0, "call"],
            "source": "flow: [{call: b}]",
        }
        assert document["diagnostics"][-1]["line"] is None

    def test_nothing_wrong_is_an_object_too(self) -> None:
        document = json.loads(validate("good.yaml", "--format", "json").stdout)
        assert (document["valid"], document["diagnostics"]) == (True, [])

    def test_the_schema_in_the_repository(self) -> None:
        written = (REPOSITORY / "schemas" / "diagnostics.schema.json").read_text(encoding="utf-8")
        assert written == diagnostics_schema_text(), "run `make schemas`"
        assert CliRunner().invoke(main, ["schema", "diagnostics"]).stdout == written


@pytest.mark.usefixtures("folder")
class TestGithub:
    def test_an_annotation_each(self) -> None:
        result = validate("bad.yaml", "odd.yaml", "missing.yaml", "--format", "github")
        assert result.stdout.splitlines() == [
            "::error file=bad.yaml,line=5,col=15,endLine=5,endColumn=16,title=loadspec LS020::"
            "no endpoint is called `b`%0Ahelp: the endpoints are `a`%0Aloadspec explain LS020",
            "::warning file=odd.yaml,line=5,col=9,endLine=5,endColumn=10,title=loadspec LS051::"
            "nothing draws from pool `p`%0Aloadspec explain LS051",
            "::error file=missing.yaml,title=loadspec LS001::`missing.yaml` does not exist"
            "%0Ahelp: look at the spelling, and at the folder you are in%0Aloadspec explain LS001",
        ]

    def test_names_begin_at_the_workspace(self, folder: Path) -> None:
        (folder / "specs").mkdir()
        (folder / "specs" / "bad, 100%.yaml").write_text(BAD)
        result = validate(str(folder / "specs" / "bad, 100%.yaml"), "--format", "github", GITHUB_WORKSPACE=str(folder))
        assert result.stdout.startswith("::error file=specs/bad%2C 100%25.yaml,line=5,")

    def test_an_option_at_fault_is_no_file(self) -> None:
        result = validate("two.yaml", "--profile", "no", "--format", "github")
        assert result.stdout.startswith("::error title=loadspec LS036::no profile is called `no` (--profile)%0A")


def test_stdin_of_a_process_and_an_encoding_without_umlauts(tmp_path: Path) -> None:
    text = GOOD.replace("name: good", "name: größe 漢")
    done = subprocess.run(
        command("validate", "-"),
        input=text.encode(),
        capture_output=True,
        env=environment(PYTHONIOENCODING="ascii"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(rb"stdin: valid - gr\xf6\xdfe \u6f22: 1 iterations")


def test_the_reference_and_all_examples_are_valid_without_a_warning() -> None:
    specs = [str(path) for path in sorted(REFERENCE.parent.glob("*.yaml"))]
    result = validate("--strict", *specs)
    assert (result.exit_code, result.stderr) == (0, "")


def test_the_reference_is_validated_without_heavy_libraries() -> None:
    code = "import sys; from loadspec.spec.reader import load; import loadspec.cli.validate; load(sys.argv[1]);"
    names = "'jsonschema', 'jsonpath', 'gevent', 'requests', 'jinja2', 'socket', 'hashlib'"
    code += f"print([m for m in ({names}) if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, str(REFERENCE)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
