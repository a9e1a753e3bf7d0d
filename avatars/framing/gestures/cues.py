"""The gestures of a script and their places: greetings wave, lists are counted, questions open the hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from avatars.portraits.half_body.poses import Arm

GREETINGS = re.compile(
    r"(?:[你您]|大家|各位|同事们|朋友们)们?好|(?:早上|上午|中午|下午|晚上)好|欢迎|再见|\b(?:hello|hi|welcome|goodbye|bye)\b"
    r"|\bgood (?:morning|afternoon|evening)\b",
    re.IGNORECASE,
)
LISTS = (
    (Arm.ONE, re.compile(r"第一|首先|其一|一是|\bfirst(?:ly)?\b", re.IGNORECASE)),
    (Arm.TWO, re.compile(r"第二|其次|其二|二是|\bsecond(?:ly)?\b", re.IGNORECASE)),
    (Arm.THREE, re.compile(r"第三|其三|三是|\bthird(?:ly)?\b", re.IGNORECASE)),
)
QUESTION = re.compile(r"[^。！？!?.;；\n]+[?？]")
LATIN, HAN = 0.33, 1.0
"""The spoken length of a letter and of a Chinese character, in Chinese characters."""
ROOM = 9.0
"""Chinese characters of speech that must follow a gesture: fewer would be over before the hand is down again."""
BEFORE_END = 11.0
"""Chinese characters before its end at which a question opens the hand, if it is that long."""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A gesture of the arm from the word at a place of the script on."""

    offset: int
    arm: Arm


def cues(text: str) -> list[Cue]:
    """The gestures of a script in order, each with room for it; at most one for each place."""
    by_offset = {cue.offset: cue for cue in (*_questions(text), *_greetings(text), *_list(text))}
    return [by_offset[offset] for offset in sorted(by_offset) if _length(text[offset:]) >= ROOM]


def _greetings(text: str) -> Iterator[Cue]:
    """A greeting at the beginning: to wave at each of them looks busy."""
    places = [match.start() for match in GREETINGS.finditer(text)]
    if places and _length(text[: places[0]]) < ROOM:
        yield Cue(offset=places[0], arm=Arm.OPEN)


def _list(text: str) -> Iterator[Cue]:
    """Counted from one, in order: a first day is no list."""
    begin = 0
    counted = []
    for arm, pattern in LISTS:
        match = pattern.search(text, begin)
        if match is None:
            break
        counted.append(Cue(offset=match.start(), arm=arm))
        begin = match.end()
    if len(counted) > 1:
        yield from counted


def _questions(text: str) -> Iterator[Cue]:
    for match in QUESTION.finditer(text):
        begin, end = match.span()
        while begin < end and _length(text[begin:end]) > BEFORE_END:
            begin += 1
        # Not in the middle of a word.
        while begin < end and text[begin - 1 : begin].isascii() and text[begin - 1 : begin].isalnum():
            begin += 1
        while begin < end and not text[begin].isalnum():
            begin += 1
        yield Cue(offset=begin, arm=Arm.ASK)


def _length(text: str) -> float:
    return sum(LATIN if ord(char) < 0x2E80 else HAN for char in text if not char.isspace())
