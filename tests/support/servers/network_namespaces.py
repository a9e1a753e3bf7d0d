"""Machines on this machine: network namespaces with a cable each, which can be pulled. Needs root on Linux."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HUB = "10.213.0.1"  # where all of them find the servers
SUBNET = "10.213.{number}.{host}"


def is_possible() -> bool:
    """Whether namespaces can be made here."""
    if os.geteuid() or shutil.which("ip") is None or shutil.which("unshare") is None:
        return False
    name = f"ou{os.getpid()}try"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode == 0
    subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)
    return made


class Machine:
    """A host name, processes that see no others, and a cable to the hub."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self._space, self._cable = f"ou{os.getpid()}-{name}", f"ou{os.getpid() % 10_000}x{number}"
        here, there = (SUBNET.format(number=number, host=host) for host in (1, 2))
        _ip("netns", "add", self._space)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self._space)
        _ip("address", "add", f"{here}/30", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        _ip("-n", self._space, "address", "add", f"{there}/30", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", self._space, "link", "set", device, "up")
        self._route = ("-n", self._space, "route", "replace", "default", "via", here)
        _ip(*self._route)

    def command(self, line: list[str]) -> list[str]:
        """A command line that runs there, and ends with the process that started it."""
        apart = ["unshare", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
        named = ["sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return ["ip", "netns", "exec", self._space, *apart, *named, *line]

    def cut(self) -> None:
        """Pull the cable: what is under way is lost, and nothing tells the servers."""
        _ip("-n", self._space, "link", "set", "eth0", "down")

    def mend(self) -> None:
        _ip("-n", self._space, "link", "set", "eth0", "up")
        _ip(*self._route)  # which went with the cable

    def close(self) -> None:
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "delete", self._space)


@contextmanager
def machines(*names: str) -> Iterator[list[Machine]]:
    """Machines of these names, and the hub's address on this one."""
    made: list[Machine] = []
    _ip("address", "add", f"{HUB}/32", "dev", "lo")
    try:
        for number, name in enumerate(names, 1):
            made.append(Machine(name, number))
        yield made
    finally:
        for machine in made:
            machine.close()
        _ip("address", "delete", f"{HUB}/32", "dev", "lo")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
