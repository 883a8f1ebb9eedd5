"""What is missing where workers were lost, and what thresholds can still say."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support_results import store_of

from loadspec.metrics import Rate, Store
from loadspec.metrics.catalog import MetricInfo
from loadspec.results.losses import missing, told, withheld
from loadspec.results.model import Loss
from loadspec.thresholds import ThresholdResult, Watch, parse_thresholds


def loss(at: float, of: int = 4, worker: int = 2) -> Loss:
    return Loss(worker, of, at, "ended with code -9")


def threshold() -> ThresholdResult:
    watch = Watch(parse_thresholds("errors", "rate < 10%", {"errors": MetricInfo("rate")}))
    watch.feed(10.0, Store(), store_of(errors=Rate(3, 10)))
    return watch.results()[0]


@pytest.mark.parametrize(
    ("losses", "elapsed", "share"),
    [
        ([], 10.0, 0.0),
        ([loss(0.0)], 10.0, 0.25),
        ([loss(5.0)], 10.0, 0.125),
        ([loss(5.0), loss(0.0)], 10.0, 0.375),
        ([loss(10.5)], 10.0, 0.0),
        ([loss(0.0)], 0.0, 0.0),
        ([loss(0.0, of=2)], 10.0, 0.5),
    ],
)
def test_each_is_missing_for_the_rest_of_the_load(losses: list[Loss], elapsed: float, share: float) -> None:
    assert missing(losses, elapsed) == pytest.approx(share)


@pytest.mark.parametrize(
    ("at", "elapsed", "status"), [(9.7, 10.0, "fail"), (9.61, 10.0, "fail"), (9.59, 10.0, "inconclusive")]
)
def test_thresholds_say_nothing_where_more_than_a_hundredth_is_missing(at: float, elapsed: float, status: str) -> None:
    (result,) = withheld([threshold()], [loss(at)], elapsed)
    assert result.status == status


def test_thresholds_say_nothing_where_the_last_worker_was_lost() -> None:
    (result,) = withheld([threshold()], [], 10.0, lost=True)
    assert result.status == "inconclusive"


def test_a_threshold_that_ended_the_run_stays_decided() -> None:
    (result,) = withheld([replace(threshold(), aborted=True)], [loss(0.0)], 10.0)
    assert result.status == "fail"


def test_a_loss_in_words() -> None:
    words = "worker 2 of 4 was lost at 12.3s (it ended with code -9): 1/4 of the load is missing since"
    assert told(loss(12.3401)) == words
