"""The checks: a machine's facts against a spec's needs. Pure; a check is a function and a row of `CHECKS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from loadspec.doctor.model import Facts, Finding, Level, Need
from loadspec.machine import whole_cores
from loadspec.units import format_bytes, format_count
from loadspec.wire.carriers import missing

_OWN_FILES = 64
"""Files that a worker opens beside its connections."""
_WORKER = 60_000_000
_USER = 12_000
"""Bytes: measured, 10 000 users take 108 MB in all; half as much again is reckoned with."""
_SPARE = 1.5
_TIME_WAIT = 60
"""Seconds that Linux keeps a port after its connection was closed."""
_GOOD_CLOCKS = ("", "tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter")

Told = tuple[Level, str, str]
"""(level, sentence, what mends it)."""


def examine(facts: Facts, need: Need | None = None) -> list[Finding]:
    """What each check found, in the order of the table; without a spec, only what the machine has."""
    need = need or Need()
    return [Finding(name, *check(facts, need)) for name, check in CHECKS.items()]


def _short(wanted: float, most: float, need: Need) -> Level:
    """What is not there for all users fails; where only the spare ones lack it, that is a warning."""
    if wanted <= most:
        return "ok"
    return "fail" if wanted * (need.users - need.spare) > most * need.users else "warn"


def _files(facts: Facts, need: Need) -> Told:
    """A worker raises its soft limit to the hard one, and root the hard one too."""
    if facts.files_hard is None:
        return "ok", "as many files as wanted may be open", ""
    most = max(facts.files_hard, facts.files_most or 0) if facts.privileged else facts.files_hard
    wanted = -(-need.connections // need.workers) + _OWN_FILES
    has = f"{format_count(most)} files may be open"
    if not need.connections:
        return "ok", has, ""
    told = f"{has}, and up to {format_count(wanted)} are needed"
    mend = f"ulimit -n {wanted}  # as root; for good: nofile in /etc/security/limits.conf, LimitNOFILE= of systemd"
    level = _short(wanted, most, need)
    return level, told, mend if level != "ok" else ""


def _ports(facts: Facts, need: Need) -> Told:
    if facts.ports is None:
        return "ok", "how many ports there are is not told here", ""
    first, last = facts.ports
    each = last - first + 1
    most = each * need.addresses
    has = f"{format_count(each)} connections from one address to one server"
    mend = 'sysctl -w net.ipv4.ip_local_port_range="1024 65535"  # as root'
    if each >= 64_000:
        mend = "name more addresses: network: {local_ips: [127.0.0.1-127.0.0.4]}"
    if not need.to_one:
        return "ok", has, ""
    if need.addresses > 1:
        has += f", {format_count(most)} from {format_count(need.addresses)}"
    told = f"{has}, and up to {format_count(need.to_one)} are wanted"
    if need.to_one > most:
        return _short(need.to_one, most, need), told, mend
    if not need.reuses:
        return "warn", f"{has}; connections are not kept open: {format_count(most // _TIME_WAIT)} a second last", mend
    return ("warn" if need.to_one > 0.8 * most else "ok"), told, mend if need.to_one > 0.8 * most else ""


def _local_ips(facts: Facts, need: Need) -> Told:
    if facts.foreign:
        some = ", ".join(facts.foreign[:3]) + (", ..." if len(facts.foreign) > 3 else "")
        return "fail", f"this machine does not have {some} of network.local_ips", _add(facts.foreign[0])
    return (
        "ok",
        f"connections begin at {format_count(need.addresses)} addresses" if need.local_ips else "the system chooses",
        "",
    )


def _add(address: str) -> str:
    return f"ip address add {address}/{128 if ':' in address else 32} dev lo  # as root"


def _cores(facts: Facts, need: Need) -> Told:
    has = f"{format_count(facts.cores)} cores may be used"
    if facts.quota is not None and facts.quota < facts.cores:
        has += f", for the time of {facts.quota:g} together"
    most = whole_cores(facts.cores, facts.quota)
    if need.workers > most:
        return "warn", f"{has}, and {need.workers} workers want one each", f"--workers {most}"
    if facts.quota is not None and facts.quota < 2 * need.workers and facts.quota < facts.cores:
        return "warn", f"{has}: a worker that is held up is late", "raise the CPU limit of the container"
    if facts.cores < 2:
        return "warn", f"{has}: reports and whatever else share the worker's", "run it where there are two"
    return "ok", has, ""


def _busy(facts: Facts, need: Need) -> Told:
    if facts.load is None:
        return "ok", "how busy this machine is is not told here", ""
    told = f"{facts.load:.1f} processes wanted a core in the last minute"
    if facts.load + need.workers > facts.cores:
        return "warn", f"{told}, of {facts.cores}", "top  # shows which"
    return "ok", told, ""


def _clock(facts: Facts, need: Need) -> Told:
    told = f"{facts.clock or 'the system clock'}, {facts.resolution * 1e9:g} ns"
    source = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    if facts.clock not in _GOOD_CLOCKS:
        return "warn", f"{told}: each look at it is a system call", f"echo tsc > {source}  # as root"
    if facts.resolution > 1e-6:
        return "warn", f"{told}: too coarse for what is quick", ""
    return "ok", told, ""


def _governor(facts: Facts, need: Need) -> Told:
    if facts.governor == "powersave":
        return "warn", "cores save power: they are slow to wake", "cpupower frequency-set -g performance  # as root"
    return "ok", facts.governor or "not told here", ""


def _memory(facts: Facts, need: Need) -> Told:
    if facts.memory is None:
        return "ok", "how much there is is not told here", ""
    has = f"{format_bytes(facts.memory)} available"
    if not need.users:
        return "ok", has, ""
    wanted = int(_SPARE * (need.workers * _WORKER + need.users * _USER))
    told = f"{has}, and about {format_bytes(wanted)} are needed"
    level = _short(wanted, facts.memory, need)
    return level, told, "fewer users here, or a larger machine" if level != "ok" else ""


def _versions(facts: Facts, need: Need) -> Told:
    told = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    if facts.system != "Linux":
        return "warn", f"{told}: only Linux is tested", ""
    if facts.loop not in ("", "libev"):
        return "warn", f"{told}: gevent's loop is {facts.loop}, not libev", "unset GEVENT_LOOP"
    return "ok", told, ""


def _extras(facts: Facts, need: Need) -> Told:
    for transport in sorted(need.transports):
        if install := missing(transport):
            return "fail", f"transport: {transport} is not installed", install
    if facts.extras:
        return "ok", f"not installed: {', '.join(facts.extras)}", ""
    return "ok", "all are installed", ""


CHECKS: Mapping[str, Callable[[Facts, Need], Told]] = {
    "open files": _files,
    "ports": _ports,
    "local addresses": _local_ips,
    "memory": _memory,
    "cores": _cores,
    "other work": _busy,
    "clock": _clock,
    "power": _governor,
    "versions": _versions,
    "extras": _extras,
}
"""Name → check."""
