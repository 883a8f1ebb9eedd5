"""Codes for people: one as text for a terminal, all of them as a page of the documentation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from loadspec.spec.codes import CODES
from loadspec.spec.codes.code import Code
from loadspec.spec.rendering import printable

_WIDTH = 90


def explained(code: str, width: int = _WIDTH) -> str:
    """What one code means, with its two examples. Raises KeyError for a code that there is not."""
    about = CODES[code]
    parts = [f"{code}: {about.title}", textwrap.fill(about.text, width), *_examples(about)]
    return "\n\n".join(parts) + "\n"


def _examples(about: Code) -> Iterator[str]:
    for title, example in (("Wrong:", about.wrong), ("Right:", about.right)):
        yield f"{title}\n\n{textwrap.indent(shown(example).rstrip(), '    ')}"
    for name, text in about.files.items():
        yield f"with {name}:\n\n{textwrap.indent(shown(text).rstrip(), '    ')}"


def shown(example: str) -> str:
    """An example as it can be printed: a control character becomes its picture."""
    return "\n".join(printable(line) for line in example.split("\n"))


def titles() -> str:
    """A line for each code."""
    return "".join(f"{code}  {about.title}\n" for code, about in CODES.items())


def page() -> str:
    """The documentation's page of all codes."""
    return _HEAD + "".join(map(_section, CODES, CODES.values()))


def _section(code: str, about: Code) -> str:
    blocks = [_fenced("Wrong", about.wrong), _fenced("Right", about.right), *_others(about.files)]
    return f"\n## {code}: {about.title}\n\n{textwrap.fill(about.text, 120)}\n\n" + "\n".join(blocks)


def _others(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        yield _fenced(f"with `{name}`", text)


def _fenced(title: str, example: str) -> str:
    text = shown(example).rstrip()
    return f"{title}:\n\n```yaml not run: {_REASON}\n{text}\n```\n"


_REASON = "an example of the table of codes, which a test checks"

_HEAD = """# Diagnostics

What `loadspec validate` and `loadspec run` can find wrong with a spec. Each kind has a code that never changes its
meaning; `loadspec explain LS020` prints one of the sections below. This page is made of the same table by `make docs`.

An example shows the sections that matter. A first line with `$` is the command that gives the code, and the spec is
then called `spec.yaml`.

```bash
loadspec explain
loadspec explain LS020
```
"""
