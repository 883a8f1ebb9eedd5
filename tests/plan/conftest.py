from __future__ import annotations

from support_plan import lab  # noqa: F401 - a fixture
