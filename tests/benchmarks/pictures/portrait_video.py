"""The memory and time of a portrait video: `python -m tests.benchmarks.pictures.portrait_video`.

A video of 20 seconds and one of 2 minutes are checked, and a sentence is drawn with each; about four minutes on two
idle cores. What is kept of a video for each frame are the points of its face, 6 KB, so the memory hardly grows.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ffmpeg as graph

from avatars.engines.base import Setup
from avatars.engines.puppet.engine import Puppet
from avatars.framing import portrait_video as composition
from avatars.framing.scene import Scene
from avatars.media import ffmpeg
from avatars.pipeline.setups import digest_of
from avatars.portraits import samples, video_file, video_validation
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.vision.acted_videos import Acting, chatter, record

LENGTHS = (21.0, 119.0)
MOST_GROWTH_MB = 100
SPOKEN = 10.0


def measure(path: Path) -> None:
    """Check a video and draw with it; print CPU seconds of the check, CPU milliseconds a frame, and MB at the peak."""
    with tempfile.TemporaryDirectory() as folder:
        cache, stored = Path(folder), Path(folder) / "stored.mp4"
        began = time.process_time()
        video_file.rewritten(path, stored)
        origin = digest_of(stored)
        video_validation.examine(stored, origin, cache_folder=cache)
        checked = time.process_time() - began
        kept = composition.StoredVideo(path=stored, origin=origin)
        picture, moving = composition.compose(kept, Scene(), enhanced=True, cache_folder=cache)
        engine, began = Puppet(device="cpu"), time.process_time()
        setup = Setup(portrait=picture, moving=moving, origin=origin)
        frames = sum(1 for _frame in engine.follow(setup, SpeechStream.of(chatter(SPOKEN))))
        drawn = (time.process_time() - began) * 1000 / frames
    print(checked, drawn, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", type=Path, help="measure this video in this process")
    wish = parser.parse_args()
    if wish.of:
        measure(wish.of)
        return
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        once = Path(folder) / "once.mp4"
        record(once, samples.draw("xiao", height=1280), Acting(seconds=10.0), Puppet(device="cpu"))
        for seconds in LENGTHS:
            path = Path(folder) / f"{seconds:.0f}.mp4"
            # Where it begins anew is a finding, which changes nothing here.
            ffmpeg.run(graph.input(str(once), stream_loop=-1).output(str(path), c="copy", t=seconds))
            command = [sys.executable, "-m", "tests.benchmarks.pictures.portrait_video", "--of", str(path)]
            answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
            checked, drawn, peak = (float(number) for number in answer[-3:])
            peaks.append(peak)
            print(
                f"{seconds:4.0f} s of video: checked in {checked:.0f} CPU-s, drawn in {drawn:.1f} CPU-ms a frame, "
                f"{peak:.0f} MB at the peak"
            )
    growth = peaks[-1] - peaks[0]
    print(f"growth {growth:.0f} MB (goal: at most {MOST_GROWTH_MB}): {'met' if growth <= MOST_GROWTH_MB else 'MISSED'}")


if __name__ == "__main__":
    main()
