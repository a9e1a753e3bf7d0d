"""How long a text takes to become a film, and what each stage costs: `python -m tests.benchmarks.text_to_video`.

Seconds on the clock depend on what else runs; those of the CPU hardly do. "x264 alone" encodes the same frames again
from memory: the least that any renderer can cost.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from avatars import ffmpeg
from avatars.pipeline import Film, Script
from avatars.studio import Studio
from tests.avatars.test_ffmpeg import make_sound

SENTENCES = {
    "zh": ("zf_xiaobei", "你好，我是你的数字人助手，很高兴认识你。"),
    "en": ("af_heart", "Welcome to the company. I am your digital assistant."),
}


def make_script(language: str, portrait: Path, content_id: str) -> Script:
    voice, text = SENTENCES[language]
    return Script(text=text, voice=voice, portrait=portrait, content_id=content_id, provider="benchmark")


def timed(place: Studio, script: Script, folder: Path) -> tuple[Film, float]:
    began = time.monotonic()
    film = place.film(script, folder)
    return film, time.monotonic() - began


def encode_alone(film: Film, folder: Path) -> float:
    """CPU seconds of ffmpeg for the film's own frames, with sound, without mark."""
    frames = [frame.copy() for frame in ffmpeg.frames(film.video, (film.width, film.height))]
    shape = ffmpeg.Shape(width=film.width, height=film.height, fps=25, frames=film.frames, limit=10_000_000)
    sound = make_sound(folder / "sound.wav", film.seconds)
    before = os.times()
    with ffmpeg.FrameSink(folder / "alone.mp4", shape, sound=sound, stamp=lambda frame, number: None) as sink:
        for frame in frames:
            sink.write(frame)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def report(language: str, film: Film, cold: float, warm: float, alone: float) -> None:
    print(f"\n{language}: {film.seconds:.2f} s of {film.width}×{film.height}, {film.size / 1e6:.2f} MB")
    print(f"  text → MP4: cold {cold:.1f} s, warm {warm:.1f} s = {warm / film.seconds:.2f} × its length")
    for timing in film.timings:
        share = timing.cpu / film.seconds
        print(f"  {timing.stage.value:<10} {share:6.3f} CPU-s per second of video, {timing.wall:6.2f} s on the clock")
    total = sum(timing.cpu for timing in film.timings)
    print(f"  {'all':<10} {total / film.seconds:6.3f} CPU-s per second of video")
    filming = next(timing.cpu for timing in film.timings if timing.stage.value == "filming")
    per_frame = 1000 / film.frames
    print(f"  per frame: filming {filming * per_frame:.1f} CPU-ms, of which x264 alone {alone * per_frame:.1f} CPU-ms")


def main() -> None:
    """Both languages, each cold (a new child) and warm (the second film of that child)."""
    for language in sys.argv[1:] or SENTENCES:
        place = Studio()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            portrait = folder / "xiao.png"
            portrait.write_bytes(place.draw("xiao"))
            place.close()
            _, cold = timed(place, make_script(language, portrait, "cold"), folder)
            film, warm = timed(place, make_script(language, portrait, "warm"), folder)
            report(language, film, cold, warm, encode_alone(film, folder))
        place.close()


if __name__ == "__main__":
    main()
