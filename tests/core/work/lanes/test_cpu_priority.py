"""What gives way gets the processor where others leave it, however the system groups processes."""

import os
import subprocess
import sys

import pytest

from core.work.lanes import cpu_priority

BUSY = """
import os, sys, time
from core.work.lanes import cpu_priority
os.sched_setaffinity(0, {int(sys.argv[2])})
if sys.argv[1] == "back":
    cpu_priority.give_way()
print("ready", flush=True)
sys.stdin.read(1)
ends_at = time.monotonic() + 1.5
while time.monotonic() < ends_at:
    pass
print(time.process_time())
"""


def start(how: str, processor: int) -> "subprocess.Popen[str]":
    line = [sys.executable, "-c", BUSY, how, str(processor)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(line, start_new_session=True, **pipes)  # type: ignore[call-overload,no-any-return]


def test_on_a_busy_processor_it_gets_a_small_part():
    processor = max(os.sched_getaffinity(0))
    both = [start(how, processor) for how in ("usual", "back")]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("x")
        process.stdin.flush()
    usual, back = (float(process.communicate()[0]) for process in both)
    assert 0 < back < usual / 3


@pytest.mark.skipif(not cpu_priority.AUTOGROUP.exists(), reason="this system does not group by session")
def test_another_process_of_the_session_is_not_slowed_down():
    before = cpu_priority.AUTOGROUP.read_text()
    gives_way = "from core.work.lanes import cpu_priority; cpu_priority.give_way(); import os; print(os.nice(0))"
    niceness = subprocess.run([sys.executable, "-c", gives_way], capture_output=True, text=True, check=True).stdout
    assert int(niceness) == max(cpu_priority.NICENESS, os.getpriority(os.PRIO_PROCESS, 0))
    assert cpu_priority.AUTOGROUP.read_text() == before
