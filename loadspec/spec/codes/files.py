"""Reading files and YAML."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS001": Code("the file cannot be read"),
    "LS002": Code("the file is not UTF-8 text"),
    "LS003": Code("YAML syntax"),
    "LS004": Code("a key given twice"),
    "LS005": Code("a YAML tag"),
    "LS006": Code("a YAML merge key"),
    "LS007": Code("more than one YAML document"),
    "LS008": Code("the file is too large, too deep or too wide"),
    "LS009": Code("an alias without an anchor, or inside its own anchor"),
    "LS010": Code("a template that is not quoted"),
    "LS011": Code("a key that is not plain text"),
    "LS044": Code("a file that cannot be used"),
}
