"""The cost of rendering, beside x264 alone and Wav2Lip's bare network: `python -m tests.benchmarks.render`.

Parts of it by name: `speed`, `videos`, `memory`, `text`, `loop`; without any, all of them in that order: about five
minutes on two idle cores. `--long 60 300` holds the memory of ten seconds against that of one and of five minutes, and
takes some minutes more. What else runs hardly changes CPU time; it does change seconds on the clock, so judge by those
on a quiet machine only. Each figure stands beside its goal.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from avatars.adapters.availability import installed
from avatars.ai_label.video_label import Mark
from avatars.engines.base import Mode, Picture, Shot
from avatars.engines.puppet.engine import Puppet
from avatars.media import ffmpeg
from avatars.pipeline.script_to_video import VideoSpec
from avatars.portraits import samples
from avatars.portraits.portrait_validation import load
from avatars.speech.base import Sound, Speech
from avatars.studio.studio import Studio
from tests.benchmarks.support.closed_loop import loop
from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.studio_threads import as_in_the_studio
from tests.support.paths import PHOTOGRAPH, ROOT

SYLLABLES = ("n", "i", "x", "a", "u", "w", "o", "ʂ", "ɨ", "m", "a", "p", "u")
BATCH = 8
LONG = 60.0
"""Of the closed loop; the issue's."""
PARTS = ("speed", "videos", "memory", "text", "loop")
TEXT = (
    "你好，欢迎加入我们公司。今天由我带你熟悉一下环境：先到人事部领取工牌，再去二楼参加入职培训，中午在食堂用餐。"
    "下午两点，部门经理会和你见面，介绍团队和工作安排。有任何问题，随时在企业微信里问我。"
)
FIRST = "早上好，请跟我来。"
SENTENCE = "你好，我是你的数字人助手，很高兴认识你。"


def speech(seconds: float) -> Speech:
    """A babble that keeps every part of the face busy."""
    sounds = tuple(
        Sound(symbol=SYLLABLES[i % len(SYLLABLES)], start=i * 0.11, end=(i + 1) * 0.11)
        for i in range(int(seconds / 0.11))
    )
    wave = 0.2 * np.sin(np.arange(int(seconds * 24_000), dtype=np.float32) * np.float32(0.05))
    return Speech(samples=wave, rate=24_000, sounds=sounds, tokens=())


def portraits() -> Iterator[tuple[str, Picture]]:
    """The photograph at 512 x 512, and a drawn face and the photograph at 720 x 1280."""
    photograph = load(PHOTOGRAPH)
    yield "photograph 512x512", np.ascontiguousarray(photograph[:512])
    yield (
        "drawn 720x1280",
        cv2.copyMakeBorder(samples.draw("xiao", height=960), 160, 160, 0, 0, cv2.BORDER_REPLICATE),
    )
    tall = cv2.resize(photograph, (720, 844), interpolation=cv2.INTER_CUBIC)
    yield "photograph 720x1280", cv2.copyMakeBorder(tall, 218, 218, 0, 0, cv2.BORDER_REPLICATE)


def speed(engine: Puppet) -> float:
    """CPU milliseconds per frame of every mode; returns those of the sharpest at 512 x 512."""
    first = 0.0
    for name, portrait in portraits():
        began = time.process_time()
        rig = engine.rig(portrait)
        print(f"\n{name}: rig {time.process_time() - began:.2f} CPU-s, eyes {rig.face.unit:.0f} px apart")
        for mode in Mode:
            shot = Shot(portrait=portrait, speech=speech(6.0), mode=mode)
            few = [frame.copy() for frame in islice(engine.animate(shot), 50)]
            began = time.process_time()
            for _frame in engine.animate(shot):
                pass
            spent = (time.process_time() - began) * 1000 / shot.frame_count
            alone = encoding(few)
            print(
                f"  {mode:24} {spent:5.1f} CPU-ms a frame = {1000 / spent:4.0f} fps a core;"
                f"  x264 alone {alone:5.1f} CPU-ms: {spent / alone:.1f} of it"
            )
            if mode is Mode.ENHANCED_TALKING_HEAD and not first:
                first = spent
                goal("frames a second a core at 512 x 512, sharpest mode", 1000 / spent, at_least=60)
    return first


def network(ours: float) -> None:
    """Wav2Lip's network on one thread of the same processor, and how many times as long it takes."""
    if not installed("torch"):
        print("\nWav2Lip's network: torch is not installed (requirements/gpu.txt), so there is nothing to compare with")
        return
    import torch

    from avatars.engines.wav2lip.network import Wav2Lip

    torch.set_num_threads(1)
    torch.manual_seed(1)
    net = Wav2Lip()
    count = sum(each.numel() for each in net.parameters())
    net.fold()
    mels, faces = torch.rand(BATCH, 1, 80, 16), torch.rand(BATCH, 6, 96, 96)
    with torch.inference_mode():
        net(mels, faces)
        began = time.process_time()
        for _ in range(4):
            net(mels, faces)
        spent = (time.process_time() - began) * 1000 / (4 * BATCH)
    print(
        f"\nWav2Lip's network ({count:,} random weights, batches of {BATCH}, 96x96, nothing pasted):"
        f" {spent:.1f} CPU-ms a frame = {spent / ours:.1f} times ours at 512x512"
    )
    goal("times as fast as that", spent / ours, at_least=5)


def videos(engine: Puppet) -> None:
    """Ten seconds from ready audio to an encoded video with its mark, on the clock."""
    for name, portrait in portraits():
        began, before = time.monotonic(), cpu()
        video(engine, portrait, 10.0)
        wall, spent = time.monotonic() - began, cpu() - before
        print(f"\n{name}: 10 s from ready audio, rig kept: {wall:.1f} s on the clock = RTF {wall / 10:.2f};", end=" ")
        print(f"{spent:.1f} CPU-s = RTF {spent / 10:.2f} on one core")
        goal("RTF on the clock", wall / 10, at_most=0.5 if "512" in name else 1.0)


def video(engine: Puppet, portrait: Picture, seconds: float) -> None:
    """Encode a video of the sharpest mode and throw it away."""
    shot = Shot(portrait=portrait, speech=speech(seconds))
    height, width = portrait.shape[:2]
    shape = ffmpeg.Shape(width=width, height=height, fps=25, frames=shot.frame_count, limit=10**9)
    with (
        tempfile.TemporaryDirectory() as folder,
        ffmpeg.FrameSink(Path(folder) / "video.mp4", shape, stamp=Mark(width, height).draw) as sink,
    ):
        for frame in engine.animate(shot):
            sink.write(frame)


def encoding(frames: list[Picture]) -> float:
    """CPU milliseconds per frame of the encoder alone, with the options of a video."""
    height, width = frames[0].shape[:2]
    shape = ffmpeg.Shape(width=width, height=height, fps=25, frames=len(frames), limit=10**9)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (
        tempfile.TemporaryDirectory() as folder,
        ffmpeg.FrameSink(Path(folder) / "video.mp4", shape, stamp=lambda _frame, _number: None) as sink,
    ):
        for frame in frames:
            sink.write(frame)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent * 1000 / len(frames)


def memory(long: list[float]) -> None:
    """Peak memory of a process that makes a video, of ten seconds and of each in `long`, at both sizes."""
    wanted = [(number, name) for number, (name, _portrait) in enumerate(portraits()) if number != 1]
    # Beside each other: what is looked at is no time.
    with ThreadPoolExecutor(len(wanted)) as both:
        peaks = list(both.map(lambda each: [peak(each[0], seconds) for seconds in (10.0, *long)], wanted))
    for (_number, name), (short, *longer) in zip(wanted, peaks, strict=True):
        print(f"\n{name}: peak {short:.0f} MB for 10 s")
        for seconds, most in zip(long, longer, strict=True):
            sound = (seconds - 10) * 24_000 * 4 / 2**20
            print(f"  {most:.0f} MB for {seconds:.0f} s; the longer speech itself is {sound:.0f} MB of that")
            goal("MB at most", most, at_most=600)
            goal("times as much for the long video, without its speech", (most - sound) / short, at_most=1.03)


def peak(number: int, seconds: float) -> float:
    """Megabytes that a fresh process needs at most to video so long."""
    command = [sys.executable, "-m", "tests.benchmarks.render", "one", str(number), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(done.stdout.split()[-1])


def one(number: int, seconds: float) -> None:
    """What `peak` runs."""
    video(Puppet(device="cpu"), list(portraits())[number][1], seconds)
    print(highest(os.getpid()))


def text() -> None:
    """From words to a finished, checked video, by a warm studio as a worker has it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # For the studio's child. What was spoken or drawn before must not be taken from a cache.
        os.environ |= {"DJANGO_SETTINGS_MODULE": "openuser.settings.embedded", "OPENUSER_VAR_DIR": str(folder / "var")}
        place = Studio()
        portrait = folder / "xiao.png"
        portrait.write_bytes(place.draw("xiao"))
        for label, words in (("first, cold", FIRST), ("one sentence", SENTENCE), ("a paragraph", TEXT)):
            number = label.replace(", ", "-").replace(" ", "-")
            script = VideoSpec(
                text=words, portrait=portrait, content_id=number, provider="benchmark", voice="zf_xiaobei"
            )
            began = time.monotonic()
            done = place.make_video(script, folder)
            wall = time.monotonic() - began
            spent = sum(timing.cpu for timing in done.timings)
            print(
                f"\nfrom text, {label}: {done.seconds:.1f} s of {done.width}x{done.height} in {wall:.1f} s"
                f" = RTF {wall / done.seconds:.2f}; {spent:.1f} CPU-s = RTF {spent / done.seconds / 2:.2f} on two cores"
            )
            if words is TEXT:
                goal("RTF on the clock", wall / done.seconds, at_most=0.8)
            elif "cold" not in label:
                goal("seconds on the clock, warm", wall, at_most=5)
        goal("MB at most in the studio's child", highest(place.pid), at_most=1.1 * 1024)
        place.close()


def highest(pid: int | None) -> float:
    """The most memory that a process ever had, in megabytes; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main() -> None:
    as_in_the_studio()
    if sys.argv[1:2] == ["one"]:
        one(int(sys.argv[2]), float(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description="What animating costs, beside its goals.")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which figures; without, all")
    parser.add_argument("--device", default="cpu", help="of `speed` and `videos`: cpu (OpenCV), torch, cuda")
    parser.add_argument(
        "--long", type=float, nargs="+", default=[LONG], help="seconds of the long videos whose memory is looked at"
    )
    wanted = parser.parse_args()
    load = os.getloadavg()[0]
    quiet = "" if load < 0.5 else ": NOT quiet, so mind the CPU time and not the clock"
    print(f"{os.cpu_count()} cores, {load:.1f} processes were running{quiet}")
    engine = Puppet(device=wanted.device)
    print(f"on {engine.device}")
    for part in wanted.parts or PARTS:
        print(f"\n== {part}", flush=True)
        began, before = time.monotonic(), cpu()
        if part == "speed":
            network(speed(engine))
        elif part == "videos":
            videos(engine)
        elif part == "memory":
            memory(wanted.long)
        else:
            {"text": text, "loop": loop}[part]()
        print(f"\n   ({part}: {time.monotonic() - began:.0f} s on the clock, {cpu() - before:.0f} CPU-s)", flush=True)


if __name__ == "__main__":
    main()
