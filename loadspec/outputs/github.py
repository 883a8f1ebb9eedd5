"""GitHub's annotations on the lines of the spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from loadspec.annotations import MOST, Level, annotation
from loadspec.report.thresholds import threshold_rows
from loadspec.results.head import Place
from loadspec.results.model import RunResult


def annotated(result: RunResult, places: Mapping[str, Place], name: Callable[[str], str] = str) -> list[str]:
    """Workflow commands: why the run is no good, then the thresholds that failed, at most `MOST` of them.

    `places` says where each threshold's title stands; `name` makes a file's name one from the repository's root.
    """
    found = list(_annotations(result, places, name))
    if len(found) > MOST:
        found[MOST - 1 :] = [annotation("error", f"and {len(found) - MOST + 1} more", title="loadspec")]
    return found


def _annotations(result: RunResult, places: Mapping[str, Place], name: Callable[[str], str]) -> Iterator[str]:
    if result.failure or result.verdict not in ("PASS", "FAIL"):
        level: Level = "warning" if result.verdict == "INCONCLUSIVE" else "error"
        file = name(result.spec_path) if result.spec_path else None
        yield annotation(level, result.failure or result.sentence, file=file, title=f"loadspec {result.verdict}")
    for row in threshold_rows(result.thresholds):
        if row.status not in ("pass", "pending"):
            place = places.get(row.title)
            yield annotation(
                "error" if row.status == "fail" else "warning",
                f"{row.title}\n{row.actual}, limit {row.limit} ({row.distance})",
                file=name(place.file if place else result.spec_path),
                line=place.line if place else None,
                col=place.column if place else None,
                title=f"loadspec threshold: {row.status}",
            )
