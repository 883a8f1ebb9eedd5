"""`http`, `network` and the target's `tls` → the settings of transports. Templates stay templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from loadspec.units import parse_duration, parse_size
from loadspec.wire.limits import DEFAULT, Limits
from loadspec.wire.settings import ClientCertificate, Dns, Http, Route, Settings, Tls


def build_settings(document: Mapping[str, Any], folder: PurePath) -> Settings:
    """How the spec's requests are carried."""
    target = document.get("target", {})
    return Settings(
        _tls(target.get("tls", {}), folder),
        _route(document.get("network", {}), folder),
        _http(document.get("http", {})),
        target.get("timing", "process"),
    )


def _tls(raw: Mapping[str, Any], folder: PurePath) -> Tls:
    files = {name: str(folder / raw[name]) for name in ("ca_file",) if name in raw}
    certificates = tuple(_certificate(one, folder) for one in raw.get("certificates", []))
    return Tls(**{**raw, **files, "certificates": certificates})


def _certificate(raw: Mapping[str, Any], folder: PurePath) -> ClientCertificate:
    files = {name: str(folder / raw[name]) for name in ("cert_file", "key_file") if name in raw}
    return ClientCertificate(**{**raw, **files, "hosts": tuple(raw.get("hosts", []))})


def _route(raw: Mapping[str, Any], folder: PurePath) -> Route:
    dns = raw.get("dns", {})
    ttl = {"ttl": _ttl(dns["ttl"])} if "ttl" in dns else {}
    lists = {name: tuple(raw.get(name, [])) for name in ("block_hosts", "block_ips", "local_ips")}
    return Route(dns=Dns(**{**dns, **ttl}), hosts=raw.get("hosts", {}), folder=str(folder), **lists)


def _ttl(text: Any) -> float:
    return float("inf") if text == "inf" else parse_duration(str(text))


def _http(raw: Mapping[str, Any]) -> Http:
    limits = {"limits": _limits(raw["limits"])} if "limits" in raw else {}
    lists = {"no_proxy": tuple(raw["no_proxy"])} if "no_proxy" in raw else {}
    return Http(**{**raw, **limits, **lists})


def _limits(raw: Mapping[str, Any]) -> Limits:
    sizes = {"head": "head_bytes", "body": "body_bytes", "decoded": "decoded_bytes"}
    given = {sizes[name]: parse_size(raw[name]) for name in sizes if name in raw}
    return Limits(
        **given,
        headers=raw.get("headers", DEFAULT.headers),
        decoded_ratio=raw.get("ratio", DEFAULT.decoded_ratio),
    )
