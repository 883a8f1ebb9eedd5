"""From a RunResult to one HTML page that needs nothing else: no network, no other file, and no script to be read.

Each section computes its figures in Python and shows them in its template. What ends up in the page as text passes
`visible` (no control or reordering characters) and Jinja's escaping; a policy in the head forbids the rest.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadspec import __version__
from loadspec.report import assets
from loadspec.report.data import figures_json, plot_json
from loadspec.report.sections import SECTIONS, Section
from loadspec.report.text import FILTERS, visible
from loadspec.results.model import RunResult

if TYPE_CHECKING:
    import jinja2

_HERE = Path(__file__).parent


def build(result: RunResult) -> str:
    """The report of a run as one HTML document."""
    return render_page("page.j2", assets.SCRIPTS, **_names(result))


def build_paper(result: RunResult) -> str:
    """The same without scripts, and with a policy that allows none."""
    names = _names(result)
    return render_page("page.j2", **{name: names[name] for name in names if name != "figures"})


def build_folder(result: RunResult) -> dict[str, str]:
    """The same as files side by side (name → text), for servers that forbid what is inline, such as Jenkins."""
    names = {
        "style_file": "report.css",
        "script_file": "report.js",
        "policy": assets.policy(script="'self'", style="'self'"),
    }
    page = render_page("page.j2", **names, **_names(result))
    return {"report.html": page, "report.css": assets.style_sheet(), "report.js": assets.script()}


def render_page(template: str, scripts: Sequence[str] = (), **names: Any) -> str:
    """A page of ours as one document, of a template that extends `frame.j2`; `title` is its name in the browser.

    `scripts` are files of `assets` that it runs, packed.
    """
    css, boot, code = assets.style_sheet(), assets.boot(scripts), assets.script(scripts)
    allowed = f"{assets.source(boot)} {assets.source(code)}" if scripts else ""
    policy = assets.policy(script=allowed, style=assets.source(css))
    given = {"version": __version__, "css": css, "policy": policy}
    if scripts:
        given |= {"code": assets.packed(code), "boot": boot}
    return render_part(template, {**given, **names})


def _names(result: RunResult) -> dict[str, Any]:
    """What the page's template shows of a run."""
    return {
        "title": f"{result.verdict} · {result.spec_name}",
        "version": result.version,
        "result": result,
        "sections": section_parts(result),
        "figures": assets.packed(figures_json(result)),
    }


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
    environment.filters.update(FILTERS, plot_json=plot_json)
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
