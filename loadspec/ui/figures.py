"""Figures as k6 prints them; and a share that is not quite all, or not quite nothing, never reads as if it were."""

from __future__ import annotations

from collections.abc import Callable

from loadspec.metrics import Counter, Gauge, MetricInfo, Rate, Trend, Value
from loadspec.units import format_bytes, format_count, format_ms

Format = Callable[[float], str]

PERCENTS = (50.0, 90.0, 95.0, 99.0)


def percent(part: int, whole: int) -> str:
    """`part` of `whole` → `95.77%`; 100.00% only of all, 0.00% only of none."""
    if not 0 < part < whole:
        return f"{100 * bool(part)}.00%"
    return f"{min(99.99, max(0.01, part / whole * 100)):.2f}%"


def out_of(part: int, whole: int) -> str:
    """→ `68 out of 71`."""
    return f"{part} out of {whole}"


def number(value: float) -> str:
    """Up to six decimals, cut, without trailing zeros, ungrouped: k6's plain number."""
    text = f"{int(value * 1e6) / 1e6:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def per_second(value: float, seconds: float) -> float:
    """A counter's rate; 0 for a run that took no time."""
    return value / seconds if seconds > 0 else 0.0


def short_ms(ms: float) -> str:
    """A time in three significant digits, for tables that are read and not compared."""
    return format_ms(float(f"{ms:.3g}"))


def format_of(info: MetricInfo) -> Format:
    """How to print one value of a metric."""
    formats: dict[str, Format] = {"time": format_ms, "bytes": format_bytes}
    return formats.get(info.contains, number if info.kind != "trend" else format_count)


def trend_cells(trend: Trend, form: Format) -> list[str]:
    """`avg= min= med= max= p(90)= p(95)= p(99)=`, k6's order with p(99) added."""
    med, p90, p95, p99 = trend.percentiles(PERCENTS)
    figures = {"avg": trend.avg, "min": trend.min, "med": med, "max": trend.max}
    figures |= {"p(90)": p90, "p(95)": p95, "p(99)": p99}
    return [f"{name}={form(value)}" for name, value in figures.items()]


def cells(value: Value, info: MetricInfo, seconds: float) -> list[str]:
    """The columns behind a metric's name in k6's summary; a trend without samples says so."""
    form = format_of(info)
    if isinstance(value, Trend):
        return trend_cells(value, form) if value.samples else ["no samples"]
    if isinstance(value, Rate):
        return [percent(value.passes, value.total), out_of(value.passes, value.total)]
    if isinstance(value, Counter):
        return [form(value.value), f"{form(per_second(value.value, seconds))}/s"]
    return _gauge_cells(value, form)


def _gauge_cells(value: Gauge, form: Format) -> list[str]:
    return [form(value.last), f"min={form(value.min)}", f"max={form(value.max)}"]
