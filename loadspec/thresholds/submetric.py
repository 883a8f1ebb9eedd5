"""Sub-metrics: some of a metric's series as a metric of its own, shown without being judged."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from loadspec.metrics.store import Store
from loadspec.metrics.values import Value
from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.selector import Clause, Values, effective, matcher, parse_key

ENDING = "_submetric"
"""What outputs let the names of sub-metrics' series end in, so that no sum over those of a metric counts twice."""


class Submetric(Struct, frozen=True):
    """`http_req_duration{endpoint:generate}`: the same series that a threshold of that name judges."""

    key: str
    """As written."""
    metric: str
    selector: tuple[Clause, ...]

    @property
    def label(self) -> str:
        """The selector, without its braces and however it was spaced: `status:402|429,endpoint!:login`."""
        return ",".join(str(clause) for clause in self.selector)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The conditions on a series' tags, defaults included."""
        return effective(self.metric, self.selector)

    def value(self, store: Store) -> Value | None:
        """All that it selects, merged; None where there is nothing."""
        return store.select(self.metric, matcher(self.clauses))


def parse_submetric(key: str, metrics: Collection[str], values: Values) -> Submetric:
    """Raises ThresholdError with part "metric" for what names no series."""
    metric, selector = parse_key(key, metrics, values)
    if not selector:
        hint = f"say which of its series, for example {metric}{{endpoint:NAME}}"
        raise ThresholdError(f"`{metric}` without a selector is shown in any case", 0, "metric", hint)
    return Submetric(key.strip(), metric, selector)
