"""Runs the shell and Python blocks of the documentation for real, against a mock platform of the tests' own.

A block runs in a folder of its own, with shortened copies of `specs/`. What is changed about its lines:

- durations are short (`support_docs_shorten`), and `loadspec demo` gets short stages;
- `http://127.0.0.1:8089` and every host below example.com is the mock;
- `loadspec mock ...` takes a free port. With `&` behind it, it serves the lines after it and is ended with the block;
  without, it is ended with Ctrl-C as soon as it listens.

A line must end with 0, or with the N of a comment `# exit code N` behind it. A line `make TARGET` is not run: its
target must exist. Any other command is an error: its block says `not run: REASON`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from support_docs_blocks import ROOT, Block
from support_docs_shorten import shorten_command, shorten_spec

TIMEOUT = 120
DEMO_STAGES = "1s:3"
_HOST = re.compile(r"http://127\.0\.0\.1:8089|https?://(?:[\w-]+\.)*example\.com")
_EXIT_CODE = re.compile(r"#.*\bexit code:? (\d+)")
_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=.*")


@dataclass(frozen=True, slots=True)
class Line:
    """One command of a shell block: what is set before it, its words, how it must end."""

    environment: Mapping[str, str]
    words: tuple[str, ...]
    exit_code: int
    background: bool


class CommandError(ValueError):
    """A line that is neither loadspec's nor make's."""


def read_line(text: str) -> Line | None:
    """A line of a shell block; None for blanks and comments. Raises CommandError."""
    text = text.strip().removeprefix("$ ")
    words = shlex.split(text, comments=True)
    if not words:
        return None
    code = _EXIT_CODE.search(text)
    background = words[-1] == "&"
    words = shorten_command(words[:-1] if background else words)
    first = next((at for at, word in enumerate(words) if not _ASSIGNMENT.fullmatch(word)), len(words))
    environment = dict(word.split("=", 1) for word in words[:first])
    words = words[first:]
    if not words or words[0] not in ("loadspec", "make"):
        raise CommandError(f"`{text}` cannot be run here: mark its block with `not run: REASON`")
    if words[:2] == ["loadspec", "demo"] and "--stages" not in words:
        words += ["--stages", DEMO_STAGES]
    if words[:2] == ["loadspec", "mock"] and "--help" not in words:
        words += ["--port", "0"]
    return Line(environment, tuple(words), int(code[1]) if code else 0, background)


def map_hosts(text: str, url: str) -> str:
    """Example hosts → the mock."""
    return _HOST.sub(url, text)


def make_targets(root: Path = ROOT) -> set[str]:
    """The targets of the Makefile that a user may name."""
    return set(re.findall(r"(?m)^([a-z]+):.*##", (root / "Makefile").read_text()))


def specs(root: Path = ROOT) -> list[Path]:
    """The example specs."""
    return sorted((root / "specs").glob("*.yaml"))


def expected_exit_code(text: str) -> int:
    """The N of a spec's comment line `# exit code: N`, else 0."""
    found = re.search(r"(?m)^# exit code: (\d+)$", text)
    return int(found[1]) if found else 0


def copy_specs(folder: Path, url: str, files: Mapping[str, str]) -> None:
    """Shortened copies of the example specs, and of the page's own, in a new folder."""
    (folder / "specs").mkdir(parents=True)
    for path in specs():
        (folder / "specs" / path.name).write_text(map_hosts(shorten_spec(path.read_text()), url))
    copy_shared(folder / "specs", url)
    for name, text in files.items():
        (folder / name).write_text(map_hosts(shorten_spec(text), url))
    shutil.copytree(ROOT / "schemas", folder / "schemas", ignore=shutil.ignore_patterns("__pycache__"))


def copy_shared(folder: Path, url: str) -> None:
    """The files that example specs include, use and draw from, below a new folder."""
    (folder / "shared").mkdir()
    for path in sorted((ROOT / "specs" / "shared").glob("*.yaml")):
        (folder / "shared" / path.name).write_text(map_hosts(shorten_spec(path.read_text()), url))
    shutil.copytree(ROOT / "specs" / "data", folder / "data")


def run_block(block: Block, folder: Path, url: str, files: Mapping[str, str]) -> list[str]:
    """Run a shell block in `folder` → what went wrong, a text for each line that did."""
    copy_specs(folder, url, files)
    problems: list[str] = []
    with ExitStack() as mocks:
        for text in block.text.splitlines():
            line = read_line(text)
            if line is None:
                continue
            if line.words[0] == "make":
                unknown = set(line.words[1:]) - make_targets()
                problems += [f"{block}: the Makefile has no target {name}" for name in sorted(unknown)]
            elif line.background:
                url = mocks.enter_context(_Mock(line, folder)).url
                copied = {name: body for name, body in files.items() if (folder / name).exists()}
                shutil.rmtree(folder / "specs")
                shutil.rmtree(folder / "schemas")
                copy_specs(folder, url, copied)
            else:
                problems += _run(block, text, line, folder, url)
    return problems


def _run(block: Block, text: str, line: Line, folder: Path, url: str) -> list[str]:
    if line.words[1:2] == ("mock",) and "--help" not in line.words:
        with _Mock(line, folder) as mock:
            code, output = mock.interrupt(), ""
    else:
        code, output = run_loadspec([map_hosts(word, url) for word in line.words[1:]], folder, line.environment, url)
    if code == line.exit_code:
        return []
    return [f"{block}: `{text.strip()}` ended with {code}, not {line.exit_code}:\n{output}"]


def run_loadspec(words: list[str], folder: Path, environment: Mapping[str, str], url: str) -> tuple[int, str]:
    """Run the program in a process of its own → (exit code, what it printed)."""
    given = {name: map_hosts(value, url) for name, value in environment.items()}
    return _run_python(["-m", "loadspec", *words], folder, given)


def run_python_block(block: Block, folder: Path, url: str, files: Mapping[str, str]) -> list[str]:
    """Run a Python block in `folder`, as a program or as tests → what went wrong."""
    copy_specs(folder, url, files)
    (folder / "test_block.py").write_text(map_hosts(block.text, url))
    runner = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if "def test_" in block.text else []
    code, output = _run_python([*runner, "test_block.py"], folder, {"API_BASE": url})
    return [] if code == 0 else [f"{block} ended with {code}:\n{output}"]


def _run_python(words: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**_environment(), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
    )
    return done.returncode, done.stdout


def _environment() -> dict[str, str]:
    """This process's, without what would change a run."""
    names = ("API_BASE", "LOAD_USER", "LOAD_PASS", "FORCE_COLOR")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOADSPEC_") and k not in names}
    return {**kept, "PYTHONPATH": str(ROOT)}


class _Mock:
    """`loadspec mock` as a line of a block starts it."""

    def __init__(self, line: Line, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "loadspec", *line.words[1:]],
            cwd=folder,
            env={**_environment(), **line.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        found = re.search(r"http://[\w.:]+", said)
        self.url = found[0] if found else ""
        if not found:
            self._process.kill()
            raise AssertionError(f"the mock said `{said}`")

    def interrupt(self) -> int:
        """Ctrl-C → its exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(TIMEOUT)

    def __enter__(self) -> _Mock:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=TIMEOUT)
