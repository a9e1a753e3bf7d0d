"""Disks fill up: that of the database while callbacks come, and that of the videos while one is made."""

import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.chaos.delivery import Database
from tests.chaos.scenarios.stage import CannotPlay, Stage, furnished, staged
from tests.chaos.scenarios.traffic import Traffic
from tests.support.emulator import wait_for

DATABASE_SIZE, VIDEOS_SIZE = "500m", "16k"
WAITS = "SELECT 1 FROM avatars_render WHERE status = 'queued' AND reason = 'disk_full'"
NOT_MOUNTED = "A small disk cannot be mounted.\n  Run this scenario as root, where mounting is allowed."


def play(chance: random.Random, short: bool) -> str:
    """Callbacks go to the spool, on another disk; a video waits for room, and arrives once."""
    with (
        tempfile.TemporaryDirectory(prefix="ou-pg-", dir="/tmp") as folder,
        small_disk(Path(folder), DATABASE_SIZE),
        staged(Stage, database=Database(furnished(Path(folder)))) as stage,
    ):
        with Traffic(stage, rate=5) as traffic:
            time.sleep(2)
            with filled(Path(folder)):
                time.sleep(3 if short else 15)
            if stage.own_database.process.poll() is not None:  # it could not write its log, and ended
                stage.own_database.start()
            drained = stage.seconds_until_recorded(at_most=60)
            time.sleep(2)
        verdict = traffic.verdict(seconds=120).check()
        waited = 0.0 if short else _video_without_room(stage)
    return f"database full: {verdict}, spool empty {drained:.0f} s later; a video arrived {waited:.0f} s after its room"


def _video_without_room(stage: Stage) -> float:
    """Seconds from the end of the trouble until the video came."""
    place = stage.folder / "media" / "renders"
    place.mkdir(exist_ok=True)
    person = stage.emulator.hire()
    with small_disk(place, VIDEOS_SIZE):
        person.writes("/video 磁盘满了的时候要的一段视频。")
        wait_for(lambda: stage.asks(WAITS), "the video to wait for room", seconds=120)
        assert not list(place.iterdir()), "half a video was left"
        person.writes("谢谢")
        person.hears("不客气")  # nobody else waits
    began = time.monotonic()
    wait_for(lambda: [one["msgtype"] for one in person.received()].count("video"), "the video", seconds=180)
    waited = time.monotonic() - began
    wait_for(lambda: not stage.has_work(), "all work to end")
    assert [one["msgtype"] for one in person.received()].count("video") == 1
    assert not list((stage.folder / "work").glob("render-*"))
    return waited


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """A disk of so many bytes at a folder. Raises `CannotPlay` where none can be mounted."""
    line = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0711", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(line, capture_output=True, check=False).returncode != 0:
        raise CannotPlay(NOT_MOUNTED)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """A disk without a free byte."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):  # no space left on device
        while True:
            file.write(bytes(1024 * 1024))
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))
    try:
        yield
    finally:
        filler.unlink()
