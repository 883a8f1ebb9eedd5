"""What failed: one entry for all failures that say the same, the commonest first, with up to three samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loadspec.error_kinds import way_out
from loadspec.report.allowance import weight, within
from loadspec.report.text import clock
from loadspec.results.model import ErrorClass, RunResult

SHOWN = 25
"""So many entries at most; the rest are in results.json."""
SAMPLES = 3
ROOM = 12_000
"""So many characters of samples at most, as HTML; the rest are in results.json."""

_VARYING = r"(?i)\b(?:0x)?[0-9a-f-]*\d[0-9a-f-]*\b"
"""Numbers, addresses, ids: what differs between messages that say the same."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """Entries with a title, and how many are left out."""
    groups = sorted(_grouped(result.errors), key=lambda group: -sum(error.count for error in group))
    samples = within([_samples(group) for group in groups[:SHOWN]], _size, ROOM)
    return {
        "groups": [_entry(group, kept) for group, kept in zip(groups, samples, strict=False)],
        "left_out": max(0, len(groups) - SHOWN),
        "total": sum(error.count for error in result.errors),
    }


def _grouped(errors: Iterable[ErrorClass]) -> list[Sequence[ErrorClass]]:
    """Those of one title, place and message, numbers aside; of several endpoints, the worst first."""
    groups: dict[tuple[str, ...], list[ErrorClass]] = {}
    for error in errors:
        key = (error.phase, title_of(error), error.step, re.sub(_VARYING, "#", error.message))
        groups.setdefault(key, []).append(error)
    return [sorted(group, key=lambda error: -error.count) for group in groups.values()]


def _entry(group: Sequence[ErrorClass], samples: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    worst = group[0]
    return {
        "error": worst,
        "title": title_of(worst),
        "count": sum(error.count for error in group),
        "first": min(error.first for error in group),
        "last": max(error.last for error in group),
        "endpoints": [(error.endpoint, error.count) for error in group],
        "samples": samples,
        "kept": any(error.sample for error in group),
        "way_out": way_out(worst.kind),
    }


def _samples(group: Sequence[ErrorClass]) -> list[Mapping[str, Any]]:
    """Of each endpoint the first one, before a second one of any."""
    kept = [[error.sample, *error.later_samples] for error in group]
    most = max(map(len, kept))
    found = [(group[j].endpoint, samples[i]) for i in range(most) for j, samples in enumerate(kept) if i < len(samples)]
    return [_sample(endpoint, sample) for endpoint, sample in found if sample.keys() & {"request", "response"}][
        :SAMPLES
    ]


def _sample(endpoint: str, sample: Mapping[str, str]) -> Mapping[str, Any]:
    texts = [(name, sample[name]) for name in ("request", "response") if name in sample]
    return {"endpoint": endpoint, "at": _moment(sample.get("at", "")), "texts": texts}


def _size(sample: Mapping[str, Any]) -> int:
    return weight(*(text for _, text in sample["texts"]))


def _moment(at: str) -> str:
    """Seconds of the phase, as text, on the clock of this page."""
    return clock(float(at)) if re.fullmatch(r"\d{1,9}(\.\d+)?", at) else ""


def title_of(error: ErrorClass) -> str:
    """`status 503`, `timeout`: as the chart of failures calls it."""
    return f"status {error.status}" if error.kind == "status" else error.kind
