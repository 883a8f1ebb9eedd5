"""Names: of endpoints, metrics, pools, variables, steps, captures."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS019": Code(
        "two steps of one name",
        "`steps.NAME` and `since('NAME')` look at the last step of that name that ran. Where two of them stand in one "
        "flow, give at least one a `name` of its own.",
        "endpoints:\n  login: {path: /login}\n  list: {path: /items}\nflow:\n  - call: login\n  - call: login\n"
        "  - call: list\n    when: steps.login.ok\n",
        "endpoints:\n  login: {path: /login}\n  list: {path: /items}\nflow:\n  - call: login\n  - call: login\n"
        "    name: login_again\n  - call: list\n    when: steps.login_again.ok\n",
    ),
    "LS020": Code(
        "an unknown endpoint",
        "`call` and `poll` name an entry of `endpoints`. The name becomes the `endpoint` tag of every sample, so "
        "requests are described there and not in the steps.",
        "endpoints:\n  login: {path: /login}\nflow:\n  - call: log_in\n",
        "endpoints:\n  login: {path: /login}\nflow:\n  - call: login\n",
    ),
    "LS021": Code(
        "an unknown metric",
        "`record` and `classify` add to metrics declared under `metrics`, where each has its kind. Built-in metrics "
        "are measured by loadspec; a step cannot add to them.",
        "flow:\n  - call: home\n    record: {response_time: duration}\n",
        "metrics: {response_time: trend}\nflow:\n  - call: home\n    record: {response_time: duration}\n",
    ),
    "LS022": Code(
        "an unknown pool",
        "`pool.NAME` and `draw('NAME')` take an item from an entry of `pools`.",
        "pools:\n  prompts: {items: [a fox in snow]}\nflow:\n  - call: home\n"
        '    query: {q: "{{ pool.prompt }}", r: "{{ pool.prompts }}"}\n',
        'pools:\n  prompts: {items: [a fox in snow]}\nflow:\n  - call: home\n    query: {q: "{{ pool.prompts }}"}\n',
    ),
    "LS023": Code(
        "an undeclared environment variable",
        "Only the variables under `env` can be read: a spec from a stranger must not send others away. Declare it, "
        "with a default if there is one.",
        'target: {base_url: "{{ env.API_BASE }}"}\n',
        'env:\n  API_BASE: {default: "http://127.0.0.1:8089"}\ntarget: {base_url: "{{ env.API_BASE }}"}\n',
    ),
    "LS024": Code(
        "an unknown name in an expression",
        "A name is a capture of an earlier step, a name of the answer (`status`, `duration`, `ok`, `json`, `body`, "
        "`headers`, `error`, `size`), or begins with `env.`, `vars.`, `pool.`, `setup.`, `steps.`, `run.`. Texts stand "
        "in quotes. A missing name is never an empty text.",
        "vars: {region: eu}\nflow:\n  - call: home\n    when: region == 'eu'\n",
        "vars: {region: eu}\nflow:\n  - call: home\n    when: vars.region == 'eu'\n",
    ),
    "LS025": Code(
        "an unknown step",
        "`steps.NAME` and `since('NAME')` look at a step that ran before this one. A step is called after its endpoint "
        "unless `name` says otherwise.",
        "flow:\n  - call: home\n  - think: 1s\n    when: steps.hoem.ok\n",
        "flow:\n  - call: home\n  - think: 1s\n    when: steps.home.ok\n",
    ),
    "LS035": Code(
        "a name that shadows a reserved one",
        "Names of the answer and of the context, and those of built-in metrics, keep their meaning everywhere.",
        "endpoints:\n  create:\n    method: POST\n    path: /jobs\n    capture: {status: $.status}\n",
        "endpoints:\n  create:\n    method: POST\n    path: /jobs\n    capture: {job_status: $.status}\n",
    ),
    "LS036": Code(
        "an unknown profile",
        "`--profile` and LOADSPEC_PROFILE name an entry of `profiles`.",
        "$ loadspec run spec.yaml --profile smok\nprofiles:\n  smoke: {vus: 1, duration: 30s}\n",
        "$ loadspec run spec.yaml --profile smoke\nprofiles:\n  smoke: {vus: 1, duration: 30s}\n",
    ),
    "LS039": Code(
        "a name used before it has a value",
        "Steps run in order: a step can use what steps before it captured, and the answer only once it is there. "
        "Captures of `setup` are read as `setup.NAME`, after it.",
        "endpoints:\n  login: {method: POST, path: /login, capture: {token: $.token}}\n  list: {path: /items, auth: "
        '{bearer: "{{ token }}"}}\nflow:\n  - call: list\n  - call: login\n',
        "endpoints:\n  login: {method: POST, path: /login, capture: {token: $.token}}\n  list: {path: /items, auth: "
        '{bearer: "{{ token }}"}}\nflow:\n  - call: login\n  - call: list\n',
    ),
    "LS042": Code(
        "an override of something undeclared",
        "`--var` changes an entry of `vars`, and `--env` gives a value to an entry of `env`. A misspelt name would "
        "change nothing.",
        "$ loadspec run spec.yaml --var sise=512\nvars: {size: 1024}\nflow:\n  - call: home\n"
        '    query: {size: "{{ vars.size }}"}\n',
        "$ loadspec run spec.yaml --var size=512\nvars: {size: 1024}\nflow:\n  - call: home\n"
        '    query: {size: "{{ vars.size }}"}\n',
    ),
    "LS048": Code(
        "a declaration that nothing uses",
        "A variable, environment variable, metric or capture that no template, expression or step names, in no "
        "profile: most often a name is misspelt somewhere. A name that begins with an underscore is kept without a "
        "warning.",
        "endpoints:\n  login: {path: /login, capture: {token: $.token}}\n",
        "endpoints:\n  login: {path: /login, capture: {_token: $.token}}\n",
    ),
    "LS050": Code(
        "an endpoint that no step uses",
        "Nothing calls or polls this endpoint, in no profile: a step may be missing, or the endpoint is left over. A "
        "name that begins with an underscore is kept without a warning.",
        "endpoints:\n  login: {path: /login}\n  logout: {path: /logout}\nflow:\n  - call: login\n",
        "endpoints:\n  login: {path: /login}\n  _logout: {path: /logout}\nflow:\n  - call: login\n",
    ),
    "LS051": Code(
        "a pool that nothing draws from",
        "No template or expression reads `pool.NAME` or `draw('NAME')`, in no profile. A name that begins with an "
        "underscore is kept without a warning.",
        "pools:\n  prompts: {items: [a fox in snow]}\n",
        'pools:\n  prompts: {items: [a fox in snow]}\nflow:\n  - call: home\n    query: {q: "{{ pool.prompts }}"}\n',
    ),
}
