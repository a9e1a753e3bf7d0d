"""An example of OpenUser's command contract for engines: needs Pillow, and an ffmpeg by name.

    OPENUSER_RENDER_COMMAND='python3 example_renderer.py --ffmpeg ffmpeg'

It draws a mouth that opens as wide as the sound is loud. `--fault` makes it misbehave.
"""

import argparse
import array
import itertools
import json
import os
import subprocess
import sys
import time
import wave
from pathlib import Path

from PIL import Image, ImageDraw


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ffmpeg", default="ffmpeg")
    options.add_argument("--frames", action="store_true", help="PNG pictures instead of a video")
    options.add_argument("--fault", default="")
    chosen = options.parse_args()
    order = json.loads(sys.stdin.readline())
    misbehave(chosen.fault, order)
    loud = loudness(order["sound"], order["frames"], order["fps"])
    if chosen.fault == "short":
        loud = loud[: len(loud) // 2]
    if chosen.frames:
        for number, frame in enumerate(frames(order["portrait"], loud)):
            frame.save(Path(order["frames_folder"]) / f"{number:06d}.png")
        return
    size = f"{order['width']}x{order['height']}"
    if chosen.fault == "squeezed":
        size = "320x64"
    command = [chosen.ffmpeg, "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{order['width']}x{order['height']}", "-r", str(order["fps"]), "-i", "-"]
    command += ["-s", size, "-pix_fmt", "yuv420p", "-y", order["output"]]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        for number, frame in enumerate(frames(order["portrait"], loud)):
            encoder.stdin.write(frame.tobytes())
            print(json.dumps({"progress": (number + 1) / len(loud)}), flush=True)
    sys.exit(encoder.returncode)


def loudness(path, count, fps):
    """The loudest sample of each frame, 0..1."""
    with wave.open(path, "rb") as file:
        rate, samples = file.getframerate(), array.array("h", file.readframes(file.getnframes()))
    edges = [round(number * rate / fps) for number in range(count + 1)]
    pieces = (samples[start:end] for start, end in itertools.pairwise(edges))
    return [max((abs(sample) for sample in piece), default=0) / 32768 for piece in pieces]


def frames(portrait, loud):
    with Image.open(portrait) as picture:
        still = picture.convert("RGB")
    width, height = still.size
    for volume in loud:
        frame = still.copy()
        half = height * 0.08 * min(1.0, 2 * volume)
        box = [width * 0.42, height * 0.6 - half, width * 0.58, height * 0.6 + half]
        ImageDraw.Draw(frame).ellipse(box, fill=(70, 10, 20))
        yield frame


def misbehave(fault, order):
    if fault.isdigit():
        print("somebody's words", file=sys.stderr)
        sys.exit(int(fault))
    if fault == "hang":
        # What it started must end with it.
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(os.environ["PIDS"]).write_text(f"{os.getpid()} {child.pid}")
        time.sleep(600)
    if fault == "garbage":
        Path(order["output"]).write_bytes(b"<html>502 Bad Gateway</html>" * 100)
        sys.exit(0)
    if fault == "nothing":
        sys.exit(0)
    if fault == "secrets":
        Path(os.environ["SEEN"]).write_text(json.dumps(dict(os.environ)))
    if fault == "chatty":
        print("not json\n" + "x" * 200_000 + '\n{"progress": "far"}\n[1]\n{"progress": 7}')


if __name__ == "__main__":
    main()
