"""CPU time of the built-in renderer for each mode beside x264 alone: `python -m tests.benchmarks.render`."""

import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from avatars import characters
from avatars.engines.base import Mode, Picture, Shot
from avatars.engines.puppet.engine import Puppet
from avatars.portrait import load
from avatars.speech.base import Sound, Speech

PHOTOGRAPH = Path(__file__).parents[1] / "data" / "grace_hopper.jpg"
SECONDS = 6.0
SYLLABLES = ("n", "i", "x", "a", "u", "w", "o", "ʂ", "ɨ", "m", "a", "p", "u")


def speech(seconds: float = SECONDS) -> Speech:
    """A babble that keeps every part of the face busy."""
    count = int(seconds / 0.11)
    sounds = tuple(
        Sound(symbol=SYLLABLES[i % len(SYLLABLES)], start=i * 0.11, end=(i + 1) * 0.11) for i in range(count)
    )
    wave = 0.2 * np.sin(np.arange(int(seconds * 24_000)) * 0.05)
    return Speech(samples=wave.astype(np.float32), rate=24_000, sounds=sounds, tokens=())


def portraits() -> Iterator[tuple[str, Picture]]:
    """The photograph at 512 x 512, and a drawn one 720 pixels high."""
    photograph = load(PHOTOGRAPH)
    yield "photograph 512x512", np.ascontiguousarray(photograph[:512])
    yield "drawn 540x720", characters.draw("xiao", height=720)
    tall = cv2.resize(photograph, (720, 844), interpolation=cv2.INTER_CUBIC)
    yield "photograph 720x1280", cv2.copyMakeBorder(tall, 218, 218, 0, 0, cv2.BORDER_REPLICATE)


def encoding(frames: list[Picture]) -> float:
    """CPU milliseconds per frame of x264 veryfast on one thread."""
    height, width = frames[0].shape[:2]
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"),
        *("-s", f"{width}x{height}", "-r", "25", "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"),
        *("-threads", "1", "-pix_fmt", "yuv420p", "-f", "null", "-"),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, input=b"".join(frame.tobytes() for frame in frames), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent * 1000 / len(frames)


def main() -> None:
    started = time.process_time()
    engine = Puppet()
    print(f"models loaded in {time.process_time() - started:.2f} CPU-s")
    for name, portrait in portraits():
        started = time.process_time()
        rig = engine.rig(portrait)
        print(f"\n{name}: rig {time.process_time() - started:.2f} CPU-s, eyes {rig.face.unit:.0f} px apart")
        for mode in Mode:
            shot = Shot(portrait=portrait, speech=speech(), mode=mode)
            started = time.process_time()
            count = sum(1 for _ in engine.animate(shot))
            spent = (time.process_time() - started) * 1000 / count
            few = [frame.copy() for frame in engine.animate(Shot(portrait=portrait, speech=speech(2.0), mode=mode))]
            print(f"  {mode:24} {spent:5.1f} CPU-ms/frame   x264 alone {encoding(few):5.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
