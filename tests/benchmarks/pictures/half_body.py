"""What hands cost: `python -m tests.benchmarks.pictures.half_body`.

Each half-body drawing is drawn twice at 720 × 1280 in the richest mode, with hands and without, frame by frame in turn,
so that both meet the same load. The script gestures for three quarters of its time. About a minute on an idle core.
"""

import time
from collections.abc import Iterator
from dataclasses import replace

from avatars.engines.base import Picture, Setup, StreamingEngine
from avatars.engines.puppet.engine import Puppet
from avatars.framing import composition
from avatars.framing.gestures.engine import gesturing
from avatars.framing.scene import Format, Scene
from avatars.portraits import shipped
from avatars.speech.base import Token
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.vision.acted_videos import chatter
from tests.benchmarks.support.studio_threads import as_in_the_studio

GOAL = 75.0
LETTER = 0.22
TEXT = (
    "大家好，欢迎加入公司。今天有三件事要说：第一，请完成资料登记；第二，领取你的电脑；第三，认识你的同事。"
    "你还有什么问题想要问我们吗？我们一起看一看。"
)


def said() -> SpeechStream:
    tokens = tuple(
        Token(offset=place, length=1, start=place * LETTER, end=(place + 1) * LETTER)
        for place, letter in enumerate(TEXT)
        if letter.isalnum()
    )
    return SpeechStream.of(replace(chatter(len(TEXT) * LETTER), tokens=tokens))


def spent(frames: Iterator[Picture]) -> float | None:
    """CPU milliseconds until the next frame; None after the last."""
    began = time.process_time()
    frame = next(frames, None)
    return None if frame is None else (time.process_time() - began) * 1000


def compare(name: str, plain: StreamingEngine) -> None:
    portrait = shipped.DATA / f"{name}.png"
    picture = composition.compose(portrait, Scene(format=Format.UPRIGHT), enhanced=True)
    setup, moving = Setup(portrait=picture, text=TEXT), gesturing(plain, portrait, None)
    assert isinstance(moving, StreamingEngine)
    both = [engine.follow(setup, said()) for engine in (plain, moving)]
    for frames in both:
        next(frames)  # the rig, and the layers of the figure
    sums, count = [0.0, 0.0], 0
    while None not in (times := [spent(frames) for frames in both]):
        sums, count = [total + (each or 0) for total, each in zip(sums, times, strict=True)], count + 1
    without, with_hands = (total / count for total in sums)
    rate = 1000 / with_hands
    print(
        f"{name}: {with_hands:.1f} CPU-ms a frame with hands, {without:.1f} without: {with_hands - without:+.2f};"
        f" {rate:.0f} fps a core (goal: {GOAL:.0f}): {'met' if rate >= GOAL else 'MISSED'}"
    )


def main() -> None:
    as_in_the_studio()
    engine = Puppet(device="cpu")
    for name in shipped.HALF_BODIES:
        compare(name, engine)


if __name__ == "__main__":
    main()
