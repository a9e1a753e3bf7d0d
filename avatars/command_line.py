"""`openuser-human TEXT OUT.mp4`: a talking video without a project around it. Works on files, not on rows.

`manage.py speak` does the same with an installation's engines, in a child process that has limits.
"""

import os
import secrets
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from avatars import portrait_words
from avatars.engines.puppet.engine import Puppet
from avatars.exceptions import AvatarError
from avatars.framing.scene import LONGEST, Captions, Format, Scene
from avatars.pipeline import script_to_video
from avatars.pipeline.spec import FinishedVideo, VideoSpec, seed_of
from avatars.pipeline.stages import Stage
from avatars.portraits import portrait_validation, shipped
from avatars.speech.kokoro.engine import Kokoro

VOICES = {"zh": "zf_xiaobei", "en": "af_heart"}
FIRST_HAN = "\u2e80"


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the video; the exit status."""
    options = parser().parse_args(arguments)
    out: Path = options.out.absolute()
    try:
        if not out.parent.is_dir():
            raise FileNotFoundError(f"The folder {out.parent} does not exist.")
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".human-") as folder:
            video = made(options, Path(folder))
            video.captions.replace(out.with_suffix(".srt"))
            video.video.replace(out)
    except (AvatarError, OSError) as error:
        remedy = getattr(error, "remedy", "")
        print(f"openuser-human: {error}" + (f"\n  {remedy}" if remedy else ""), file=sys.stderr)
        return 1
    print(f"{out}: {video.seconds:.1f} s, {video.width}×{video.height}, {video.size / 1e6:.2f} MB")
    return 0


def parser() -> ArgumentParser:
    arguments = ArgumentParser(prog="openuser-human", description="Make a talking video of a text, with the AI label.")
    arguments.add_argument("text", help="what to say, Chinese, English or both")
    arguments.add_argument("out", type=Path, help="the MP4 to write; its captions come beside it, as an SRT file")
    shown = arguments.add_mutually_exclusive_group()
    shown.add_argument("--portrait", type=Path, help="a photograph or drawing of one face (JPEG, PNG, WebP)")
    shown.add_argument("--character", choices=shipped.HEADS, default="xiao", help="one of those that are built in")
    arguments.add_argument("--face", type=int, help="which face of the portrait speaks; 0 is the largest")
    arguments.add_argument("--voice", help="such as zf_xiaobei or af_heart; by the language of the text if not given")
    arguments.add_argument("--speed", type=float, default=1.0, help="0.5 to 2, 1 is natural")
    arguments.add_argument("--longest", type=int, default=LONGEST, help="the longer side in pixels at most")
    arguments.add_argument("--format", choices=[each.value for each in Format], default=Format.AS_PORTRAIT.value)
    arguments.add_argument("--captions", choices=[each.value for each in Captions], default=Captions.OFF.value)
    arguments.add_argument("--provider", default="OpenUser", help="whom the AI label names as the video's provider")
    arguments.add_argument("--device", default="auto", help="auto, cpu, torch (on the CPU), cuda or cuda:1")
    return arguments


def made(options: Namespace, folder: Path) -> FinishedVideo:
    """The video, in a folder. Raises as `script_to_video.make` does."""
    content_id = secrets.token_hex(16)
    spec = VideoSpec(
        text=options.text,
        portrait=portrait(options, folder),
        content_id=content_id,
        seed=seed_of(content_id),
        provider=options.provider,
        voice=options.voice or VOICES["zh" if any(char >= FIRST_HAN for char in options.text) else "en"],
        speed=options.speed,
        longest=options.longest,
        scene=Scene(format=Format(options.format), captions=Captions(options.captions)),
    )
    kept = cache_folder()
    speech, engine = Kokoro(cache_dir=kept / "speech"), Puppet(cache=kept, device=options.device)
    return script_to_video.make(spec, folder, speech=speech, engine=engine, progress=report)


def portrait(options: Namespace, folder: Path) -> Path:
    """The picture to animate. Prints remarks about a given one; raises `PortraitError`."""
    if options.portrait is None:
        picture = folder / "portrait.png"
        picture.write_bytes(shipped.png(options.character))
        return picture
    data = options.portrait.read_bytes()
    examined = portrait_validation.check(data, face=options.face)
    for code in examined.remarks:
        print(f"{options.portrait.name}: {portrait_words.REMARKS[code]}", file=sys.stderr)
    picture = folder / "portrait.jpg"
    picture.write_bytes(portrait_validation.kept(data, examined) or data)
    return picture


def cache_folder() -> Path:
    """The user's cache, as freedesktop.org names it."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "openuser-human"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def report(stage: Stage, share: float) -> None:
    """A line for each stage, rewritten on a terminal as it goes on."""
    live = sys.stderr.isatty()
    if live or share >= 1:
        ends = "\n" if share >= 1 else ""
        print(f"{chr(13) if live else ''}{stage.value:<10}{share:5.0%}", end=ends, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
