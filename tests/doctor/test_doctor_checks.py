"""The doctor's checks, by tables of facts and needs: each level at its boundary, and each failure with its way out."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from loadspec.doctor import CHECKS, Facts, Finding, Need, examine, look, need_of
from loadspec.doctor import facts as looking
from loadspec.spec import load_bytes

HEALTHY = Facts(
    system="Linux",
    files_soft=1024,
    files_hard=20_000,
    files_most=1_048_576,
    ports=(32_768, 60_999),
    cores=4,
    load=0.2,
    clock="tsc",
    governor="performance",
    memory=8_000_000_000,
    loop="libev",
    versions={"Python": "3.11.7"},
)


def found(check: str, facts: Facts, need: Need) -> Finding:
    (finding,) = [each for each in examine(facts, need) if each.check == check]
    return finding


def users(count: int, **changes: Any) -> Need:
    return replace(Need(users=count, connections=count, to_one=count), **changes)


def test_a_healthy_machine_has_nothing_to_mend() -> None:
    for need in (None, users(1000)):
        findings = examine(HEALTHY, need)
        assert [each.check for each in findings] == list(CHECKS)
        assert {each.level for each in findings} == {"ok"}
        assert not any(each.mend for each in findings)
        assert all(each.text for each in findings)


def test_a_system_that_tells_nothing_is_not_blamed() -> None:
    assert {each.level for each in examine(Facts(system="Linux", cores=2), users(10_000))} == {"ok"}


CASES: list[tuple[str, dict[str, Any], Need, str, str]] = [
    ("open files", {}, users(19_936), "ok", ""),
    ("open files", {}, users(19_937), "fail", "ulimit -n 20001"),
    ("open files", {}, users(19_937, workers=2), "ok", ""),
    ("open files", {"privileged": True}, users(19_937), "ok", ""),
    ("open files", {"privileged": True, "files_most": None}, users(19_937), "fail", "ulimit"),
    ("open files", {}, users(30_000, spare=20_000), "warn", "ulimit"),
    ("open files", {}, users(30_000, spare=9_000), "fail", "ulimit"),
    ("ports", {}, users(30_000, spare=29_000), "warn", "ip_local_port_range"),
    ("memory", {"memory": 10**9}, users(60_000, spare=59_000), "warn", "fewer users"),
    ("open files", {"files_hard": None}, users(10**6), "ok", ""),
    ("ports", {}, users(22_585), "ok", ""),
    ("ports", {}, users(22_586), "warn", "ip_local_port_range"),
    ("ports", {}, users(28_232), "warn", "ip_local_port_range"),
    ("ports", {}, users(28_233), "fail", 'sysctl -w net.ipv4.ip_local_port_range="1024 65535"'),
    ("ports", {}, users(28_233, addresses=4), "ok", ""),
    ("ports", {"ports": (1024, 65_535)}, users(64_513), "fail", "local_ips"),
    ("ports", {}, users(10, reuses=False), "warn", "ip_local_port_range"),
    ("local addresses", {"foreign": ("10.0.0.7",)}, users(1), "fail", "ip address add 10.0.0.7/32 dev lo"),
    ("local addresses", {"foreign": ("fd00::7",)}, users(1), "fail", "ip address add fd00::7/128"),
    ("local addresses", {}, users(1, local_ips=("127.0.0.1",)), "ok", ""),
    ("memory", {"memory": 10**9}, users(50_000), "ok", ""),
    ("memory", {"memory": 10**9}, users(51_000), "fail", "fewer users"),
    ("cores", {"cores": 1}, Need(), "warn", ""),
    ("cores", {"cores": 2}, Need(), "ok", ""),
    ("cores", {"cores": 2}, Need(workers=3), "warn", "--workers 2"),
    ("cores", {"quota": 1.5}, Need(), "warn", "CPU limit"),
    ("cores", {"quota": 2.0}, Need(), "ok", ""),
    ("cores", {"quota": 2.0}, Need(workers=3), "warn", "--workers"),
    ("cores", {"quota": 2.5}, Need(workers=3), "warn", "--workers 2"),
    ("cores", {"quota": 0.5}, Need(workers=2), "warn", "--workers 1"),
    ("cores", {"quota": 0.5}, Need(), "warn", "CPU limit"),
    ("other work", {"load": 3.0}, Need(), "ok", ""),
    ("other work", {"load": 3.1}, Need(), "warn", "top"),
    ("clock", {"clock": "hpet"}, Need(), "warn", "clocksource"),
    ("clock", {"clock": "kvm-clock"}, Need(), "ok", ""),
    ("clock", {"resolution": 1e-3}, Need(), "warn", ""),
    ("power", {"governor": "powersave"}, Need(), "warn", "cpupower"),
    ("versions", {"system": "Darwin"}, Need(), "warn", ""),
    ("versions", {"loop": "libuv.loop.loop"}, Need(), "warn", "GEVENT_LOOP"),
    ("extras", {"extras": {"html": "pip install x"}}, Need(), "ok", ""),
    ("extras", {}, Need(transports=frozenset({"fast", "requests"})), "ok", ""),
]


@pytest.mark.parametrize(("check", "facts", "need", "level", "mend"), CASES)
def test_levels_and_ways_out(check: str, facts: dict[str, Any], need: Need, level: str, mend: str) -> None:
    finding = found(check, replace(HEALTHY, **facts), need)
    assert finding.level == level, finding
    assert mend in finding.mend
    assert bool(finding.mend) or level != "fail"


def test_every_check_has_a_case_that_it_complains_about() -> None:
    assert {check for check, _, _, level, _ in CASES if level != "ok"} | {"extras"} == set(CHECKS)


def test_a_transport_whose_library_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadspec.wire.carriers.find_spec", lambda name: None)
    finding = found("extras", HEALTHY, Need(transports=frozenset({"curl"})))
    assert (finding.level, finding.mend) == ("fail", "pip install 'loadspec[http2]'")


SPEC = """\
loadspec: 1
target: {base_url: "http://a.example"}
network: {local_ips: [127.0.0.1-127.0.0.4, 127.0.1.0/30]}
http: {no_connection_reuse: true}
endpoints:
  one: {path: /}
  two: {path: "https://b.example/x", transport: requests}
scenarios:
  browse: {vus: 20, duration: 1s, flow: [{call: one}, {parallel: [{call: one}, {call: two}, {call: one}]}]}
  other: {vus: 5, duration: 1s, flow: [{call: two}]}
"""


def test_what_a_spec_needs() -> None:
    need = need_of(load_bytes(SPEC.encode(), "spec.yaml").spec, "http://a.example", workers=2)
    assert (need.users, need.to_one, need.connections) == (25, 75, 150)
    assert need.local_ips == (*(f"127.0.0.{n}" for n in range(1, 5)), "127.0.1.1", "127.0.1.2")
    assert (need.addresses, need.workers, need.reuses) == (6, 2, False)
    assert need.transports == {"requests"}


def test_users_that_come_only_if_answers_are_slow_are_spare() -> None:
    text = SPEC.replace("{vus: 20, duration", "{rate: 10/s, pre_allocated_vus: 3, max_vus: 20, duration")
    need = need_of(load_bytes(text.encode(), "spec.yaml").spec, "http://a.example")
    assert (need.users, need.spare) == (25, 17)


def test_a_large_network_of_local_addresses_is_not_tried_whole() -> None:
    text = SPEC.replace("127.0.1.0/30", "10.0.0.0/8")
    need = need_of(load_bytes(text.encode(), "spec.yaml").spec, "http://a.example")
    assert len(need.local_ips) == 256
    assert need.addresses == 2**24 + 2


def test_this_machine_is_looked_at() -> None:
    facts = look(["127.0.0.1", "192.0.2.1"], versions=True)
    assert facts.foreign == ("192.0.2.1",)
    assert facts.cores >= 1
    assert {"loadspec", "Python", "OpenSSL", "gevent"} <= facts.versions.keys()
    assert facts.loop
    assert look().versions == {}


def test_available_memory() -> None:
    assert looking._available("MemTotal: 9 kB\nMemAvailable:   2000 kB\n") == 2_048_000
    assert looking._available("") is None


@pytest.mark.parametrize(
    ("status", "may"),
    [
        ("Name:\tx\nCapEff:\t000001ffffffffff\n", True),
        ("CapEff:\t00000000a80425fb\n", False),  # what Docker leaves root
        ("CapEff:\t0000000001000000\n", True),
    ],
)
def test_a_containers_root_may_not_raise_its_limits(status: str, may: bool) -> None:
    assert looking._may_raise(status) is may
