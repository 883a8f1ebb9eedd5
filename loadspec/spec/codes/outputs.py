"""Where results go."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS200": Code(
        "an unknown output",
        "`outputs` names what results become, as `--out NAME=TARGET` does: one of loadspec's own outputs, or one of an "
        "installed package.",
        "outputs: {jnuit: tests.xml}\n",
        "outputs: {junit: tests.xml}\n",
    ),
    "LS201": Code(
        "an output whose target or setting cannot be used",
        "The files of a spec's outputs lie in the folder of their run and nowhere else, since a spec may come from a "
        "stranger; `--out` writes where it is told. Servers are named by an http or https URL.",
        "outputs: {junit: ../tests.xml}\n",
        "outputs: {junit: tests.xml}\n",
    ),
    "LS202": Code(
        "an output that is not installed",
        "Some outputs need a library that not every load test needs: an extra of loadspec brings it. Outputs of other "
        "packages are found by the entry-point group `loadspec.outputs`.",
        "outputs: {json: all.json}\n",
        "outputs: {junit: tests.xml}\n",
    ),
}
