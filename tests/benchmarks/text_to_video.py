"""Time and cost from a text to a video: `python -m tests.benchmarks.text_to_video [zh en]`.

Videos of one, three and ten new sentences, by a warm studio: each once drawn while it is spoken, and
once after all of it was, which is what the ratio compares. Seconds on the clock depend on what else runs; those of the
CPU hardly do, and the ratio little. "x264 alone" encodes the same frames again from memory: the least that any renderer
can cost.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from avatars.media import ffmpeg
from avatars.pipeline.script_to_video import FinishedVideo, VideoSpec
from avatars.pipeline.stages import Stage
from avatars.speech.base import Manner
from avatars.studio.studio import Studio

MEGABYTE = 1024 * 1024
COUNTS = (1, 3, 10)
PUPPET, WAITING = "puppet", "waiting"
SENTENCES = {
    "zh": (
        "zf_xiaobei",
        (
            "你好，我是你的数字人助手，很高兴认识你。",
            "今天的会议改到下午三点，地点在二楼会议室。",
            "请大家提前五分钟到场，并带上各自的周报。",
            "新的报销流程从下周一开始执行，请留意邮件。",
            "如果有不清楚的地方，可以随时在群里问我。",
            "食堂本周增加了两个窗口，排队会快一些。",
            "周五下午我们有一场消防演练，请不要使用电梯。",
            "新同事入职培训安排在月底，一共两天时间。",
            "请把门禁卡随身带好，丢失后要马上挂失。",
            "以上就是今天的全部通知，祝大家工作愉快！",
        ),
    ),
    "en": (
        "af_heart",
        (
            "Welcome to the company, I am your digital assistant.",
            "The meeting has moved to three o'clock in room two.",
            "Please arrive five minutes early and bring your report.",
            "The new expense process starts on Monday, so watch your mail.",
            "If anything is unclear, you can always ask me here.",
            "The canteen has opened two more counters this week.",
            "On Friday afternoon we have a fire drill, so use the stairs.",
            "Training for new colleagues is planned for the end of the month.",
            "Keep your badge with you and report it at once when it is lost.",
            "That is all for today, and have a pleasant afternoon!",
        ),
    ),
}


@dataclass
class Watch:
    """What is seen from outside while a video is made: when its first frame was drawn, and how much memory it took."""

    place: Studio
    began: float = field(default_factory=time.monotonic)
    first_frame: float = 0.0
    memory_mb: float = 0.0

    def note(self, stage: Stage, share: float) -> None:
        if not self.first_frame and stage is Stage.ANIMATING and share > 0:
            self.first_frame = time.monotonic() - self.began
        self.memory_mb = max(self.memory_mb, memory_mb(self.place.pid))


@dataclass(frozen=True, kw_only=True)
class Run:
    video: FinishedVideo
    seconds: float
    first_frame: float
    memory_mb: float

    @property
    def factor(self) -> float:
        return self.seconds / self.video.seconds


def memory_mb(pid: int | None) -> float:
    """Resident memory of a process and those that it started."""
    total = 0
    for entry in Path("/proc").iterdir() if pid is not None else ():
        try:
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == pid:
                total += int((entry / "statm").read_text(encoding="ascii").split()[1])
        except OSError:
            continue
    return total * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def make_spec(language: str, portrait: Path, count: int, **changes: str) -> VideoSpec:
    voice, sentences = SENTENCES[language]
    text = ("" if language == "zh" else " ").join(sentences[:count])
    name = f"{language}-{count}-{changes.get('render_engine', PUPPET)}"
    script = VideoSpec(text=text, voice=voice, portrait=portrait, content_id=name, provider="benchmark")
    return replace(script, manner=Manner(fresh=True), **changes)  # type: ignore[arg-type]


def timed(place: Studio, script: VideoSpec, folder: Path) -> Run:
    watch = Watch(place)
    video = place.make_video(script, folder, on_progress=watch.note)
    seconds = time.monotonic() - watch.began
    return Run(video=video, seconds=seconds, first_frame=watch.first_frame, memory_mb=watch.memory_mb)


def encode_alone(video: FinishedVideo, folder: Path) -> float:
    """CPU seconds of ffmpeg for the video's own frames, without mark and sound."""
    frames = [frame.copy() for frame in ffmpeg.frames(video.video, (video.width, video.height))]
    shape = ffmpeg.Shape(width=video.width, height=video.height, fps=25, frames=video.frames, limit=10_000_000)
    before = os.times()
    with ffmpeg.FrameSink(folder / "alone.mp4", shape, stamp=lambda frame, number: None) as sink:
        for frame in frames:
            sink.write(frame)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def report(count: int, streamed: Run, waited: Run) -> None:
    video = streamed.video
    print(
        f"  {count:>2} sentence(s), {video.seconds:5.1f} s: MP4 after {streamed.seconds:5.1f} s = "
        f"{streamed.factor:.2f} × its length, first frame after {streamed.first_frame:4.1f} s, "
        f"{streamed.memory_mb:.0f} MB; waiting for the speech {waited.seconds:5.1f} s = {waited.factor:.2f} ×, "
        f"first frame {waited.first_frame:4.1f} s; ratio {streamed.seconds / waited.seconds:.2f}"
    )


def report_stages(video: FinishedVideo, alone: float) -> None:
    """Speaking is what is waited for before the first frame; the rest of the speech is made while animating."""
    for timing in video.timings:
        share = timing.cpu / video.seconds
        print(f"  {timing.stage.value:<10} {share:6.3f} CPU-s per second of video, {timing.wall:6.2f} s on the clock")
    total = sum(timing.cpu for timing in video.timings)
    print(f"  {'all':<10} {total / video.seconds:6.3f} CPU-s per second of video")
    print(f"  x264 alone {1000 / video.frames * alone:.1f} CPU-ms per frame")


def main() -> None:
    """For each language: cold (a new child), then warm, of each length."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")
    os.environ["OPENUSER_RENDER_ENGINES"] = json.dumps({WAITING: {"class": "tests.benchmarks.support.waiting.Waiting"}})
    for language in sys.argv[1:] or SENTENCES:
        place = Studio()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            portrait = folder / "xiao.png"
            portrait.write_bytes(place.draw("xiao"))
            place.close()
            cold = timed(place, make_spec(language, portrait, 1), folder)
            timed(place, make_spec(language, portrait, 1, render_engine=WAITING), folder)
            size = f"{cold.video.width}×{cold.video.height}"
            print(f"\n{language}, {size}: cold, with its portrait's rig, {cold.seconds:.1f} s; warm:")
            for count in COUNTS:
                waited = timed(place, make_spec(language, portrait, count, render_engine=WAITING), folder)
                streamed = timed(place, make_spec(language, portrait, count), folder)
                report(count, streamed, waited)
            report_stages(streamed.video, encode_alone(streamed.video, folder))
        place.close()


if __name__ == "__main__":
    main()
