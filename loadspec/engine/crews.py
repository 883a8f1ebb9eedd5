"""The kinds of crews: closed ones, whose users loop, and open ones, whose iterations start by a schedule."""

from __future__ import annotations

from loadspec.engine.closed import ClosedCrew
from loadspec.engine.crew import CrewRun, Site
from loadspec.engine.open import OpenCrew
from loadspec.load import Crew
from loadspec.plan import ScenarioPlan
from loadspec.pools.mixing import stream


def crew_run(crew: Crew[ScenarioPlan], site: Site) -> CrewRun:
    """A worker's share of a crew. Each crew's arrivals by chance are its own, and the same on all workers."""
    starts = crew.load.starts(stream(site.plan.seed, f"/starts/{crew.name}"))
    return ClosedCrew(crew, site) if starts is None else OpenCrew(crew, site, starts)
