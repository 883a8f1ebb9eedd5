"""What the terminal says of the generator: how it feels, and that it is, or was, at its own limit."""

from __future__ import annotations

from textwrap import wrap

from loadspec.results.model import RunResult
from loadspec.results.progress import GeneratorNow
from loadspec.ui.figures import short_ms
from loadspec.ui.text import Style, clean
from loadspec.units import format_duration


def limited_lines(result: RunResult, style: Style, width: int) -> list[str]:
    """Only where its limits show in the figures: that they do, why, and what to do about it, in lines of a width."""
    if not result.limited:
        return []
    width = max(20, width)
    causes = {cause.name: cause for worker in result.health for cause in worker.causes}
    told = [f"{clean(cause.what)}: {clean(cause.way_out)}" for cause in causes.values()]
    limited = [style(line, "warn") for line in wrap(clean(result.limited), width)]
    return [*limited, *(line for text in told for line in wrap(text, width, subsequent_indent="  "))]


def generator_line(now: GeneratorNow, style: Style) -> str:
    """`CPU 23 %, hub lag 120µs, dispatch delay 80µs`; red once its figures are not to be trusted."""
    limit = f" (limit {short_ms(now.late_limit_ms)})" if now.late else ""
    told = f"CPU {now.cpu_percent:.0f} %, hub lag {short_ms(now.lag_ms)}, dispatch delay "
    told = f"{told}{short_ms(now.dispatch_ms)}{limit}"
    if not now.limited_seconds:
        return style(told, "warn") if now.late else told
    seconds = format_duration(round(now.limited_seconds, 1))
    return style(f"at its limit for {seconds}, do not trust times: {told}", "bad")
