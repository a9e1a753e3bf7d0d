"""Two machines share database, broker and bucket; the cable of one is pulled in the middle of its work, and put back.

    python -m tests.chaos.machines
    python -m tests.chaos.machines --members 20 --videos 2 --seconds 20

Each machine is a network namespace with its own host name, processes and disk, and runs a worker and a render worker.
The judge is the emulator's ledger: what each member received. Needs root on Linux.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openuser.servers import postgres, valkey
from openuser.servers.postgres_binaries import choose_server
from openuser.servers.server_processes import Processes
from tests.chaos.kills import PRODUCTION
from tests.support.emulator import Emulator, answers, free_port, wait_for
from tests.support.servers.network_namespaces import HUB, Machine, machines
from tests.support.stack import SMALL_ENGINES, Stack

NAMES = ("first", "second")
BUCKET, KEYS = "videos", {"OPENUSER_S3_ACCESS_KEY": "key", "OPENUSER_S3_SECRET_KEY": "secret"}
PASSWORD = "of-the-hub"
SILENCE = 4.0  # seconds after which PostgreSQL gives up on a machine (core/work/life_lock.py)
RECOVERY, UNLOCKED, LOOK = 5.0, 3.0, 1.0  # seconds of core/work/processes.py
PROMISED = SILENCE + UNLOCKED + 2 * LOOK
SLOW = 8.0  # seconds of a call, in the middle of which the cable is pulled
VIDEO = "/video " + "你好，我是你的数字人助手，很高兴认识你。" * 12 + "第{number}次。"
HELD = """
    SELECT worker.host, count(*) FROM core_workerprocess AS worker JOIN {table} ON lease_owner LIKE token || '%'
    WHERE status = 'running' GROUP BY worker.host
"""
SETTLED = f"""
    SELECT count(DISTINCT host) FROM core_workerprocess
    WHERE locked AND started_at < now() - interval '{RECOVERY + LOOK} seconds'
"""
BACK = """
    SELECT count(*) FROM core_workerprocess
    WHERE host = '{host}' AND locked AND heartbeat_at > now() - interval '4 seconds'
"""
UNFINISHED = "SELECT 1 FROM {table} WHERE status IN ('queued', 'running')"


@dataclass(kw_only=True)
class Report:
    """What members met, and how long others took to go on with the work of the machine that was cut off."""

    members: int
    videos: int
    sends: int = 0
    renders: int = 0
    freed_after: float = 0.0
    back_after: float = 0.0
    lost: int = 0
    doubled: int = 0

    @property
    def is_kept(self) -> bool:
        return not self.lost and not self.doubled and 0 < self.freed_after <= PROMISED + 5

    def __str__(self) -> str:
        return (
            f"{self.members} answers and {self.videos} videos; "
            f"the machine that was cut off held {self.sends} and {self.renders}\n"
            f"  freed after {self.freed_after:.1f} s (promised {PROMISED:.0f} s), "
            f"back {self.back_after:.1f} s after its cable\n"
            f"  lost {self.lost}, doubled {self.doubled}"
        )


class Machines(Stack):
    """The hub has the servers, web, beat and the emulator; what does the work is on the machines."""

    forks = False

    def __init__(self, made: list[Machine], server: str) -> None:
        # To import it takes a second, and every process of the suite imports this module.
        from moto.server import ThreadedMotoServer

        self.machines = {machine.name: machine for machine in made}
        os.environ["TEST_DATABASE_URL"] = server
        super().__init__(settings=SMALL_ENGINES)
        self.env |= {**PRODUCTION, "OPENUSER_RESTORE_GUARD": "false"}
        self.s3 = ThreadedMotoServer(ip_address=HUB, port=0, verbose=False)

    def _environment(self) -> dict[str, str]:
        self.emulator = HubEmulator(self.emulator.port)
        return super()._environment() | {"EMULATOR_ALLOWED_HOSTS": f"{HUB},127.0.0.1"}

    def serve(self) -> None:
        port = free_port()
        line = [str(valkey.find_binary()), "--port", str(port), "--bind", HUB, "127.0.0.1", "--protected-mode", "no"]
        self.owner.start([*line, "--save", "", "--dir", str(self.folder)])
        self.env["TEST_BROKER_URL"] = f"redis://{HUB}:{port}/0"
        self.s3.start()
        self.closing.callback(self.s3.stop)
        host, port = self.s3.get_host_and_port()
        self.env |= {"OPENUSER_S3_BUCKET": BUCKET, "OPENUSER_S3_ENDPOINT": f"http://{host}:{port}", **KEYS}
        self.env["OPENUSER_S3_REGION"] = "us-east-1"
        self.client().create_bucket(Bucket=BUCKET)

    def client(self) -> Any:
        import boto3

        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        return boto3.client("s3", endpoint_url=self.env["OPENUSER_S3_ENDPOINT"], **keys)

    def prepare(self) -> None:
        super().prepare()
        media = self.folder / "media"
        for file in media.rglob("*"):
            if file.is_file():
                self.client().upload_file(str(file), BUCKET, file.relative_to(media).as_posix())

    def commands(self) -> dict[str, list[str]]:
        every = super().commands()
        found = {name: every[name] for name in ("emulator", "web", "beat")}
        for machine in self.machines.values():
            for role in ("worker", "render"):
                line = [*every[role][:-1], f"{role}@%h"]
                found[f"{role}-{machine.name}"] = machine.command(line)
        return found

    def run(self, name: str, **env: str) -> None:
        machine = name.rpartition("-")[2]
        own = {"OPENUSER_VAR_DIR": str(self.folder / machine)} if machine in self.machines else {}
        super().run(name, **own, **env)

    def sends(self) -> Counter[str]:
        """How many messages each machine sends now."""
        return Counter(dict(self.asks(HELD.format(table="wecom_outbound"))))

    def renders(self) -> Counter[str]:
        """How many videos each machine makes now."""
        return Counter(dict(self.asks(HELD.format(table="avatars_render"))))

    def is_idle(self) -> bool:
        tables = ("wecom_callback", "wecom_outbound", "wecom_upload", "avatars_render")
        return not any(self.asks(UNFINISHED.format(table=table)) for table in tables)


class HubEmulator(Emulator):
    """An emulator that the machines reach."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.url = f"http://{HUB}:{port}"

    def command(self) -> list[str]:
        return [*super().command(), "--host", HUB]


@contextmanager
def database() -> Iterator[str]:
    """A PostgreSQL that the machines reach; its URL."""
    owner, port = Processes(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="ou-pg-", dir="/tmp"))
    folder.chmod(0o711)
    cluster = postgres.Cluster(folder=folder, server=choose_server())
    postgres.initialise(cluster, "--no-sync")
    with (cluster.data / "pg_hba.conf").open("a", encoding="ascii") as rules:
        rules.write("host all all 10.213.0.0/16 trust\n")
    settings = (f"port={port}", f"listen_addresses={HUB}", *postgres.TEST_SETTINGS)
    process = postgres.start(owner, cluster, *settings)
    postgres.wait_until_ready(process, folder, port)
    try:
        yield f"postgres://{postgres.DATABASE_USER}@{HUB}:{port}/postgres"
    finally:
        owner.end([process], number=signal.SIGINT, grace=10.0)
        owner.end_all()


def play(stack: Machines, *, members: int, videos: int, seconds: float) -> Report:
    """Let members ask, cut off the machine that works on most of it, and count what they got."""
    report = Report(members=members, videos=videos)
    wait_for(lambda: stack.asks(SETTLED) == [(len(NAMES),)], "both machines to know each other", seconds=120)
    writers, viewers = ([stack.emulator.hire() for _ in range(count)] for count in (members, videos))
    for number, person in enumerate(viewers):
        person.writes(VIDEO.format(number=number))
    for person in writers:
        stack.emulator.fault("slow", member=person.user_id, seconds=SLOW)
        person.writes("怎么请假")
    wait_for(lambda: stack.sends() and stack.renders(), "the machines to work", seconds=120)
    rendering, sending = stack.renders(), stack.sends()
    victim = max(rendering or sending, key=lambda name: sending[name])
    report.sends, report.renders = sending[victim], rendering[victim]
    stack.machines[victim].cut()
    cut_at = time.monotonic()
    wait_for(lambda: not stack.sends()[victim] + stack.renders()[victim], "others to take over", seconds=120)
    report.freed_after = time.monotonic() - cut_at
    time.sleep(max(0.0, cut_at + seconds - time.monotonic()))
    stack.machines[victim].mend()
    mended_at = time.monotonic()
    wait_for(lambda: stack.asks(BACK.format(host=victim)) == [(2,)], "the machine to be back", seconds=120)
    report.back_after = time.monotonic() - mended_at
    others = [name for name in NAMES if name != victim]
    wait_for(stack.is_idle, "everything to settle", seconds=600)
    for name in others:  # so that only the one that came back can answer
        stack.kill(f"worker-{name}")
    last = stack.emulator.hire()
    last.writes("怎么请假")
    last.reads(seconds=180)
    wait_for(stack.is_idle, "everything to settle", seconds=600)
    for person in [*writers, last]:
        judge(len(person.received()), report)
    for person in viewers:  # who also got a note that it is being made
        judge(sum(entry["msgtype"] == "video" for entry in person.received()), report)
    return report


def judge(arrived: int, report: Report) -> None:
    report.lost += arrived == 0
    report.doubled += max(0, arrived - 1)


@contextmanager
def running() -> Iterator[Machines]:
    """Both machines at work."""
    with machines(*NAMES) as made, database() as server:
        stack = Machines(made, server)
        try:
            stack.start()
            wait_for(lambda: answers(f"{stack.emulator.url}/emulator/api/calls"), "the emulator")
            yield stack
        finally:
            for machine in made:
                machine.mend()
            stack.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=40)
    parser.add_argument("--videos", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=30, help="for which one is cut off")
    options = parser.parse_args()
    with running() as stack:
        report = play(stack, members=options.members, videos=options.videos, seconds=options.seconds)
    print(report)
    return 0 if report.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
