"""`outputs` of a document → the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.output_kinds import PLACES, Out


def build_outputs(raw: Mapping[str, Any]) -> Iterator[Out]:
    """One for each target, in the order of the file; null is none."""
    for name, value in raw.items():
        for target in value if isinstance(value, list) else [value]:
            if isinstance(target, Mapping):
                place = next((place for place in PLACES if place in target), "")
                options = {key: below for key, below in target.items() if key != place}
                yield Out(name, str(target.get(place, "")), options, of_spec=True)
            elif target is not None:
                yield Out(name, str(target), of_spec=True)
