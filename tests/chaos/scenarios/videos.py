"""Hundreds of members ask for dozens of videos while processes of every kind are killed, several a second."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

from tests.benchmarks.door.installation import children
from tests.chaos.scenarios.stage import Stage, staged
from tests.support.emulator import Person, wait_for

KINDS = ("worker", "render", "beat", "web")
PROMISE = "马上发给你"  # of a video that another member has asked for
UNDELIVERED = "SELECT 1 FROM emulator_callback WHERE status = 'queued' LIMIT 1"
GOING = (
    "SELECT 1 FROM wecom_callback WHERE status IN ('queued', 'running') LIMIT 1",
    "SELECT 1 FROM avatars_render WHERE status IN ('queued', 'running') LIMIT 1",
    "SELECT 1 FROM conversations_message WHERE state = 'waiting' LIMIT 1",
    "SELECT 1 FROM wecom_outbound WHERE status IN ('queued', 'running') LIMIT 1",
)

# What each machine does every hour and whenever it starts: a worker may die between its video and its folder's end.
UPKEEP = """
from datetime import timedelta
from django.utils import timezone
from avatars import services
services.tidy_disk(now=timezone.now() + timedelta(minutes=2))
"""


def play(chance: random.Random, short: bool) -> str:
    """Each gets one video, or, where its workers died too often, its words; no row and no file is left over."""
    count, different, seconds_of_kills = (20, 5, 8.0) if short else (500, 50, 60.0)
    with staged(Stage) as stage:
        stage.emulator.add_crowd("v", count)
        members = [f"v{number}" for number in range(1, count + 1)]
        killer = Killer(stage, chance)
        began = time.monotonic()
        with killer:
            for number, member in enumerate(members, 1):
                Person(stage.emulator, member).writes(f"/video 第{number % different}句。")
                time.sleep(max(0.0, began + seconds_of_kills * number / count - time.monotonic()))
        wait_for(lambda: not stage.asks_emulator(UNDELIVERED), "the platform to deliver all", seconds=120)
        wait_for(lambda: not any(map(stage.asks, GOING)), "all work to end", seconds=600)
        seconds = time.monotonic() - began
        got = finals(stage)
        kinds = Counter(kind for received in got.values() for kind in received)
        stage.manage("shell", "-c", UPKEEP)
        orphans = [path.name for path in (stage.folder / "work").glob("render-*")]
    lost = len(set(members) - got.keys())
    doubled = sum(len(received) - 1 for received in got.values())
    words = (
        f"{count} asked for {different} videos, all done after {seconds:.0f} s, kills {dict(killer.kills)}: "
        f"lost {lost}, doubled {doubled}, as {dict(kinds)}, working folders left {len(orphans)}"
    )
    assert (lost, doubled, orphans) == (0, 0, []), words
    return words


class Killer:
    """Kills a part and starts it again, every 0.2 to 1 seconds, while the block lasts."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.kills: Counter[str] = Counter()
        self._stage, self._chance = stage, chance
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _kill(self) -> None:
        while not self._over.wait(self._chance.uniform(0.2, 1.0)):
            kind = self._chance.choice(KINDS)
            if kind == "web":  # its parent forks another at once
                for pid in children(self._stage.parts["web"].pid):
                    with suppress(ProcessLookupError):  # it was killed a moment ago, and is gone
                        os.kill(pid, signal.SIGKILL)
            else:
                self._stage.restart(kind)
            self.kills[kind] += 1


def finals(stage: Stage) -> dict[str, list[str]]:
    """By member: the kind of each message that ends a request. A card and a promise do not."""
    found: dict[str, list[str]] = {}
    seen = 0
    while entries := stage.emulator.api("GET", "ledger", params={"since": seen})["entries"]:
        seen = entries[-1]["id"]
        for entry in entries:
            words = str(entry["content"].get("content", ""))
            if entry["msgtype"] == "video" or ("第" in words and PROMISE not in words):
                found.setdefault(entry["member"], []).append(entry["msgtype"])
    return found
