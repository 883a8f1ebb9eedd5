"""Makes an example short enough to be run: its load lasts a second, and what paces it goes twenty times as fast.

- A load (`duration`, or all `stages` together) that is longer than `LOAD` seconds is scaled down to it; users stay.
- What paces a user, a scenario or a threshold (`think`, `every`, `after`, ...) is divided by `PACE`; a scenario may be
  `after` another one, which is no time.
- Timeouts, graces and `max_duration` stay: they are limits, and nothing should reach them.

Pure functions of texts: a spec is edited in place, so that all else in it is what the reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from loadspec.load import format_rate, parse_rate_stages, parse_stages
from loadspec.units import parse_duration, parse_duration_range

LOAD = 1.0
PACE = 20.0
_PACES = ("think", "pace", "every", "after", "delay", "start_at")
_DURATION_OPTIONS = ("-d", "--duration")
_STAGE_OPTIONS = ("-s", "--stage", "--stages", "--rate-stages")

Edit = tuple[int, int, str]
"""(first character, character behind the last, new text)."""


def shorten_duration(text: str) -> str:
    """The length of a level load, `LOAD` seconds at most."""
    return _seconds(min(parse_duration(text), LOAD))


def shorten_pace(text: str) -> str:
    """A pause, or a range of pauses."""
    low, high = (_seconds(value / PACE) for value in parse_duration_range(text))
    return f"{low}..{high}" if ".." in text else low


def shorten_stages(texts: Sequence[str]) -> list[str]:
    """Texts that make up one ramp together, each with one or more stages, in the same proportions."""
    parsed = [_parse(text) for text in texts]
    total = sum(seconds for stages in parsed for seconds, _ in stages)
    factor = min(1.0, LOAD / total) if total else 1.0
    return [", ".join(f"{_seconds(seconds * factor)}:{target}" for seconds, target in stages) for stages in parsed]


def _parse(text: str) -> list[tuple[float, str]]:
    """Of users or of rates."""
    if "/" in text:
        return [(stage.duration, format_rate(stage.target)) for stage in parse_rate_stages(text)]
    return [(stage.duration, str(stage.target)) for stage in parse_stages(text)]


def shorten_spec(text: str) -> str:
    """A spec's text with its loads and pauses short, wherever they stand."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for first, behind, new in sorted(_edits(root), reverse=True):
        text = text[:first] + new + text[behind:]
    return text


def shorten_command(words: Sequence[str]) -> list[str]:
    """A command line's words, `NAME=VALUE` before the program included."""
    words = [part for word in words for part in _split(word)]
    stages = [at for at, word in enumerate(words) if at and words[at - 1] in _STAGE_OPTIONS]
    for at, short in zip(stages, shorten_stages([words[at] for at in stages]), strict=True):
        words[at] = short
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if at and words[at - 1] in _DURATION_OPTIONS:
            words[at] = shorten_duration(word)
        elif equals and name == "LOADSPEC_DURATION":
            words[at] = f"{name}={shorten_duration(value)}"
        elif equals and name in ("LOADSPEC_STAGES", "LOADSPEC_RATE_STAGES"):
            words[at] = f"{name}={shorten_stages([value])[0]}"
    return words


def _split(word: str) -> list[str]:
    """`--stages=1m:50` → two words."""
    name, equals, value = word.partition("=")
    return [name, value] if equals and name in (*_DURATION_OPTIONS, *_STAGE_OPTIONS) else [word]


def _edits(node: Any) -> Iterator[Edit]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _edits(item)
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.value in ("stages", "rate_stages"):
            yield from _stage_edits(value)
        elif isinstance(value, yaml.ScalarNode) and key.value == "duration" and _is_duration(value.value):
            yield _edit(value, shorten_duration(value.value))
        elif isinstance(value, yaml.ScalarNode) and key.value in _PACES and value.value[:1].isdigit():
            yield _edit(value, shorten_pace(value.value))
        else:
            yield from _edits(value)


def _stage_edits(node: Any) -> Iterator[Edit]:
    if isinstance(node, yaml.ScalarNode):
        yield _edit(node, shorten_stages([node.value])[0])
        return
    items = [_stage_text(item) for item in node.value]
    for (item, text), short in zip(items, shorten_stages([text for _, text in items]), strict=True):
        yield _edit(item, short if text == item.value else short.rpartition(":")[0])


def _stage_text(item: Any) -> tuple[Any, str]:
    """A stage of a list → (the node that holds its length, the stage as text)."""
    if isinstance(item, yaml.ScalarNode):
        return item, item.value
    parts = {key.value: value for key, value in item.value}
    return parts["duration"], f"{parts['duration'].value}:{parts['target'].value}"


def _edit(node: Any, new: str) -> Edit:
    return node.start_mark.index, node.end_mark.index, f'"{new}"'


def _is_duration(text: str) -> bool:
    return re.fullmatch(r"(\d+(\.\d+)?(us|µs|ms|s|m|h|d))+", text) is not None


def _seconds(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") + "s"
