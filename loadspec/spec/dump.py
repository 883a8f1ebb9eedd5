"""The resolved document as YAML text, secrets masked: `spec.resolved.yaml` and the report show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.masking import MASK, Masker
from loadspec.spec.model import Spec
from loadspec.spec.scalars import NumberError, scalar
from loadspec.spec.secrets import known_secrets, without_credentials


def resolved_yaml(spec: Spec, width: int = 110) -> str:
    """YAML that reads back as the document, but for its secrets. `width`: where long lines are broken."""
    import yaml  # the worker, which shares this package, needs none

    class Dumper(yaml.SafeDumper):
        """Quotes what YAML 1.1 or 1.2 would not read as text."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=_style(value))

    Dumper.add_representer(str, text)
    document = mask(spec)
    return yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=width)


def mask(spec: Spec) -> Any:
    """The document with secrets replaced: defaults of secret variables, and their values wherever they occur."""
    secrets = {name for name, variable in spec.env.items() if variable.secret}
    defaults = [spec.env[name].default or "" for name in secrets]
    masker = Masker([*defaults, *known_secrets(spec)])
    document = _masked(without_credentials(spec.document), masker)
    for name in secrets:
        setting = spec.document["env"][name]
        if isinstance(setting, Mapping) and setting.get("default") is not None:
            document["env"][name]["default"] = MASK
    return document


def _masked(value: Any, masker: Masker) -> Any:
    if isinstance(value, str):
        return masker(value)
    if isinstance(value, Mapping):
        return {masker(key): _masked(below, masker) for key, below in value.items()}
    if isinstance(value, list):
        return [_masked(below, masker) for below in value]
    if isinstance(value, bool) or value is None:
        return value
    return MASK if masker(str(value)) != str(value) else value


def _is_text(value: str) -> bool:
    try:
        return isinstance(scalar(value), str)
    except NumberError:
        return False


def _style(value: str) -> str | None:
    """Quotes where plain text would not read back; blocks for lines; None leaves it to PyYAML."""
    if not all(char == "\n" or char.isprintable() for char in value):
        return '"'
    if "\n" in value and not value[0].isspace():
        return "|"
    return None if _is_text(value) else "'"
