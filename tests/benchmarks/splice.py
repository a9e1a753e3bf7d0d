"""Savings and quality of segmented videos: `python -m tests.benchmarks.splice [mode …]`.

A greeting by name before a minute that a hundred people share. Measured are a whole video and `SOME` segmented videos,
of which the first draws the minute; the hundred follow from that. A video whose speech is cached (all but the name) is
the harder comparison: speech is kept by sentences in any case. At the joint: how much the
two pictures beside it differ, compared with two consecutive pictures during silence elsewhere; the loudest sample
around it; and how much louder the name is than the rest, whole and joined.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PEOPLE = 100
NAMES = ("王芳", "李雷", "单雄信", "欧阳娜")
SOME = len(NAMES)
MODES = ("lipsync", "enhanced_talking_head")
RATE, FPS = 48_000, 25
AROUND = 0.02
BODY = (
    "欢迎你加入我们公司，我是你的数字人助手林晓。入职第一天，请先到一楼前台领取工牌和电脑，再到三楼人事部签合同。"
    "上午十点，我们在二楼会议室介绍公司的历史和各个部门。中午大家一起在食堂吃饭，刷工牌就可以，不用带现金。"
    "下午两点，你的导师会带你熟悉工位和常用的系统，请把邮箱、日历和考勤都登录一遍。"
    "报销、请假和用章都在企业微信的审批里提交，一般一个工作日之内会有结果。"
    "办公区不可以吸烟，最后离开的同事请关灯、关窗、锁门。遇到任何问题，都可以随时给我发消息，我会马上回答你。"
    "再次欢迎你，祝你在这里工作顺利，天天开心！"
)


def main(modes: Sequence[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")
    from avatars.framing.scene import Captions, Scene
    from avatars.pipeline.script_to_video import VideoSpec
    from avatars.portraits import shipped

    for mode in modes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            portrait = folder / "xiao.png"
            portrait.write_bytes(shipped.png("xiao"))
            plain = VideoSpec(
                text="",
                portrait=portrait,
                content_id="x",
                provider="benchmark",
                voice="zf_xiaobei",
                mode=mode,
                scene=Scene(captions=Captions.OFF),
            )
            compare(plain, folder)


def compare(plain, folder: Path) -> None:
    """Videos of one mode, whole and joined."""
    from avatars.media.file_cache import FileCache
    from avatars.pipeline import script_to_video, spoken_segments
    from avatars.speech.base import Manner
    from avatars.speech.synthesis import synthesizer
    from avatars.speech.synthesis.cache import SpeechCache
    from core.backends import backend

    kept, pieces = SpeechCache(folder / "speech"), FileCache(folder / "pieces")
    tools = {"speech": backend("SPEECH_ENGINES", "kokoro"), "engine": backend("RENDER_ENGINES", "puppet")}
    out = folder / "out"
    out.mkdir()

    def video(number: int, *, spliced: bool, fresh: bool = False):
        hello = f"你好，{NAMES[number]}！"
        script = replace(plain, text=hello + BODY, content_id=f"{spliced}-{fresh}-{number}", manner=Manner(fresh=fresh))
        script = replace(script, cuts=(len(hello),) if spliced else ())
        return script_to_video.make(script, out, segment_cache=pieces, speech_cache=kept, **tools)

    video(0, spliced=False)  # loads the models, draws the portrait's rig
    fresh, whole = video(0, spliced=False, fresh=True), video(1, spliced=False)
    joined = [video(number, spliced=True) for number in range(SOME)]
    hundred, engines = (of_all([each(one) for one in joined]) for each in (cost, engine_cost))
    others = ", ".join(f"{cost(one):.1f}" for one in joined[1:])
    print(f"\n{plain.mode}, {joined[0].width}×{joined[0].height}, {joined[0].seconds:.1f} s")
    print(f"  a whole video: {cost(fresh):.1f} CPU-s ({cost(whole):.1f} where its speech was said before)")
    print(f"  of pieces: {cost(joined[0]):.1f} CPU-s the first, then {others}")
    for words, all_of_them, one in (
        ("the engines alone, without the speech cache", engines, engine_cost(fresh)),
        ("the engines alone, said before", engines, engine_cost(whole)),
        ("everything, without the speech cache", hundred, cost(fresh)),
        ("everything, said before", hundred, cost(whole)),
    ):
        print(f"  {PEOPLE} people, {words}: {100 * all_of_them / (PEOPLE * one):.1f} % of whole videos")
    hello = f"你好，{NAMES[1]}！"
    said = spoken_segments.speak_segments(
        hello + BODY,
        (len(hello),),
        lambda text: synthesizer.parts(tools["speech"], text, voice=plain.voice, kept=kept),
        fps=FPS,
    )
    report_joint(whole, joined[1], round(said[0].speech.seconds * FPS))


def report_joint(whole, joined, joint: int) -> None:
    """What is seen and heard where the greeting ends."""
    from avatars.media import ffmpeg
    from avatars.speech.audio import mastering

    frames = (frame.copy() for frame in ffmpeg.frames(joined.video, (joined.width, joined.height)))
    pairs = [psnr(one, other) for one, other in pairwise(frames)]
    sound = ffmpeg.samples(joined.video, RATE)
    middle = round(joint / FPS * RATE)
    click = float(np.abs(sound[middle - round(AROUND * RATE) : middle + round(AROUND * RATE)]).max())
    print(
        f"  at the joint: {pairs[joint - 1]:.1f} dB between its pictures; between others that follow each other "
        f"{np.percentile(pairs, 5):.1f} to {np.percentile(pairs, 95):.1f} dB"
    )
    jumps = []
    for video in (whole, joined):
        heard = ffmpeg.samples(video.video, RATE)
        jumps.append(mastering.loudness(heard[:middle], RATE) - mastering.loudness(heard[middle:], RATE))
    print(
        f"  the name is {jumps[1]:+.2f} dB louder than the rest, {jumps[0]:+.2f} dB in the whole video; the loudest "
        f"sample within {AROUND * 1000:.0f} ms of the joint {20 * np.log10(max(click, 1e-6)):.0f} dBFS"
    )


def of_all(costs: list[float]) -> float:
    """Of all people, where these are of the first and some others."""
    return costs[0] + (PEOPLE - 1) * float(np.mean(costs[1:]))


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    error = float(np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2))
    return 10 * float(np.log10(255**2 / max(error, 1e-4)))


def cost(video) -> float:
    """Seconds of a processor."""
    return float(sum(timing.cpu for timing in video.timings))


def engine_cost(video) -> float:
    """Of them, those of speaking and drawing, the encoder's included."""
    return float(sum(timing.cpu for timing in video.timings if timing.stage.value in ("speaking", "filming")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modes", nargs="*", metavar="mode", help=f"a render mode; {' and '.join(MODES)} if left out")
    main(parser.parse_args().modes or MODES)
