"""Head and ledger of a run → its `RunResult`, judged. Pure: after the run, or from a journal, the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from loadspec.error_kinds import way_out
from loadspec.errors import ExitCode
from loadspec.metrics import BUILTIN, Rate
from loadspec.results.books import check_results, endpoint_stats, request_counts
from loadspec.results.collect import Collector
from loadspec.results.culprit import whereabouts
from loadspec.results.head import Head
from loadspec.results.health import limited_sentence
from loadspec.results.items import pool_items
from loadspec.results.ledger import Ledger
from loadspec.results.losses import blurred, blurred_sentence, told, withheld
from loadspec.results.model import GOING, PoolStats, RunResult, ScenarioInfo, Timing
from loadspec.results.parts import label_at, parts_of
from loadspec.results.scenarios import begun, scenario_stats
from loadspec.results.slos import slos_of
from loadspec.results.slowest import slow_requests
from loadspec.results.verdict import Facts, Verdict, judge_run, told_of
from loadspec.thresholds import ThresholdResult, without_latency
from loadspec.units import format_count, format_ms


def threshold_results(ledger: Ledger, limited: bool, going: bool = False) -> list[ThresholdResult]:
    """How all thresholds stand, `going` or for good: inconclusive where load is missing, those on windows where it is
    known too coarsely, and those on times where the generator was `limited`."""
    outcome = ledger.outcome
    cut_short = bool(outcome.worker_lost or outcome.cut_off)
    found = ledger.watch.current(figures=True) if going else ledger.watch.results()
    results = blurred(withheld(found, outcome.losses, ledger.collector.elapsed, cut_short), outcome.grain)
    return without_latency(results) if limited else results


def facts(
    ledger: Ledger,
    results: Sequence[ThresholdResult],
    scenarios: Sequence[ScenarioInfo],
    limited: str = "",
    going: bool = False,
) -> Facts:
    """What the verdict needs; `limited` where the generator was, and is not allowed to. `going`: see `assemble`."""
    collector, outcome = ledger.collector, ledger.outcome
    store = collector.stores["load"]
    failed = store.where("http_req_failed")
    requests = int(store.total("http_reqs"))
    judged = [result for result in results if result.threshold.judged]
    early = outcome.signals > 0 or bool(outcome.aborted)
    worst = None if going else next(iter(told_of(judged, early)), None)
    parts = parts_of(scenarios, collector.elapsed)
    return Facts(
        thresholds=judged,
        where=whereabouts(worst, store, collector.elapsed, parts) if worst else "",
        requests=requests,
        answered=requests - int(store.total("http_reqs", status="0")),
        failed=failed.passes if isinstance(failed, Rate) else 0,
        errors=collector.error_totals,
        duration=collector.elapsed,
        setup_failed=outcome.setup_failed,
        setup_timed_out=outcome.setup_timed_out,
        interrupted=outcome.signals > 0,
        stopped_by=outcome.stopped_by,
        aborted=outcome.aborted,
        worker_lost=outcome.worker_lost,
        cut_off=outcome.cut_off,
        unwritten=outcome.unwritten,
        losses=outcome.losses,
        blurred=blurred_sentence(judged, outcome.grain),
        limited=limited,
        teardown_timed_out=outcome.teardown_timed_out,
    )


def assemble(head: Head, ledger: Ledger, going: bool = False) -> RunResult:
    """→ the result, judged; of a run still `going` the one so far: without a verdict, some thresholds pending."""
    collector, outcome = ledger.collector, ledger.outcome
    store = collector.stores["load"]
    health = collector.health_of_workers()
    limited = limited_sentence(health, collector.elapsed)
    results, forbidden = _judged(head, ledger, limited, going)
    infos = _scenarios(head, collector)
    known = facts(ledger, results, infos, forbidden, going)
    verdict = Verdict(ExitCode.OK, GOING, "") if going else judge_run(known)
    requests = request_counts(collector.stores, head.endpoints)
    return RunResult(
        run_id=head.run_id,
        version=head.version,
        spec_name=head.spec_name,
        spec_path=head.spec_path,
        profile=head.profile,
        command=head.command,
        seed=head.seed,
        started_at=head.started_at,
        duration=collector.elapsed,
        target=head.target,
        scenarios=infos,
        endpoints=head.endpoints,
        metrics={**BUILTIN, **head.custom_metrics},
        custom_metrics=list(head.custom_metrics),
        stores=collector.stores,
        points=collector.course.points(),
        step=collector.course.step,
        overview=collector.course.overview(),
        heat=collector.course.heat(),
        by_endpoint=collector.course.by_endpoint([endpoint.name for endpoint in head.endpoints]),
        thresholds=known.thresholds,
        slos=slos_of(results),
        checks=check_results(store, collector.check_samples()),
        errors=collector.errors(),
        requests=requests,
        endpoint_stats=endpoint_stats(store, head.endpoints, collector.elapsed),
        iterations=collector.iterations,
        environment=head.environment,
        tags=head.tags,
        submetrics=head.submetrics,
        resolved_spec=head.resolved_spec,
        scenario_stats=scenario_stats(infos, collector.scenarios, store),
        pools=pool_stats(head, collector),
        slowest=slow_requests(collector.slowest, partial(label_at, parts_of(infos, collector.elapsed))),
        timing=timing(head, collector, sum(row.answered for row in requests)),
        warnings=[*head.warnings, *_warnings(head, ledger), *filter(None, [known.blurred]), *ledger.warnings],
        events=ledger.events.events(),
        losses=outcome.losses,
        failure=outcome.setup_failed or outcome.aborted or outcome.worker_lost or outcome.cut_off or outcome.unwritten,
        hint=_hint(collector, known),
        exit_code=verdict.exit_code,
        verdict=verdict.word,
        sentence=verdict.sentence,
        generator=ledger.generator or {},
        health=health,
        limited=limited,
    )


def _scenarios(head: Head, collector: Collector) -> list[ScenarioInfo]:
    """As they were planned, from when they began."""
    rows = ((info, collector.scenarios.get(info.name, {})) for info in head.scenarios)
    return [begun(info, row.get("began"), row.get("ended")) for info, row in rows]


def _judged(head: Head, ledger: Ledger, limited: str, going: bool) -> tuple[list[ThresholdResult], str]:
    """All thresholds, and the sentence that the generator was `limited` where that is not allowed."""
    forbidden = "" if head.allow_saturated else limited
    return threshold_results(ledger, bool(forbidden), going), forbidden


def pool_stats(head: Head, collector: Collector) -> list[PoolStats]:
    """How each pool was used, in the order of the spec; none where no load ran."""
    return [
        PoolStats(
            name=pool.name,
            pick=pool.pick,
            rows=used.rows,
            drawn=used.drawn,
            distinct=used.distinct,
            repeated=used.repeated,
            busted=pool.busted,
            items=pool_items(collector.items, pool.name),
        )
        for pool in head.pools
        if (used := collector.pools.get(pool.name)) is not None
    ]


def timing(head: Head, collector: Collector, answered: int) -> Timing:
    """Who timed the answers."""
    return Timing(head.timing, collector.stamped, max(0, answered - collector.stamped))


def _warnings(head: Head, ledger: Ledger) -> Iterator[str]:
    yield from map(told, ledger.outcome.losses)
    if ledger.outcome.teardown_failed:
        yield f"teardown failed: {ledger.outcome.teardown_failed}"
    yield from ledger.outcome.notes
    requests, seconds = ledger.collector.held_back
    if requests and head.rate_limit:
        each = format_ms(1000 * seconds / requests)
        yield f"held back by {head.rate_limit}: {format_count(requests)} requests waited {each} each on average"


def _hint(collector: Collector, known: Facts) -> str:
    """What to do where nothing was answered."""
    if known.answered:
        return ""
    kinds = [error.kind for error in collector.errors()]
    return next((way for kind in kinds if (way := way_out(kind))), "")
