"""The live page and its sections, as HTML: what `dashboard` serves and sends."""

from __future__ import annotations

from pathlib import Path

from loadspec.report import assets
from loadspec.report.build import render_page, render_part, section_parts
from loadspec.report.live.now import Now, figures
from loadspec.report.sections import SECTIONS
from loadspec.results.head import Head
from loadspec.results.model import RunResult

_CSS = Path(__file__).with_name("live.css")
SCRIPTS = ("script/view.js", "script/tables.js", "live/live.js")


def live_page(head: Head, token: str) -> str:
    """The page of a run, with an empty place for each section. `token`: what its stop button shows that it is ours."""
    css, script = f"{assets.style_sheet()}\n{_CSS.read_text(encoding='utf-8')}", assets.script(SCRIPTS)
    empty = [
        {"name": name, "title": section.title, "html": f'<div class="part" data-part="{name}"></div>'}
        for name, section in SECTIONS.items()
    ]
    return render_page(
        "live/page.j2",
        title=head.spec_name,
        version=head.version,
        result=head,
        sections=empty,
        css=css,
        policy=policy(css, script),
        script=script,
        token=token,
    )


def live_parts(result: RunResult, now: Now) -> dict[str, str]:
    """Section → its HTML now, empty where the run has nothing of the kind.

    A result without a verdict has its place in the plan instead.
    """
    parts = dict.fromkeys(SECTIONS, "")
    for part in section_parts(result, leave_out=("verdict",) * result.going):
        parts[part["name"]] = part["html"]
    if result.going:
        parts["verdict"] = render_part("live/now.j2", figures(result, now))
    return parts


def policy(css: str, script: str) -> str:
    """The page's Content-Security-Policy: its own style and script, requests to where it is from, and nothing else."""
    return assets.policy(style=assets.source(css), script=assets.source(script), connect="'self'")
