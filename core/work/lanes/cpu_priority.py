"""The niceness by which a bulk process gives way to others on the same processors."""

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 10
"""Such a process gets a ninth of the time of another that wants all of a processor, and all idle time. With 19 it would
be a seventieth: on a busy machine it made no progress for hours, not even a heartbeat."""
WITH_LOCKS = 5
"""A third, for a process that writes SQLite: while it waits for a processor, all others wait for it."""
# With `sched_autogroup`, Linux shares processors among sessions first, and niceness counts only within a session: of
# two sessions with a process each, both got the same, whatever their niceness, and with SCHED_BATCH or SCHED_IDLE, too.
# The session has a niceness of its own here. In containers and services of systemd the control group weighs instead:
# `cpu_shares`, the requests of a pod, `CPUWeight`.
AUTOGROUP = Path("/proc/self/autogroup")


def give_way(niceness: int = NICENESS) -> None:
    """Let others on these processors go first, from now on. It needs no right, and cannot be taken back."""
    with suppress(OSError):  # it has given way further
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    with suppress(OSError):  # a system without it, or a container that is not shared so
        if os.getsid(0) == os.getpid():  # else it would slow down the others of its session
            AUTOGROUP.write_text(str(niceness), encoding="ascii")
