"""What live outputs are handed of a run's records, and who is told of its end."""

from __future__ import annotations

import sys
import types
from typing import Any, ClassVar

import pytest
from support_journal import head as journal_head
from support_journal import records
from support_results import make_result

from loadspec.errors import LoadspecError, OutputError
from loadspec.metrics import BUILTIN, Gauge, Store, tags_of
from loadspec.output_kinds import OUTPUTS, Output
from loadspec.outputs import Target
from loadspec.outputs.pump import Pump
from loadspec.outputs.tick import Tick
from loadspec.results.assemble import assemble
from loadspec.results.journal import Journal
from loadspec.results.journal.thin import packed_record
from loadspec.results.ledger import Ledger
from loadspec.run.sending import Followers, LiveOutputs, live_outputs, tell
from loadspec.thresholds.submetric import parse_submetric

FOREVER = 30.0
SLOW = "http_req_duration{endpoint:generate}"


class Sink:
    """A live output that keeps what it is sent."""

    made: ClassVar[list[Sink]] = []
    period = 2

    def __init__(self, target: Target | None = None, head: Any = None) -> None:
        if target is not None and target.text == "http://broken":
            raise KeyError("no such thing")
        if target is not None and target.text == "http://wrong":
            raise LoadspecError("a wrong setting")
        self.ticks: list[Tick] = []
        self.closed = False
        Sink.made.append(self)

    def send(self, tick: Tick) -> None:
        self.ticks.append(tick)

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def outputs(monkeypatch):
    """Outputs of the test's own."""

    def heard(result, target):
        if target.text == "http://deaf":
            raise OSError("nobody is there")

    module = types.ModuleType("outputs_of_a_test")
    module.Sink, module.heard = Sink, heard
    monkeypatch.setitem(sys.modules, "outputs_of_a_test", module)
    monkeypatch.setitem(OUTPUTS, "sink", Output("live", "outputs_of_a_test:Sink", "", "url"))
    monkeypatch.setitem(OUTPUTS, "ear", Output("notify", "outputs_of_a_test:heard", "", "url"))
    Sink.made.clear()


def snapshot(t: float, phase: str = "load", users: int = 3) -> dict[str, Any]:
    made = Store()
    made.counter("http_reqs").add(2)
    return {"is": "snapshot", "phase": phase, "t": t, "users": users, "store": made}


def head(tags: dict[str, str]) -> Any:
    return types.SimpleNamespace(tags=tags, scenarios=(), submetrics=())


def test_seconds_of_the_load_are_handed_on_and_nothing_else():
    sink, written = Sink(), []
    live = LiveOutputs([Pump("sink", sink, patience=FOREVER)], most=9, now=lambda: 1000.0)

    def write(record: dict[str, Any]) -> str:
        written.append(record)
        return "the disk is full" if record["is"] == "over" else ""

    take = Followers([live]).after(write)
    records = [{"is": "begin", "phase": "setup"}, snapshot(1.0, "setup"), snapshot(1.5), {"is": "over"}]
    assert [take(record) for record in records] == ["", "", "", "the disk is full"]
    assert live.close() == []
    (tick,) = sink.ticks
    assert (tick.t, tick.at, tick.began, tick.users) == (1.5, 1000.0, 998.5, 3)
    gauges = {name: value.last for (name, _), value in tick.delta.series.items() if isinstance(value, Gauge)}
    assert gauges == {"vus": 3, "vus_max": 9}
    assert tick.total.total("http_reqs") == 2
    assert written == records
    assert sink.closed


def test_a_clock_that_is_set_back_moves_no_second():
    sink, hands = Sink(), iter([1000.0, 400.0, 0.0])
    live = LiveOutputs([Pump("sink", sink, patience=FOREVER)], now=lambda: next(hands))
    for t in (1.0, 2.0, 3.0):
        live.take(snapshot(t))
    live.close()
    assert [tick.at for tick in sink.ticks] == [1000.0, 1001.0, 1002.0]


def test_without_live_outputs_there_is_nothing_to_tell():
    LiveOutputs([]).take(snapshot(1.0))
    assert LiveOutputs([]).close() == LiveOutputs([]).news() == []


def test_an_output_has_its_period_and_the_runs_tags():
    live = live_outputs([Target("sink", "http://a", {"patience": "30s"}), Target("ear", "http://b")], head({"a": "b"}))
    for t in (1.0, 2.0, 3.0):
        live.take(snapshot(t))
    assert live.close() == []
    (sink,) = Sink.made
    assert [tick.count for tick in sink.ticks] == [2, 1]
    assert sink.ticks[0].tags == {"a": "b"}


@pytest.mark.parametrize(
    ("target", "kind", "said"),
    [
        (Target("sink", "http://broken"), OutputError, "output sink cannot be started: 'no such thing'"),
        (Target("sink", "http://wrong"), LoadspecError, "a wrong setting"),
        (Target("sink", "http://a", {"patience": "soon"}), LoadspecError, "`soon` is not a duration"),
    ],
)
def test_what_cannot_be_started_is_said_before_the_load(target, kind, said):
    with pytest.raises(kind, match=said):
        live_outputs([target], head({}))


def test_who_cannot_be_told_is_a_warning():
    targets = [Target("ear", "http://deaf"), Target("ear", "http://fine"), Target("sink", "http://a")]
    assert tell(targets, make_result(seconds=10)) == ["ear was not told of the verdict: nobody is there"]


def test_sub_metrics_are_series_of_their_own_and_totals_add_up():
    part = parse_submetric("http_reqs{status:200|202}", BUILTIN, {})
    sink = Sink()
    live = LiveOutputs([Pump("sink", sink, patience=FOREVER)], submetrics=[part])
    for t in (1.0, 2.0):
        made = Store()
        for status in ("200", "202", "402"):
            made.counter("http_reqs", tags_of(status=status)).add(t)
        live.take({**snapshot(t), "store": made})
    live.close()
    key = ("http_reqs_submetric", (("selector", "status:200|202"),))
    assert [tick.delta.series[key].value for tick in sink.ticks] == [2.0, 4.0]
    assert sink.ticks[-1].total.series[key].value == 6.0
    assert sink.ticks[-1].total.total("http_reqs") == 9.0


def test_all_read_a_snapshot_and_nobody_changes_it(tmp_path):
    own, sink = journal_head(), Sink()
    journal, ledger = Journal(tmp_path, own), Ledger(own.thresholds)
    live = LiveOutputs([Pump("sink", sink, patience=FOREVER)], submetrics=[parse_submetric(SLOW, BUILTIN, {})])
    rows = list(records(12))
    before = [packed_record(row) for row in rows]
    for row in rows:
        Followers([live]).after(journal.write)(row)
        ledger.take(row)
    journal.close(assemble(own, ledger))
    live.close()
    assert len(sink.ticks) == 12
    assert [packed_record(row) for row in rows] == before
