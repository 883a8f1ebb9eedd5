from __future__ import annotations

import pytest
from support_docs_blocks import BASE, Block, BlockError, find_blocks, is_whole_spec, merged, pages, read_yaml

from loadspec.spec import load_bytes

AT_LEAST = {"README.md": 6, "CONTRIBUTING.md": 2, "spec.md": 15, "running.md": 6, "metrics.md": 3, "load.md": 5}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_page_has_blocks_that_can_be_judged(page):
    blocks = find_blocks(page.read_text(), page.name)
    assert len(blocks) >= AT_LEAST.get(page.name, 1)


def test_there_is_a_whole_spec_a_fragment_and_a_command():
    blocks = [block for page in pages() for block in find_blocks(page.read_text(), page.name)]
    run = [block for block in blocks if not block.not_run]
    assert sum(block.language == "bash" for block in run) >= 12
    assert sum(block.language == "yaml" and is_whole_spec(block.text) for block in run) >= 1
    assert sum(block.language == "yaml" and not is_whole_spec(block.text) for block in run) >= 20


PAGE = """# Title
```yaml hello.yaml
loadspec: 1
```
- a list

  ```bash not run: needs GitHub
  git push
  ```
```text
output ```
```
"""


def test_a_block_has_its_place_language_file_reason_and_text():
    assert find_blocks(PAGE, "page.md") == [
        Block("page.md", 2, "yaml", "loadspec: 1\n", file="hello.yaml"),
        Block("page.md", 7, "bash", "git push\n", not_run="needs GitHub"),
        Block("page.md", 10, "text", "output ```\n"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```ruby\nputs\n```\n", "```ruby is none of"),
        ("```\nno language\n```\n", "is none of"),
        ("```bash not run\nls\n```\n", "not run: REASON"),
        ("```bash not run:\nls\n```\n", "not run: REASON"),
        ("```bash not run: \nls\n```\n", "not run: REASON"),
        ("```bash later\nls\n```\n", "or says more than that"),
        ("```js\nlet x\n```\n", "js is never run"),
        ("```bash\nloadspec demo\n", "no end"),
    ],
)
def test_a_block_that_nobody_could_judge_is_an_error(text, says):
    with pytest.raises(BlockError, match=r"page\.md:1") as caught:
        find_blocks(text, "page.md")
    assert says in str(caught.value)


def test_yaml_is_read_by_the_rules_of_1_2():
    assert read_yaml("{a: 1:50, b: no, c: 010, d: '1', e: true, f: [1.5, ~]}") == {
        "a": "1:50",
        "b": "no",
        "c": 10,
        "d": "1",
        "e": True,
        "f": [1.5, None],
    }


def test_the_base_of_fragments_is_a_spec():
    assert load_bytes(BASE.encode(), "base").spec.name


def test_a_fragment_adds_names_and_replaces_sections():
    spec = merged("metrics: {mine: trend}\nflow: [{call: login}]\nvus: 3")
    assert spec["metrics"]["mine"] == "trend"
    assert spec["metrics"]["errors"] == "rate"
    assert spec["flow"] == [{"call": "login"}]
    assert spec["vus"] == 3


def test_steps_follow_the_steps_of_the_base():
    first, second = read_yaml(BASE)["flow"][:2]
    assert merged("- call: login\n- think: 1s")["flow"] == [first, second, {"think": "1s"}]
