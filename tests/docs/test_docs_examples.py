"""Every command and every spec of the documentation is run, and every example spec.

All runs of this file go side by side in a few threads, since each of them mostly waits; the tests look at what came of
them. See `support_docs_run` for what is changed about a command, `support_docs_shorten` for what about a spec.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme
from support_docs_blocks import SHELL, Block, find_blocks, is_whole_spec, merged, pages
from support_docs_run import (
    copy_shared,
    expected_exit_code,
    map_hosts,
    run_block,
    run_loadspec,
    run_python_block,
    specs,
)
from support_docs_shorten import shorten_spec

from loadspec.mock import MockConfig, start
from loadspec.spec import SpecError, load_bytes, render

AT_ONCE = 2
BLOCKS = [block for page in pages() for block in find_blocks(page.read_text(), page.name) if not block.not_run]
COMMANDS = [block for block in BLOCKS if block.language in SHELL]
PYTHON = [block for block in BLOCKS if block.language == "python"]
WHOLE = [block for block in BLOCKS if block.language == "yaml" and is_whole_spec(block.text)]
FRAGMENTS = [block for block in BLOCKS if block.language == "yaml" and not is_whole_spec(block.text)]
SPECS = specs()

Outcomes = dict[str, Future[list[str]]]

pytestmark = pytest.mark.timeout(600)  # a test may wait for all runs that began before its own


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """What went wrong with each block and spec, by its name."""
    folder = tmp_path_factory.mktemp("docs")
    with start(MockConfig(workers=64, service_median=0.02, seed=1)) as mock, ThreadPoolExecutor(AT_ONCE) as pool:
        jobs: dict[str, Callable[[Path], list[str]]] = {}
        for block in COMMANDS:
            jobs[str(block)] = lambda home, block=block: run_block(block, home, mock.url, files_before(block))
        for block in PYTHON:
            jobs[str(block)] = lambda home, block=block: run_python_block(block, home, mock.url, files_before(block))
        for block in WHOLE:
            jobs[str(block)] = lambda home, block=block: run_spec(block.text, home, mock.url, ("-u", "1", "-i", "1"))
        for path in SPECS:
            jobs[path.name] = lambda home, path=path: run_spec(path.read_text(), home, mock.url)
        yield {name: pool.submit(job, folder / str(n)) for n, (name, job) in enumerate(jobs.items())}


def files_before(block: Block) -> dict[str, str]:
    """The specs that the page has shown under a name before this block."""
    return {b.file: b.text for b in WHOLE if b.page == block.page and b.file and b.line < block.line}


def run_spec(text: str, folder: Path, url: str, options: tuple[str, ...] = ()) -> list[str]:
    folder.mkdir()
    copy_shared(folder, url)
    (folder / "spec.yaml").write_text(map_hosts(shorten_spec(text), url))
    code, output = run_loadspec(["run", "spec.yaml", *options], folder, {}, url)
    return [] if code == expected_exit_code(text) else [f"ended with {code}:\n{output}"]


@pytest.mark.parametrize("block", [*COMMANDS, *PYTHON], ids=str)
def test_commands_do_what_the_page_says(block: Block, outcomes: Outcomes) -> None:
    assert outcomes[str(block)].result() == []


@pytest.mark.parametrize("block", WHOLE, ids=str)
def test_whole_specs_run(block: Block, outcomes: Outcomes) -> None:
    assert outcomes[str(block)].result() == []


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_example_specs_run(path: Path, outcomes: Outcomes) -> None:
    assert outcomes[path.name].result() == []


@pytest.mark.parametrize("block", FRAGMENTS, ids=str)
def test_fragments_are_valid(block: Block, tmp_path: Path) -> None:
    (tmp_path / "certs").mkdir()
    copy_shared(tmp_path, "http://127.0.0.1:8089")
    trustme.CA().cert_pem.write_to_path(tmp_path / "certs" / "test-ca.pem")  # the one file that a fragment names
    try:
        load_bytes(json.dumps(merged(block.text)).encode(), str(tmp_path / str(block)))
    except SpecError as error:
        pytest.fail(render(error.diagnostics), pytrace=False)


def test_a_command_that_ends_otherwise_is_found(outcomes: Outcomes, tmp_path: Path) -> None:
    block = Block("page.md", 1, "bash", "loadspec validate nowhere.yaml\nmake nothing\n")
    problems = run_block(block, tmp_path / "home", "http://127.0.0.1:9", {})
    assert ["ended with 104, not 0" in problems[0], "no target nothing" in problems[1]] == [True, True]
