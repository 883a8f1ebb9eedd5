"""Limits from outside the spec."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS090": Code(
        "a host that is not allowed",
        "`--allow-host` and LOADSPEC_ALLOW_HOST say which hosts requests may go to; a spec, its profiles and other "
        "options cannot add any. A URL that an answer brings is checked before it is connected to.",
        '$ loadspec run spec.yaml --allow-host "*.staging.example.com"\ntarget: {base_url: "https://example.com"}\n',
        '$ loadspec run spec.yaml --allow-host "*.staging.example.com"\n'
        'target: {base_url: "https://shop.staging.example.com"}\n',
    ),
    "LS091": Code(
        "an environment variable that is not allowed",
        "`--allow-env` and LOADSPEC_ALLOW_ENV say which environment variables a spec may read, as names or patterns "
        "such as `SHOP_*`. Whoever runs a stranger's spec keeps other secrets of the environment from it so.",
        "$ AWS_SECRET_ACCESS_KEY=x loadspec run spec.yaml --allow-env API_BASE\nenv: {AWS_SECRET_ACCESS_KEY: null}\n",
        "$ API_BASE=x loadspec run spec.yaml --allow-env API_BASE\nenv: {API_BASE: null}\n",
    ),
    "LS092": Code(
        "more users than are allowed",
        "`--max-vus` and LOADSPEC_MAX_VUS bound the virtual users of all scenarios together, also those that are on "
        "at different times. Profiles, LOADSPEC_VUS and `--vus` cannot go beyond. A load of a rate counts with its "
        "`max_vus`.",
        "$ loadspec run spec.yaml --max-vus 10\nstages: 10s:5, 20s:50\n",
        "$ loadspec run spec.yaml --max-vus 10\nstages: 10s:5, 20s:10\n",
    ),
    "LS093": Code(
        "a higher rate than is allowed",
        "`--max-rate` and LOADSPEC_MAX_RATE bound the requests a second. A load that starts more iterations than that, "
        "alone or with others that are on at the same time, could only fall behind. What users send that loop is held "
        "back while it runs.",
        "$ loadspec run spec.yaml --max-rate 100\nrate: 200/s\nduration: 1m\n",
        "$ loadspec run spec.yaml --max-rate 100\nrate: 100/s\nduration: 1m\n",
    ),
    "LS094": Code(
        "a longer load than is allowed",
        "`--max-duration` and LOADSPEC_MAX_DURATION bound the time that the load may take, from its begin to the "
        "regular end of its last scenario; one that comes `after` another is counted from that one's last moment. "
        "Whoever still finishes an iteration by then is interrupted. Setup and teardown may take as long each, and 1m "
        "in any case.",
        "$ loadspec run spec.yaml --max-duration 10m\nvus: 5\nduration: 1h\n",
        "$ loadspec run spec.yaml --max-duration 10m\nvus: 5\nduration: 10m\n",
    ),
}
