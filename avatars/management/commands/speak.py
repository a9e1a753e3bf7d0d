"""`manage.py speak TEXT OUT.mp4`: words in, a talking video out; no rows, no database."""

import secrets
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from avatars import services
from avatars.exceptions import AvatarError, PortraitError
from avatars.framing.scene import LONGEST, Captions, Format, Logo, Scene
from avatars.pipeline.spec import FinishedVideo, VideoSpec, seed_of
from avatars.pipeline.stages import Stage
from avatars.reasons import video as video_reasons
from avatars.reasons.portrait import REMARKS, UNUSABLE

VOICES = {"zh": "zf_xiaobei", "en": "af_heart"}
VIDEOS = (".mp4", ".mov", ".webm", ".m4v")
FIRST_HAN = "\u2e80"


class Command(BaseCommand):
    """Videos a text with one of our characters or with a portrait of yours."""

    help = "Make a talking video of a text: an MP4 with the AI label, and its captions beside it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="what to say, Chinese, English or both")
        parser.add_argument("out", type=Path, help="the MP4 to write")
        shown = parser.add_mutually_exclusive_group()
        shown.add_argument(
            "--portrait",
            type=Path,
            help="a photograph or drawing of one face (JPEG, PNG, WebP), or a video of one person (MP4, MOV, WebM)",
        )
        shown.add_argument("--character", default="xiao", help="one of our own: xiao, ran, qing, ming")
        parser.add_argument("--face", type=int, help="which face of the portrait speaks; 0 is the largest")
        parser.add_argument("--voice", help="a voice of the speech engine; by the language of the text if not given")
        parser.add_argument("--speed", type=float, default=1.0, help="0.5 to 2, 1 is natural")
        parser.add_argument(
            "--mode", choices=[mode.value for mode in services.Mode], default=services.Mode.ENHANCED_TALKING_HEAD.value
        )
        parser.add_argument("--longest", type=int, default=LONGEST, help="the longer side in pixels at most")
        parser.add_argument("--format", choices=[shape.value for shape in Format], default=Format.AS_PORTRAIT.value)
        behind = parser.add_mutually_exclusive_group()
        behind.add_argument("--background-color", default="", help="behind the person, like #1f6feb")
        behind.add_argument("--background", type=Path, help="a picture behind the person (JPEG, PNG, WebP)")
        parser.add_argument(
            "--captions",
            choices=[way.value for way in Captions],
            default=Captions.OFF.value,
            help="the words in the picture; they are in an SRT file beside it in any case",
        )
        parser.add_argument("--logo", type=Path, help="a picture for the upper left corner (PNG, WebP)")
        parser.add_argument("--intro", type=Path, help="a clip for the beginning, at most 10 seconds")
        parser.add_argument("--outro", type=Path, help="a clip for the end, at most 10 seconds")
        parser.add_argument("--speech-engine", default=next(iter(settings.SPEECH_ENGINES)))
        parser.add_argument("--render-engine", default=next(iter(settings.RENDER_ENGINES)))
        parser.add_argument(
            "--device", default="", help="auto, cpu, torch (on the CPU), cuda or cuda:1; OPENUSER_DEVICE if not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"].absolute()
        if not out.parent.is_dir():
            raise CommandError(f"The folder {out.parent} does not exist.")
        started = time.monotonic()
        place = services.Studio({"OPENUSER_DEVICE": options["device"]} if options["device"] else None)
        try:
            with tempfile.TemporaryDirectory(dir=out.parent, prefix=".speak-") as folder:
                spec = self._spec(place, Path(folder), options)
                video = place.make_video(
                    spec,
                    Path(folder),
                    on_progress=self._report,
                    time_limit=settings.AVATARS["TIME_LIMIT"],
                    memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"],
                )
                video.captions.replace(out.with_suffix(".srt"))
                video.video.replace(out)
        except AvatarError as error:
            raise CommandError(f"{error} ({error.code})") from error
        except KeyboardInterrupt as stop:
            raise CommandError("Stopped; nothing was left behind.", returncode=130) from stop
        finally:
            place.close()
        self._sum_up(out, video, time.monotonic() - started)

    def _spec(self, place: services.Studio, folder: Path, options: dict[str, Any]) -> VideoSpec:
        given: Path | None = options["portrait"]
        video: Path | None = None
        if given is not None and given.suffix.lower() in VIDEOS:
            video = folder / "portrait.mp4"
            portrait = self._checked_video(place, given, video)
        elif given is None:
            portrait = folder / "portrait.png"
            portrait.write_bytes(place.draw(options["character"]))
        else:
            portrait = self._checked(place, given, folder, options["face"])
        content_id = secrets.token_hex(16)
        return VideoSpec(
            text=options["text"],
            portrait=portrait.absolute(),
            portrait_video=video.absolute() if video else None,
            content_id=content_id,
            seed=seed_of(content_id),
            provider=settings.AVATARS["AI_LABEL_PROVIDER"],
            voice=options["voice"] or VOICES["zh" if any(char >= FIRST_HAN for char in options["text"]) else "en"],
            speech_engine=options["speech_engine"],
            render_engine=options["render_engine"],
            speed=options["speed"],
            mode=options["mode"],
            longest=options["longest"],
            scene=Scene(
                format=Format(options["format"]),
                colour=options["background_color"],
                backdrop=options["background"].absolute() if options["background"] else None,
                captions=Captions(options["captions"]),
                logo=Logo(picture=options["logo"].absolute()) if options["logo"] else None,
                intro=options["intro"].absolute() if options["intro"] else None,
                outro=options["outro"].absolute() if options["outro"] else None,
            ),
        )

    def _checked(self, place: services.Studio, portrait: Path, folder: Path, face: int | None) -> Path:
        """The picture to animate: the file itself, or the kept crop of it. Prints the remarks of the admin."""
        try:
            examined, kept = place.check_portrait(services.read_picture(portrait), face=face)
        except PortraitError as error:
            raise CommandError(f"{UNUSABLE.get(error.code, error)} ({error.code})") from error
        if examined.flaw:
            raise CommandError(f"{UNUSABLE[examined.flaw]} ({examined.flaw})")
        for code in examined.remarks:
            self.stderr.write(f"{portrait.name}: {REMARKS[code]} ({code})")
        if not kept:
            return portrait
        upright = folder / "portrait.jpg"
        upright.write_bytes(kept)
        return upright

    def _checked_video(self, place: services.Studio, given: Path, kept: Path) -> Path:
        """The frame that stands for a portrait video; `kept` becomes the video. Prints remarks with their times."""
        try:
            examined = place.check_video(given, kept, on_progress=self._report)
        except (PortraitError, OSError) as error:
            code = error.code if isinstance(error, PortraitError) else "not_a_video"
            raise CommandError(f"{video_reasons.words(code)} ({code})") from error
        for each in (*examined.flaws, *examined.remarks):
            self.stderr.write(f"{given.name}: {video_reasons.told(each.code, each.begin, each.end)} ({each.code})")
        if examined.flaws:
            raise CommandError("The video cannot be used.")
        still = kept.with_suffix(".jpg")
        still.write_bytes(examined.still)
        return still

    def _report(self, stage: Stage, share: float) -> None:
        """One line per stage, rewritten on a terminal as it goes on."""
        live = self.stdout.isatty()
        if live or share >= 1:
            end = "\n" if share >= 1 else ""
            self.stdout.write(f"{chr(13) if live else ''}{stage.value:<10}{share:5.0%}{end}", ending="")
            self.stdout.flush()

    def _sum_up(self, out: Path, video: FinishedVideo, took: float) -> None:
        facts = f"{video.seconds:.1f} s, {video.width}×{video.height}, {video.size / 1e6:.2f} MB, made in {took:.1f} s"
        self.stdout.write(f"{out}: {facts}")
        spent = next(timing.wall for timing in video.timings if timing.stage is Stage.ANIMATING)
        if video.device:
            pace = f"{video.frames} frames in {spent:.1f} s, {video.frames / max(spent, 0.001):.1f} frames/s with H.264"
            self.stdout.write(f"rendered on {video.device}: {pace}")
