"""Two outputs for loadspec: the thresholds in the Test Anything Protocol, and a line of figures a second."""

from loadspec.outputs import Option, Output, Target
from loadspec.outputs.tick import Tick
from loadspec.results import RunResult


def render(result: RunResult, skipped: bool = True) -> str:
    """The thresholds as TAP 14; without `skipped`, one that is inconclusive is not ok."""
    lines = ["TAP version 14", f"1..{len(result.thresholds)}"]
    for number, found in enumerate(result.thresholds, start=1):
        skip = skipped and found.status == "inconclusive"
        state = "ok" if found.status == "pass" or skip else "not ok"
        title = found.threshold.title.replace("\\", "\\\\").replace("#", "\\#")
        lines.append(f"{state} {number} - {title}" + (" # SKIP" if skip else ""))
    return "\n".join(lines) + "\n"


class Tickertape:
    """Writes what the load does while it runs. Made before it, and from then on called in a thread of its own."""

    def __init__(self, target: Target, head: object) -> None:
        self._path = target.text

    def send(self, tick: Tick) -> None:
        """What is new: may block, and raise, and is then tried again."""
        requests = tick.delta.total("http_reqs")
        with open(self._path, "a", encoding="utf-8") as file:
            print(f"{tick.t:.0f}s: {tick.users} users, {requests:.0f} requests", file=file)

    def close(self) -> None:
        """The load has ended."""


TAP = Output(
    kind="file",
    code="loadspec_tap:render",
    about="The thresholds in the Test Anything Protocol.",
    example="thresholds.tap",
    options={"skipped": Option("flag", "Whether inconclusive ones are skipped.")},
)
TICKERTAPE = Output(
    kind="live", code="loadspec_tap:Tickertape", about="A line of figures a second.", example="tape.txt"
)
