"""SRT files: cues, their times and their line breaks."""

import re

import pytest

from avatars.captions.srt import LINE, srt
from avatars.speech.base import Token

TEXTS = [
    "你好，我是你的数字人助手，很高兴认识你。",
    "Welcome to the company. We make the paper, and you may put it in my box, if you have the time to do so.",
    "会议在2026年3月15日下午3:30开始，请打开 Excel 2024，费用共1,234.50元！好吗？“好的。”他说。",
    "😊 **第一项**\n- 第二项\n\nhttps://example.com/a/very/long/address/that/never/ends/and/goes/on/and/on 看这里",
    "没有标点的一个非常长的句子它一直说下去直到所有人都忘记了开头究竟在说什么为止",
]


def make_tokens(text: str) -> list[Token]:
    """Every Chinese character, word and number takes 0.2 s, with a pause after punctuation."""
    tokens, now = [], 0.1
    for match in re.finditer(r"[\u4e00-\u9fff]|[A-Za-z]+|\d[\d,.:]*\d|\d|[，。！？,.!?]", text):
        if match.group() in "，。！？,.!?":
            now += 0.3
            continue
        tokens.append(Token(offset=match.start(), length=len(match.group()), start=now, end=now + 0.2))
        now += 0.2
    return tokens


def parse(captions: str) -> list[tuple[int, float, float, list[str]]]:
    cues = []
    for block in captions.strip().split("\n\n"):
        number, times, *lines = block.splitlines()
        start, end = (seconds(clock) for clock in times.split(" --> "))
        cues.append((int(number), start, end, lines))
    return cues


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


@pytest.mark.parametrize("text", TEXTS)
def test_captions_show_every_word_of_the_author(text: str) -> None:
    shown = "".join("".join(lines) for *_, lines in parse(srt(text, make_tokens(text))))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("text", TEXTS)
def test_captions_follow_each_other_within_the_speech(text: str) -> None:
    tokens = make_tokens(text)
    cues = parse(srt(text, tokens))
    assert [number for number, *_ in cues] == list(range(1, len(cues) + 1))
    times = [time for _, start, end, _ in cues for time in (start, end)]
    assert times == sorted(times)
    assert all(start < end for _, start, end, _ in cues)
    assert times[0] >= tokens[0].start - 0.001
    assert times[-1] <= tokens[-1].end + 0.001


@pytest.mark.parametrize("text", TEXTS)
def test_captions_fit_a_line(text: str) -> None:
    for *_, lines in parse(srt(text, make_tokens(text))):
        for line in lines:
            wide = len(re.findall(r"[\u2e80-\uffef“”]", line))
            assert wide + (len(line) - wide) * LINE / 42 <= LINE + 1e-6


def test_captions_break_at_punctuation() -> None:
    lines = [line for *_, lines in parse(srt(TEXTS[0], make_tokens(TEXTS[0]))) for line in lines]
    assert lines == ["你好，我是你的数字人助手，", "很高兴认识你。"]


def test_a_number_is_never_torn() -> None:
    text = "会议室在很远很远的地方那里的电话号码是13800138000请你记下来"
    shown = [line for *_, lines in parse(srt(text, make_tokens(text))) for line in lines]
    assert any("13800138000" in line for line in shown)


def test_a_caption_appears_with_its_first_word() -> None:
    tokens = make_tokens(TEXTS[0])
    cues = parse(srt(TEXTS[0], tokens))
    first_of_second = next(token for token in tokens if TEXTS[0][token.offset] == "很")
    assert cues[1][1] == pytest.approx(first_of_second.start, abs=0.001)


@pytest.mark.parametrize("late", [3.2, 3725.0])
def test_captions_after_an_intro_keep_their_length(late: float) -> None:
    tokens = make_tokens(TEXTS[1])
    spoken = [(start + late, end + late) for _, start, end, _ in parse(srt(TEXTS[1], tokens))]
    shown = [(start, end) for _, start, end, _ in parse(srt(TEXTS[1], tokens, late=late))]
    assert len(shown) == 4
    assert shown == [pytest.approx(times, abs=0.0011) for times in spoken]


def test_a_silent_text_has_no_captions() -> None:
    assert srt("……", []) == ""
