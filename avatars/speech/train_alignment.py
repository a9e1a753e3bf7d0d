"""Measures how sounds sound, on our own voices: `python -m avatars.speech.train_alignment` writes `data/phones.npz`.

Needs some minutes. Says too how well voices are aligned that the model never heard.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.speech.alignment import MODEL, Acoustics, align
from avatars.speech.alignment.classes import COUNT, class_of
from avatars.speech.alignment.features import DIMENSIONS, FRAME_SECONDS, Floats, features
from avatars.speech.base import Sound, Speech

CHINESE = (
    "今天的会议改到下午三点，请大家准时参加。",
    "公司为每位员工准备了一份节日礼物，欢迎到前台领取。",
    "如果您想请年假，先在系统里填写申请，再等主管批准。",
    "春天来了，公园里的桃花和樱花都开得很漂亮。",
    "这套软件可以把文字变成会说话的视频，用起来非常方便。",
    "请注意保护客户的隐私，不要把密码告诉别人。",
    "我们的食堂星期五供应牛肉面、水饺和绿豆汤。",
    "他昨天从上海坐飞机到广州，路上只花了两个小时。",
    "儿子学会了骑自行车，女儿喜欢弹钢琴。",
    "出门在外，要多喝水，按时吃饭，早点睡觉。",
)
ENGLISH = (
    "Please join the meeting at three o'clock this afternoon.",
    "Every employee can pick up a small gift at the front desk before Friday.",
    "If you would like to take leave, fill in the form and wait for approval.",
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "Our new service turns written words into videos that speak and smile.",
    "She sells fresh vegetables, cheese and bread in the village market.",
    "Could you show me the way to the nearest railway station?",
    "The weather has been unusually warm, though it may rain tomorrow.",
    "We value honesty, patience and a good sense of humour.",
    "They watched the children play football under the blue sky.",
)
# Who reads them: voices that are far apart.
VOICES = {
    **dict.fromkeys(("zm_yunjian", "zf_xiaoyi", "zf_xiaobei", "zm_yunxi"), CHINESE),
    **dict.fromkeys(("am_michael", "af_heart"), ENGLISH),
}
# Frames of the mean of all classes that are added to each: it draws rare classes towards that mean.
FEW = 20.0
RIDGE = 0.02  # added to each variance, so that rare sounds have an inverse


@dataclass(frozen=True, kw_only=True)
class Errors:
    """The errors of beginnings of sounds: the median in milliseconds, and the share within 50 ms."""

    median: float
    within: float


def measure(speeches: Iterable[Speech]) -> Acoustics:
    """The model of some speeches whose times are known."""
    rows: list[Floats] = []
    kinds: list[NDArray[np.int64]] = []
    for speech in speeches:
        heard = features(speech.samples, speech.rate)
        rows.append(heard)
        kinds.append(_labels(speech.sounds, len(heard)))
    every, kind = np.concatenate(rows), np.concatenate(kinds)
    overall = every.mean(axis=0)
    means = np.stack([_mean(every[kind == number], overall) for number in range(COUNT)])
    spread = every - means[kind]
    covariance = spread.T @ spread / len(every) + RIDGE * np.eye(DIMENSIONS)
    weights: Floats = np.asarray(np.linalg.solve(covariance, means.T), np.float64)
    return Acoustics(weights=weights, offsets=-0.5 * np.einsum("kd,dk->k", means, weights))


def errors(acoustics: Acoustics, speeches: Iterable[Speech]) -> Errors:
    """The distances of the model's beginnings of sounds from the synthesiser's own."""
    off: list[float] = []
    for speech in speeches:
        sounds = [sound for sound in speech.sounds if class_of(sound.symbol)]
        spans = align(speech.samples, speech.rate, _symbols(speech.sounds), acoustics=acoustics)
        off += [abs(span.start - sound.start) * 1000 for span, sound in zip(spans, sounds, strict=True)]
    return Errors(median=float(np.median(off)), within=float(np.mean(np.array(off) <= 50)))


def _symbols(sounds: Sequence[Sound]) -> list[str]:
    return [sound.symbol or " " for sound in sounds]


def _labels(sounds: Sequence[Sound], count: int) -> NDArray[np.int64]:
    kinds = np.zeros(count, np.int64)
    for sound in sounds:
        first, last = round(sound.start / FRAME_SECONDS), round(sound.end / FRAME_SECONDS)
        kinds[first:last] = class_of(sound.symbol)
    return kinds


def _mean(rows: Floats, overall: Floats) -> Floats:
    return np.asarray((rows.sum(axis=0) + FEW * overall) / (len(rows) + FEW))


def save(acoustics: Acoustics, path: Path = MODEL) -> None:
    """Write a model."""
    np.savez_compressed(
        path, weights=acoustics.weights.astype(np.float32), offsets=acoustics.offsets.astype(np.float32)
    )


def main() -> None:
    """Speak, measure, say how well each voice is aligned by a model of the others, and write the model of all."""
    from avatars.speech.kokoro.engine import Kokoro

    kokoro = Kokoro()
    heard = {voice: [kokoro.speak(text, voice=voice) for text in texts] for voice, texts in VOICES.items()}
    for voice, speeches in heard.items():
        others = measure(speech for other, spoken in heard.items() if other != voice for speech in spoken)
        measured = errors(others, speeches)
        print(f"{voice}: {measured.median:.0f} ms, {measured.within:.0%} within 50 ms")
    save(measure(speech for spoken in heard.values() for speech in spoken))


if __name__ == "__main__":
    main()
