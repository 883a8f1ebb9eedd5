"""The load, durations and thresholds."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS027": Code("a metric of the wrong kind"),
    "LS028": Code("a threshold that cannot be judged"),
    "LS029": Code("a malformed duration"),
    "LS030": Code("malformed stages"),
    "LS031": Code("a load shape beside another"),
    "LS040": Code("vus alone over another load shape"),
}
