"""The place of a process in the queue for the processor."""

import os
from contextlib import suppress
from pathlib import Path

# Of nice, whose weight is a ninth of the usual one. With 19, a seventieth, a process on a busy machine has no time for
# its heartbeat, and others wait long for the locks of the database that it holds.
NICENESS = 10


def step_back(pid: int = 0) -> None:
    """Give a process, and what it starts from now on, the processor where others leave it: by default this one.

    nice weighs the processes of one group. Where Linux groups them by session (`sched_autogroup_enabled`), a process in
    a session of its own is alone in its group: neither nice nor SCHED_BATCH nor SCHED_IDLE takes anything from it, but
    the group has a nice value of its own. In containers and services of systemd the control group weighs: `cpu_shares`,
    the requests of a pod, `CPUWeight`.
    """
    pid = pid or os.getpid()
    with suppress(OSError):  # it has ended
        os.setpriority(os.PRIO_PROCESS, pid, max(NICENESS, os.getpriority(os.PRIO_PROCESS, pid)))
        if os.getsid(pid) == pid:  # else the group has other processes
            Path(f"/proc/{pid}/autogroup").write_text(str(NICENESS), encoding="ascii")
