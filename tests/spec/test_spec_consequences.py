"""A value that a comma cuts off hides what is left of it, and no other key of its line."""

from __future__ import annotations

import pytest

from loadspec.spec import SpecError, load_bytes

SPEC = """\
loadspec: 1
target: {base_url: http://127.0.0.1:9}
endpoints:
  a: {path: /a, 'pa th': 1, checks: {one: contains(body, two: status == 200}, 'x y': 2}
flow:
  - {repeat: {'o k': 1, while: default(n, 0) < 5, at_most: 2}, steps: [{call: a}], 'a b': 1}
vus: 1
duration: 5s
"""


def test_only_the_rest_of_a_value_is_hidden() -> None:
    with pytest.raises(SpecError) as refused:
        load_bytes(SPEC.encode(), "s.yaml")
    unknown = [each.path[-1] for each in refused.value.diagnostics if each.code == "LS012"]
    assert unknown == ["pa th", "x y", "o k", "a b"]
