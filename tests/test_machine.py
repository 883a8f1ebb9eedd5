"""What a machine allows: cores, and the time that a control group leaves of them."""

from __future__ import annotations

import pytest

from loadspec.machine import parse_quota, whole_cores


@pytest.mark.parametrize(
    ("text", "cores"), [("max 100000", None), ("150000 100000\n", 1.5), ("", None), ("nonsense", None)]
)
def test_a_control_groups_quota(text: str, cores: float | None) -> None:
    assert parse_quota(text) == cores


@pytest.mark.parametrize(
    ("cores", "quota", "whole"), [(4, None, 4), (4, 2.5, 2), (4, 2.0, 2), (4, 0.5, 1), (2, 8.0, 2), (1, None, 1)]
)
def test_as_many_processes_as_cores_and_the_quota_allow(cores: int, quota: float | None, whole: int) -> None:
    assert whole_cores(cores, quota) == whole
