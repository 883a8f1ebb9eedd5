"""Parts of a metric, selected as thresholds select them."""

from __future__ import annotations

from loadspec.metrics import Store, Value
from loadspec.thresholds.selector import Clause, effective


def selected(store: Store, metric: str, clauses: tuple[Clause, ...] = ()) -> Value | None:
    """All series of a metric that a threshold with this selector judges, merged; None where there is none.

    Of request timings these are the expected answers, unless the selector says otherwise.
    """
    decisive = effective(metric, clauses)
    return store.select(metric, lambda tags: all(clause.holds(tags) for clause in decisive))
