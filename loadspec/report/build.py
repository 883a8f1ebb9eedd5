"""From a RunResult to one HTML page that needs nothing else: no network, no script, no other file.

Each section computes its figures in Python and shows them in its template. What ends up in the page as text passes
`visible` (no control or reordering characters) and Jinja's escaping; a policy in the head forbids the rest.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadspec import __version__
from loadspec.report.sections import SECTIONS, Section
from loadspec.report.text import FILTERS, visible
from loadspec.results.model import RunResult

if TYPE_CHECKING:
    import jinja2

_HERE = Path(__file__).parent


def build(result: RunResult) -> str:
    """The report of a run as one HTML document."""
    return render_page(
        "page.j2",
        title=f"{result.verdict} · {result.spec_name}",
        version=result.version,
        result=result,
        sections=section_parts(result),
    )


def render_page(template: str, **names: Any) -> str:
    """A page of ours as one document, of a template that extends `frame.j2`; `title` is its name in the browser."""
    css = style_sheet()
    given = {"version": __version__, "css": css, "policy": _policy(css), **names}
    return _environment().get_template(template).render(given)


def section_parts(result: RunResult, leave_out: Collection[str] = ()) -> list[Mapping[str, Any]]:
    """What the page's template needs of each section that the run has: its name, its title, its HTML."""
    shown = (_shown(name, section, result) for name, section in SECTIONS.items() if name not in leave_out)
    return [part for part in shown if part is not None]


def render_part(template: str, names: Mapping[str, Any]) -> str:
    """A piece of a page as HTML."""
    return _environment().get_template(template).render(names)


def _shown(name: str, section: Section, result: RunResult) -> Mapping[str, Any] | None:
    module, _, function = section.figures.partition(":")
    figures: Mapping[str, Any] | None = getattr(import_module(module), function)(result)
    if figures is None:
        return None
    return {"name": name, "title": section.title, "html": render_part(f"sections/{name}.j2", figures)}


def _policy(css: str) -> str:
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def style_sheet() -> str:
    """The style sheet without its comments' and indentation's weight."""
    lines = (_HERE / "report.css").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("/*"))


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        bytecode_cache=compiled(),
    )
    environment.filters.update(FILTERS)
    return environment


def compiled(beside: str = __file__) -> jinja2.BytecodeCache | None:
    """Compiled templates lie where Python keeps compiled modules, where it may write there: compiling takes 0.1 s."""
    import jinja2

    class Cache(jinja2.FileSystemBytecodeCache):
        def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
            with suppress(OSError):  # a full disk costs time next time, not the report
                super().dump_bytecode(bucket)

    folder = os.path.dirname(cache_from_source(beside))
    if sys.dont_write_bytecode or not os.access(folder, os.W_OK):
        return None
    return Cache(folder, "%s.jinja2")


def _finalize(value: Any) -> Any:
    """Every text on its way into the page; markup that templates made is left alone."""
    return visible(value) if type(value) is str else value
