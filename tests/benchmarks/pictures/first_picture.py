"""How soon one sees a video that one asks for: `python -m tests.benchmarks.pictures.first_picture [seconds=count …]`.

By default `10=20 60=20 300=20`: twenty videos each of about so many seconds of speech, one after another, by a warm
render worker. The clock runs from the request (a row, as a message or the admin writes it) to the first frame that
Chromium has decoded on the watch page, which is opened at once. The last column is the memory of the studio, which must
not grow with the length. Every script is new, so nothing comes from a cache.
"""

import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Page, sync_playwright

from openuser.servers import chromium
from tests.benchmarks.text_to_video import SENTENCES
from tests.browser.support.chromium_flags import BROWSER_FLAGS
from tests.browser.support.windows import make_admin, sign_in
from tests.support.emulator import wait_for
from tests.support.stack import Stack

if TYPE_CHECKING:
    from avatars.models import Render

DEFAULT = ("10=20", "60=20", "300=20")
PER_SECOND = 4.2
"""Characters that are spoken in a second."""

PATIENCE = 900
FIRST_FRAME = """() => new Promise((seen) => {
  const wait = () => {
    const video = document.querySelector("video");
    if (!video) return setTimeout(wait, 10);
    video.requestVideoFrameCallback(() => seen(performance.timeOrigin + performance.now()));
  };
  wait();
})"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Seconds to the first picture, those of the video and of the processor, and the studio's memory in MB."""

    first: float
    length: float
    cpu: float
    took: float
    memory: float


def script(seconds: int, number: int) -> str:
    """A script of about so many seconds that was never spoken before."""
    _voice, sentences = SENTENCES["zh"]
    words, wanted = f"第{number}号通知，{time.monotonic_ns() % 100_000}。", seconds * PER_SECOND
    for sentence in islice(cycle(sentences), number % len(sentences), None):
        if len(words) >= wanted:
            return words
        words = f"{sentence}{words}" if len(words) < 20 else words + sentence
    raise AssertionError


def measure(page: Page, base: str, words: str) -> Run:
    """Ask for a video, open its page, and wait for the first picture, then for the end of the render."""
    from avatars import services as avatars
    from avatars.models import DigitalHuman, Render
    from conversations import services as conversations
    from wecom.models import Application, Member

    human = DigitalHuman.objects.select_related("voice").order_by("pk")[0]
    application = Application.objects.get(is_default=True)
    member, _created = Member.objects.get_or_create(corporation=application.corporation, user_id="benchmark")
    began = time.time()
    render = avatars.request_render(human, words)
    address = conversations.watch_url(application, member, render)
    page.goto(address, wait_until="commit")
    first = page.evaluate(FIRST_FRAME) / 1000 - began
    memory = 0.0
    while not (render := Render.objects.get(pk=render.pk)).is_finished:
        memory = max(memory, studio_mb())
        time.sleep(0.2)
    assert render.status == Render.Status.DONE, render.reason
    return _run(render, first, memory)


def _run(render: "Render", first: float, memory: float) -> Run:
    return Run(
        first=first,
        length=render.seconds or math.nan,
        cpu=render.cpu_seconds,
        took=render.took_seconds or math.nan,
        memory=memory,
    )


def studio_mb() -> float:
    """Resident memory of the studio of this stack, in MB."""
    found, ours = 0.0, os.environ["OPENUSER_VAR_DIR"].encode()
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or b"avatars.studio" not in (entry / "cmdline").read_bytes():
                continue
            if ours in (entry / "environ").read_bytes():
                pages = int((entry / "statm").read_text(encoding="ascii").split()[1])
                found = max(found, pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
        except OSError:
            continue
    return found


@contextmanager
def opened() -> Iterator[tuple[Stack, Browser]]:
    """A stack with the engines of an installation, this process among its own, and a browser."""
    # A video of 300 s has more characters than an installation takes unless it is told to.
    os.environ |= {"LOG_LEVEL": "INFO", "OPENUSER_MAX_CHARACTERS": "2000"}
    with tempfile.TemporaryDirectory() as folder, Stack.running(Path(folder)) as stack:
        make_admin(stack)
        os.environ.update(stack.env)
        import django

        django.setup()
        with sync_playwright() as playwright:
            yield stack, playwright.chromium.launch(executable_path=chromium.find_or_install(), args=BROWSER_FLAGS)


def main() -> None:
    """Measure and print a line for each length."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with opened() as (stack, browser):
        page = browser.new_page(locale="zh-CN", viewport={"width": 390, "height": 844})
        wait_for(stack.is_up, "the web process")
        sign_in(page, stack)
        for number in range(2):
            measure(page, stack.url, script(8, 90 + number))
        for wish in sys.argv[1:] or DEFAULT:
            seconds, _, count = wish.partition("=")
            runs = [measure(page, stack.url, script(int(seconds), number)) for number in range(int(count or 20))]
            print(line(runs), flush=True)


def line(runs: list[Run]) -> str:
    firsts = sorted(run.first for run in runs)
    hundredths = quantiles(firsts, n=100, method="inclusive") if len(firsts) > 1 else firsts * 99
    length = sum(run.length for run in runs)
    return (
        f"{len(runs):>3} × {length / len(runs):5.1f} s: first picture p50 {hundredths[49]:.2f} s, "
        f"p95 {hundredths[94]:.2f} s; made in {sum(run.took for run in runs) / length:.2f} × its length, "
        f"{sum(run.cpu for run in runs) / length:.2f} CPU-s per second, studio {max(run.memory for run in runs):.0f} MB"
    )


if __name__ == "__main__":
    main()
