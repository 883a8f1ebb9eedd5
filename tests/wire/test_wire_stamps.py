"""Stamps of the kernel: what is in a control message, and which of them become times of the monotonic clock."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.clock import FakeClock
from loadspec.wire.stamps import SO_TIMESTAMPING, STEP, TICK, Ancillary, KernelClock, out_of_order, stamp_of

EPOCH = 1_800_000_000.0


def message(stamp: float, level: int = socket.SOL_SOCKET, kind: int = SO_TIMESTAMPING) -> tuple[int, int, bytes]:
    """struct scm_timestamping: the software's stamp, one that is no longer used, the hardware's."""
    seconds = int(stamp)
    return level, kind, struct.pack("@6l", seconds, round((stamp - seconds) * 1e9), 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("ancillary", "stamp"),
    [
        ([], 0.0),
        ([message(EPOCH + 0.25)], EPOCH + 0.25),
        ([message(EPOCH, kind=SO_TIMESTAMPING + 1)], 0.0),
        ([message(EPOCH, level=socket.IPPROTO_TCP)], 0.0),
        ([message(EPOCH, level=socket.IPPROTO_IP), message(EPOCH + 1)], EPOCH + 1),
        ([(socket.SOL_SOCKET, SO_TIMESTAMPING, b"cut off")], 0.0),
        ([message(0.0)], 0.0),
    ],
)
def test_what_a_control_message_says(ancillary: Ancillary, stamp: float) -> None:
    assert stamp_of(ancillary) == stamp


@pytest.mark.parametrize(("size", "count"), [(0, 0), (104, 0), (227, 0), (228, 7), (248, 7)])
def test_packets_out_of_order_are_counted_by_newer_kernels(size: int, count: int) -> None:
    info = bytes(224) + struct.pack("@I", 7) + bytes(20)
    assert out_of_order(info[:size]) == count


class Machine:
    """A machine's two clocks: `run` lets time pass, `set` sets the realtime clock."""

    def __init__(self) -> None:
        self.monotonic = FakeClock(1000.0)
        self.realtime = FakeClock(EPOCH)
        self.clock = KernelClock(self.realtime, self.monotonic)

    def run(self, seconds: float) -> None:
        self.monotonic.advance(seconds)
        self.realtime.advance(seconds)

    def set(self, seconds: float) -> None:
        self.realtime.advance(seconds)

    def stamp(self) -> Ancillary:
        return [message(self.realtime())]


def test_a_stamp_is_the_time_at_which_it_was_made() -> None:
    machine = Machine()
    sent = machine.monotonic()
    machine.run(0.25)
    came, stamp = machine.monotonic(), machine.stamp()
    machine.run(0.05)  # the loop is late
    assert machine.clock.arrival(stamp, sent, machine.monotonic()) == pytest.approx(came, abs=1e-6)


@pytest.mark.parametrize(("offset", "taken"), [(-0.001, False), (0.0, True), (0.05, True), (0.1, True), (0.101, False)])
def test_a_stamp_lies_between_sent_and_read(offset: float, taken: bool) -> None:
    machine = Machine()
    sent = machine.monotonic()
    stamp = [message(EPOCH + offset)]
    machine.run(0.1)
    found = machine.clock.arrival(stamp, sent - 1e-6, sent + 0.1 + 1e-6)
    assert found == (pytest.approx(sent + offset, abs=1e-6) if taken else 0.0)


@pytest.mark.parametrize(
    ("by", "taken"), [(0.0009, True), (-0.0009, True), (STEP + 1e-5, False), (-STEP - 1e-5, False), (3600, False)]
)
def test_a_clock_that_was_set_by_a_millisecond_gives_no_times(by: float, taken: bool) -> None:
    machine = Machine()
    sent = machine.monotonic()
    machine.run(0.1)
    stamp = machine.stamp()
    machine.run(0.1)
    machine.set(by)
    machine.run(0.1)
    assert bool(machine.clock.arrival(stamp, sent, machine.monotonic())) is taken


def test_whoever_had_begun_before_the_clock_was_set_gets_no_time_either() -> None:
    machine = Machine()
    first, second = machine.monotonic(), machine.monotonic()
    machine.run(0.5)
    early = machine.stamp()
    machine.set(0.2)
    late = machine.stamp()
    machine.run(0.5)
    now = machine.monotonic()
    assert [machine.clock.arrival(stamp, sent, now) for stamp, sent in [(early, first), (late, second)]] == [0, 0]
    machine.run(0.1)
    sent = machine.monotonic()
    machine.run(0.1)
    came, stamp = machine.monotonic(), machine.stamp()
    machine.run(0.1)
    assert machine.clock.arrival(stamp, sent, machine.monotonic()) == pytest.approx(came, abs=1e-6)


def test_small_moves_are_followed_once_a_second() -> None:
    machine = Machine()
    for _ in range(10):
        sent = machine.monotonic()
        machine.set(STEP / 2)
        machine.run(TICK / 2)
        came, stamp = machine.monotonic(), machine.stamp()
        machine.run(TICK)
        assert machine.clock.arrival(stamp, sent, machine.monotonic()) == pytest.approx(came, abs=STEP)


exchanges = st.lists(
    st.tuples(
        st.floats(1e-4, 3),
        st.floats(1e-5, 3),
        st.sampled_from([0.0, 0.0, 0.0, 0.002, -0.002, 0.5, -0.5, 7200.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


@given(exchanges)
def test_a_time_is_right_or_there_is_none(exchanges: list[tuple[float, float, float, bool]]) -> None:
    """Whenever the clock is set, before the answer came or after; and where it is not, there is a time."""
    machine = Machine()
    for waiting, late, by, before in exchanges:
        machine.run(1e-5)
        sent = machine.monotonic()
        machine.set(by if before else 0.0)
        machine.run(waiting)
        came, stamp = machine.monotonic(), machine.stamp()
        machine.run(late)
        machine.set(0.0 if before else by)
        found = machine.clock.arrival(stamp, sent, machine.monotonic())
        assert (abs(found - came) <= 1e-6) if found else by
