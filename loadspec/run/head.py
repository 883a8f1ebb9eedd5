"""A spec and how it is run → the head of its results: all that is known before the load, secrets masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from loadspec import __version__
from loadspec.load import Crew, LoadConfig, Window, crews_of, windows
from loadspec.masking import Masker
from loadspec.metrics import MetricInfo
from loadspec.output_kinds import Out
from loadspec.results.head import FileInfo, Head, Place, PoolInfo
from loadspec.results.model import EndpointInfo, ScenarioInfo, StageInfo
from loadspec.run.options import RunOptions
from loadspec.run.values import target
from loadspec.spec import Loaded, resolved_yaml
from loadspec.spec.model import Scenario, Spec
from loadspec.spec.secrets import known_secrets, secrets_of_outputs, token_endpoints
from loadspec.units import format_duration


def head_of(
    spec: Spec,
    options: RunOptions,
    started_at: str,
    environment: Mapping[str, str],
    workers: int = 1,
    warnings: Sequence[str] = (),
    files: Iterable[FileInfo] = (),
) -> Head:
    """The head of a run that begins at `started_at` (UTC, ISO 8601) with so many workers."""
    mask = masker(spec, options.outs)
    paths = {name: (request.method, request.path) for name, request in spec.endpoints.items()}
    paths |= {name: ("POST", url) for name, url in token_endpoints(spec).items()}
    return Head(
        run_id=options.run_id,
        version=__version__,
        spec_name=spec.name,
        spec_path=spec.source,
        profile=options.profile,
        command=mask(_legible(options.command)),
        seed=options.seed,
        started_at=started_at,
        target=mask(target(spec)),
        scenarios=scenario_infos(spec),
        endpoints=[EndpointInfo(name, method, mask(path)) for name, (method, path) in paths.items()],
        custom_metrics={name: MetricInfo(metric.kind, metric.contains) for name, metric in spec.metrics.items()},
        thresholds=spec.thresholds,
        places=options.places,
        pools=[PoolInfo(name, pool.pick, pool.bust is not None) for name, pool in spec.pools.items()],
        timing=spec.settings.timing,
        resolved_spec=resolved_yaml(spec),
        environment=environment,
        warnings=[mask(warning) for warning in warnings],
        workers=workers,
        allow_saturated=options.allow_saturated,
        tags={name: mask(value) for name, value in spec.tags.items()},
        submetrics=spec.submetrics,
        files=[file for file in files if mask(file.path) == file.path],
        rate_limit=options.limits.max_rate.origin if options.limits.max_rate is not None else "",
    )


def _legible(text: str) -> str:
    """Without the bytes that are no UTF-8, which names of files may have and no JSON."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def scenario_infos(spec: Spec) -> list[ScenarioInfo]:
    """The scenarios as planned."""
    crews = crews_of(spec.scenarios)
    on = windows(crews)
    return [_scenario(scenario, on[crew.name], crew) for crew in crews for scenario in crew.members]


def _scenario(scenario: Scenario, on: Window, crew: Crew[Scenario]) -> ScenarioInfo:
    load = scenario.load
    is_open = load.planned is not None
    return ScenarioInfo(
        name=scenario.name,
        executor=load.executor,
        description=_described(scenario, crew),
        max_users=load.max_vus,
        duration=load.duration,
        max_duration=load.end,
        shape=[] if is_open else [(on.start + t, int(level)) for t, level in load.corners()],
        rates=[(on.start + t, level) for t, level in load.corners() or _sampled(load)] if is_open else [],
        start=on.start,
        after=scenario.after or "",
        weight=scenario.weight,
        tags=scenario.tags,
        stages=_stages(load, on.start),
        by_chance=load.by_chance,
    )


def _stages(load: LoadConfig, start: float) -> list[StageInfo]:
    """Its straight pieces, from when it starts."""
    return [StageInfo(start + t, start + end, level, to) for (t, level), (end, to) in pairwise(load.corners())]


def _described(scenario: Scenario, crew: Crew[Scenario]) -> str:
    """k6's words for the load, with its share of a mix and when it begins."""
    text = scenario.load.describe()
    if len(crew.members) > 1:
        total = sum(member.weight or 0.0 for member in crew.members)
        text = f"{100 * (scenario.weight or 0.0) / total:.4g}% of {text}"
    if scenario.after is not None:
        return f"{text}, after {scenario.after}"
    return f"{text}, from {format_duration(scenario.start_at)}" if scenario.start_at else text


def _sampled(load: LoadConfig, steps: int = 120) -> list[tuple[float, float]]:
    """What a plan without straight pieces, such as a trace, starts a second at so many moments."""
    return [(t, load.rate_at(t)) for t in (load.duration * i / steps for i in range(steps + 1))]


def masker(spec: Spec, outs: Iterable[Out] = ()) -> Masker:
    """Hides the values of the spec's secret environment variables, of its credentials, and those of `outs`."""
    return Masker([*known_secrets(spec), *secrets_of_outputs(outs)])


def threshold_places(loaded: Loaded) -> dict[str, Place]:
    """A threshold's title → where the file says it; none for what no file says."""
    found = {}
    for threshold in loaded.spec.thresholds:
        path = threshold.path[:-1] if threshold.path[-1:] == ("that",) else threshold.path
        origin = loaded.origins.of(path) if loaded.origins is not None else None
        if origin is not None and origin.line:
            found[threshold.title] = Place(origin.file, origin.line, origin.column)
    return found
