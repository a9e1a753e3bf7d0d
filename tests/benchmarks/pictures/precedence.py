"""How long a video takes that somebody waits for, beside other work: `python -m tests.benchmarks.pictures.precedence`.

A video of some 15 seconds by a warm studio, on an idle machine, beside 25 busy processes of other programs, and beside
a bulk video. Each is made as before, by one studio with niceness 5 that makes one after another, and as now, by a
studio for what is waited for beside one that gives way. Only lines of one run compare.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from avatars.pipeline.script_to_video import VideoSpec
from avatars.pipeline.stages import Stage
from avatars.speech.base import Manner
from avatars.studio.studio import Studio
from core.work.lanes import cpu_priority
from openuser.servers.server_processes import Processes
from tests.benchmarks.text_to_video import SENTENCES

LOAD = 25
OLD_NICENESS = 5
BUSY = "while True: pass"
SENTENCES_OF_15_S = 4


@contextmanager
def load(programs: int) -> Iterator[None]:
    """Busy processes of so many programs, each in a session of its own: the first process starts the others."""
    others = LOAD // programs - 1
    line = (
        f"import subprocess, sys; [subprocess.Popen([sys.executable, '-c', {BUSY!r}]) for _ in range({others})]\n{BUSY}"
    )
    owner = Processes()  # ends them also where this program is killed
    started = [owner.start([sys.executable, "-c", line], output=subprocess.DEVNULL) for _ in range(programs)]
    time.sleep(2.0)
    try:
        yield
    finally:
        owner.end(started, grace=0.0)


def spec(portrait: Path, name: str) -> VideoSpec:
    voice, sentences = SENTENCES["zh"]
    script = VideoSpec(
        text="".join(sentences[:SENTENCES_OF_15_S]),
        voice=voice,
        portrait=portrait,
        content_id=name,
        provider="benchmark",
    )
    return replace(script, manner=Manner(fresh=True))


def seconds_of(place: Studio, portrait: Path, name: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        place.make_video(spec(portrait, name), Path(folder))
        return time.monotonic() - began


def beside_bulk(urgent: Studio, bulk: Studio, portrait: Path) -> tuple[float, float]:
    """Seconds of a video that is asked for when a bulk video has just begun to be drawn, and of the bulk video."""
    taken: list[float] = []
    drawn = threading.Event()

    def note(stage: Stage, _share: float) -> None:
        if stage is Stage.ANIMATING:
            drawn.set()

    def make() -> None:
        began = time.monotonic()
        try:
            with tempfile.TemporaryDirectory() as folder:
                bulk.make_video(spec(portrait, "bulk"), Path(folder), on_progress=note)
            taken.append(time.monotonic() - began)
        finally:
            drawn.set()

    beside = threading.Thread(target=make)
    beside.start()
    drawn.wait()
    mine = seconds_of(urgent, portrait, "urgent")
    beside.join()
    return mine, taken[0]


def main() -> None:
    """Print the table; with an argument, measure that way alone and print it as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")
    if len(sys.argv) > 1:
        print(json.dumps(measured(old=sys.argv[1] == "before")))
        return
    rows = {}
    for name in ("before", "now"):
        line = [sys.executable, "-m", "tests.benchmarks.pictures.precedence", name]
        rows[name] = json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout)
    autogroup = cpu_priority.AUTOGROUP.exists()
    print(f"seconds of a video of about 15 s; {os.cpu_count()} processors, autogroups {'on' if autogroup else 'off'}")
    print(f"{'':<44}{'before':>8}{'now':>8}")
    for case in rows["now"]:
        print(f"{case:<44}{rows['before'][case]:8.1f}{rows['now'][case]:8.1f}")


def measured(*, old: bool) -> dict[str, float]:
    """The seconds of each case."""
    if old:
        os.nice(OLD_NICENESS)  # which the studio inherits
    urgent = Studio()
    bulk = urgent if old else Studio(bulk=True)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        portrait = Path(name) / "xiao.png"
        portrait.write_bytes(urgent.draw("xiao"))
        for place in {urgent, bulk}:
            seconds_of(place, portrait, "warm")
        note(found, "idle", seconds_of(urgent, portrait, "idle"))
        mine, theirs = beside_bulk(urgent, bulk, portrait)
        note(found, "asked for while a bulk video is drawn", mine)
        note(found, "that bulk video", theirs)
        with load(1):
            note(found, f"beside {LOAD} busy processes of one program", seconds_of(urgent, portrait, "load"))
        with load(LOAD):
            note(found, f"beside {LOAD} busy processes of as many", seconds_of(urgent, portrait, "sessions"))
    urgent.close()
    bulk.close()
    return found


def note(found: dict[str, float], case: str, seconds: float) -> None:
    """Keep the seconds of a case, and show at once how far it is."""
    found[case] = seconds
    print(f"{case}: {seconds:.1f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
