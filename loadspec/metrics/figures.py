"""The figures that a trend is boiled down to where an output takes no distribution: k6's `avg`, `p(95)`, ..."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from loadspec.metrics.catalog import MetricInfo
from loadspec.metrics.values import Trend

Figure = Callable[[Trend], float]

_FIXED: Mapping[str, Figure] = {
    "avg": lambda trend: trend.avg,
    "min": lambda trend: trend.min,
    "med": lambda trend: trend.percentile(50),
    "max": lambda trend: trend.max,
    "sum": lambda trend: trend.sum,
    "count": lambda trend: trend.count,
}
_PERCENTILE = r"p\((\d+(?:\.\d+)?)\)"
FIGURES = "avg, min, med, max, p(90), p(95), p(99)"


class Figures(Struct, frozen=True):
    """Some of them, in order."""

    fixed: Sequence[tuple[str, Figure]]
    percents: Sequence[tuple[str, float]]

    def of(self, trend: Trend, scale: float = 1.0) -> dict[str, float]:
        """Name → figure; every figure but the count is multiplied by `scale`."""
        found = {name: figure(trend) * (1 if name == "count" else scale) for name, figure in self.fixed}
        values = trend.percentiles([percent for _, percent in self.percents])
        return found | {name: value * scale for (name, _), value in zip(self.percents, values, strict=True)}


def parse_figures(texts: Sequence[str]) -> Figures:
    """`avg`, `p(95)`, `p(99.9)`, ... → Figures; p(99.9) is named p99_9. Raises ValueError for any other text."""
    fixed: list[tuple[str, Figure]] = []
    percents: list[tuple[str, float]] = []
    for text in map(str.strip, texts):
        percentile = re.fullmatch(_PERCENTILE, text)
        if text in _FIXED:
            fixed.append((text, _FIXED[text]))
        elif percentile and float(percentile[1]) <= 100:
            percents.append((f"p{percentile[1].replace('.', '_')}", float(percentile[1])))
        else:
            raise ValueError(f"`{text}` is no figure of a trend; there are {', '.join(_FIXED)} and p(N)")
    return Figures(fixed, percents)


def in_seconds(info: MetricInfo | None) -> float:
    """What a metric's values are multiplied by where times are told in seconds: they are measured in milliseconds."""
    return 0.001 if info is not None and info.contains == "time" else 1.0
