"""Reading files and YAML."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS001": Code(
        "the file cannot be read",
        "There is no file of this name, it is a folder, or its permissions forbid reading it. Names are looked up from "
        "the folder in which the command runs.",
        "$ loadspec validate spce.yaml\n",
        "$ loadspec validate spec.yaml\n",
    ),
    "LS002": Code(
        "the file is not UTF-8 text",
        "A spec is text in UTF-8, with or without a byte order mark. Other encodings, binary files, and control "
        "characters that YAML forbids are refused: what an editor does not show, a reader cannot check. A control "
        "character that is meant can be written as an escape in double quotes.",
        'name: "ring the \x07 bell"\n',
        'name: "ring the \\x07 bell"\n',
    ),
    "LS003": Code(
        "YAML syntax",
        "The text is no YAML from this place on. Most often a value needs quotes: one that holds `: ` or ` #`, or "
        "begins with `@`, backtick, `%`, `*`, `&`, `>`, `|`, `{` or `[`. Indentation is spaces, never tabs, and keys "
        "of one mapping begin in one column.",
        "thresholds:\n  http_reqs: > 100\n",
        "thresholds:\n  http_reqs: count > 100\n",
    ),
    "LS004": Code(
        "a key given twice",
        "A mapping has each key once. YAML parsers silently keep the last of two, so that half of what the file says "
        "would be ignored.",
        "vus: 5\nduration: 30s\nvus: 50\n",
        "vus: 50\nduration: 30s\n",
    ),
    "LS005": Code(
        "a YAML tag",
        "Tags (`!name`) ask the parser to make something else of a value, up to running code. A spec has none. A text "
        "that begins with `!` needs quotes.",
        "vars:\n  greeting: !hello world\n",
        'vars:\n  greeting: "!hello world"\n',
    ),
    "LS006": Code(
        "a YAML merge key",
        "Merge keys (`<<`) are not in YAML 1.2, and parsers disagree on what they do. A step's maps merge over its "
        "endpoint's, and a profile's over the file's; `use` repeats steps.",
        "vars:\n  base: &base {size: 512}\n  large: {<<: *base, size: 1024}\n",
        "vars:\n  base: {size: 512}\n  large: {size: 1024}\n",
    ),
    "LS007": Code(
        "more than one YAML document",
        "A line `---` begins another document. A spec is one document; what stood in the second would be ignored.",
        "name: morning\nvus: 5\nduration: 30s\n---\nname: evening\n",
        "name: morning\nvus: 5\nduration: 30s\n",
    ),
    "LS008": Code(
        "the file is too large, too deep or too wide",
        "A spec may come from a stranger, so its size is capped: 1 MiB of text, 32 levels, 100 000 values with aliases "
        "expanded, 20 000 values beside `pools` and `vars`, 50 000 expressions. Large data belongs into a pool's file.",
        "vars:\n  deep: " + "[" * 40 + "]" * 40 + "\n",
        "vars:\n  deep: [[[1]]]\n",
    ),
    "LS009": Code(
        "an alias without an anchor, or inside its own anchor",
        "`*name` repeats the value that `&name` marked earlier in the file. Without that anchor there is nothing to "
        "repeat, and inside it the value would contain itself. A text that begins with `*` needs quotes.",
        "vars:\n  pattern: *any\n",
        'vars:\n  pattern: "*any"\n',
    ),
    "LS010": Code(
        "a template that is not quoted",
        "YAML takes the first `{` of an unquoted `{{ }}` for the start of a mapping. Quote a value that begins with a "
        "template; inside a longer text no quotes are needed.",
        "vars: {item: 7}\nendpoints:\n  show:\n    path: /items\n    query:\n      id: {{ vars.item }}\n",
        'vars: {item: 7}\nendpoints:\n  show:\n    path: /items\n    query:\n      id: "{{ vars.item }}"\n',
    ),
    "LS011": Code(
        "a key that is not plain text",
        "YAML allows lists and mappings as keys. A spec's keys are texts; a stray `?` or bracket is the usual cause.",
        "vars:\n  [a, b]: 1\n",
        "vars:\n  a: 1\n  b: 1\n",
    ),
    "LS044": Code(
        "a file that cannot be used",
        "A spec reads files only in its own folder and below, after following symbolic links, since it may come from a "
        "stranger, and sends no hidden ones. The file is missing, lies outside, or does not hold what it should.",
        "target:\n  base_url: https://api.example.com\n  tls: {ca_file: ../secrets/ca.pem}\n",
        "target:\n  base_url: https://api.example.com\n  tls: {insecure_skip_verify: true}\n",
    ),
}
