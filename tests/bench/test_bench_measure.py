from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import measure

ROOT = Path(__file__).resolve().parents[2]
BURN = "import time\nwhile time.process_time() < 0.3: pass\n"


def harness(folder: Path, program: str, timeout: float = 60.0) -> list[str]:
    """Measure a Python program from a process of its own, since `prepare` changes the process it runs in."""
    core = min(os.sched_getaffinity(0))
    script = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from bench import measure
measure.prepare({core})
usage = measure.run([sys.executable, "-c", {program!r}], core={core}, folder=Path({str(folder)!r}),
                    timeout={timeout})
print(usage.exit_code, usage.cpu, usage.output.strip(), usage.error.strip(), measure.descendants(os.getpid()), sep="|")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip().split("|")


pytestmark = pytest.mark.skipif(not (os.environ.get("CI") or shutil.which("taskset")), reason="taskset is missing")


def test_children_count(tmp_path):
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); print('out'); sys.exit(3)"
    code, cpu, output, error, left = harness(tmp_path, program)
    assert (code, output, error, left) == ("3", "out", "", "[]")
    assert float(cpu) >= 0.3


def test_orphans_count_and_are_ended(tmp_path):
    # The child ends at once; its child burns, says so through the pipe, and would then stay for an hour.
    program = f"""
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        exec({BURN!r})
        os.write(writer, b"x")
        time.sleep(3600)
    os._exit(0)
os.wait()
os.read(reader, 1)
"""
    code, cpu, _, _, left = harness(tmp_path, program)
    assert (code, left) == ("0", "[]")
    assert float(cpu) >= 0.3


def test_a_command_that_does_not_end_is_ended(tmp_path):
    code, *_ = harness(tmp_path, "import time; time.sleep(3600)", timeout=0.2)
    assert code == "-9"


def test_memory_sums_and_forgives_the_dead():
    program = "import sys; held = bytearray(b'x') * 50_000_000; print('ready', flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    assert child.pid in measure.descendants(os.getpid())
    alone = measure.memory([child.pid])
    both = measure.memory([child.pid, os.getpid()])
    child.communicate()
    assert 50_000_000 < alone < both
    assert measure.memory([child.pid]) == 0


def test_texts_of_proc():
    rollup = "55d0-7ffd ---p 00000000 00:00 0  [rollup]\nRss:  9000 kB\nPss:  1234 kB\nPss_Dirty:  800 kB\n"
    assert measure.pss(rollup) == 1234 * 1024
    assert measure.pss("") == 0
    assert measure.parent_of("77 (a) b (c) S 42 77 77 0 -1") == 42


def test_cpu_of_a_living_process(monkeypatch):
    monkeypatch.setattr(measure, "_TICKS", 100)
    assert measure.cpu_of("77 (a) b (c) S 42 77 77 0 -1 4194304 1 2 3 4 150 50 900 900 20 0 1 0") == 2.0
    assert measure.cpu_so_far([]) == 0.0


def test_core_times(monkeypatch):
    monkeypatch.setattr(measure, "_TICKS", 100)
    text = "cpu  1 1 1 1 1 1 1 1 0 0\ncpu0 100 200 300 9999 9999 400 500 600 0 0\nintr 5\n"
    assert measure.parse_core_time(text, 0) == measure.CoreTime(15.0, 6.0)
    with pytest.raises(ValueError, match="no core 7"):
        measure.parse_core_time(text, 7)
