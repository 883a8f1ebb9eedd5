"""`slack`: the verdict as a message of a few blocks, posted to an incoming webhook once when all files are written.

See https://docs.slack.dev/reference/block-kit/blocks for the blocks and their limits.
"""

from __future__ import annotations

import json
from typing import Any

from loadspec.outputs.posting import Poster
from loadspec.outputs.target import Target
from loadspec.outputs.verdict_text import link
from loadspec.report.text import visible
from loadspec.report.thresholds import distance
from loadspec.results.model import RunResult
from loadspec.thresholds import ThresholdResult, format_actual, format_limit, worst_first
from loadspec.units import format_count, format_duration

_MOST = 2800
"""Characters of a block's text; Slack takes 3 000."""
_THRESHOLDS = 10
_MARKS = {"pass": ":white_check_mark:", "fail": ":x:"}
_VERDICTS = {"PASS": ":white_check_mark:", "FAIL": ":x:"}


def tell(result: RunResult, target: Target) -> None:
    """Post it. Raises Refused or OSError."""
    poster = Poster(target, content_type="application/json")
    try:
        poster.post(json.dumps(message(result, link(target))).encode())
    finally:
        poster.close()


def message(result: RunResult, where: str = "") -> dict[str, Any]:
    """The JSON value; `where` is a URL to read more at."""
    title = f"{result.verdict}: {result.spec_name}"
    mark = _VERDICTS.get(result.verdict, ":warning:")
    rows = worst_first(result.thresholds)
    lines = [_line(found) for found in rows[:_THRESHOLDS]]
    if len(rows) > _THRESHOLDS:
        lines.append(f"and {len(rows) - _THRESHOLDS} more")
    requests = sum(row.sent for row in result.requests if row.phase == "load")
    about = [
        f"{format_count(requests)} requests in {format_duration(round(result.duration, 1))}",
        plain(result.target),
        plain(result.run_id),
        *([f"<{plain(where)}|more>"] if where else []),
    ]
    texts = [f"{mark} *{plain(title)}*\n{plain(result.sentence)}", "\n".join(lines)]
    sections = [_section(text) for text in texts if text]
    return {
        "text": plain(title),
        "blocks": [*sections, {"type": "context", "elements": [_markdown(" · ".join(about))]}],
    }


def _line(found: ThresholdResult) -> str:
    actual, limit = format_actual(found.threshold, found.actual), format_limit(found.threshold)
    name = plain(found.threshold.title).replace("`", "'")
    margin = distance(found)
    return f"{_MARKS.get(found.status, ':grey_question:')} `{name}`: {plain(actual)}, limit {plain(limit)} ({margin})"


def plain(text: str) -> str:
    """Text that means nothing to Slack but itself."""
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _markdown(text)}


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text if len(text) <= _MOST else text[:_MOST] + "…"}
