"""Did it hold? The verdict as icon, word, colour and sentence, and the facts that identify the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.text import utc
from loadspec.results.model import RunResult
from loadspec.units import format_duration

TONES: Mapping[str, str] = {"PASS": "good", "FAIL": "bad", "ABORTED": "bad"}
"""Verdict → tone; every other verdict says that there is none, which is a warning."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """Verdict, sentence, what ended the run early, warnings, facts."""
    facts = [
        ("Spec", result.spec_path),
        ("Profile", result.profile or "none"),
        ("Target", result.target),
        ("Started", utc(result.started_at)),
        ("Load", format_duration(round(result.duration, 1))),
        ("Exit code", str(int(result.exit_code))),
    ]
    return {
        "name": result.spec_name,
        "verdict": result.verdict,
        "tone": TONES.get(result.verdict, "warn"),
        "sentence": result.sentence,
        "failure": result.failure if result.failure not in result.sentence else "",
        "hint": result.hint,
        "limited": result.limited if result.limited not in result.sentence else "",
        "warnings": result.warnings,
        "facts": facts,
        "scenarios": result.scenarios,
    }
