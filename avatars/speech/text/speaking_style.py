"""The style of sentences: marks in the script such as [cheerful] or [慢], and the mood that their words suggest.

A mark stands before its sentence and holds for that sentence alone. Marks are never spoken and never shown.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Mood(StrEnum):
    NEUTRAL = "neutral"
    WARM = "warm"
    CHEERFUL = "cheerful"
    SERIOUS = "serious"
    CALM = "calm"
    SORRY = "sorry"
    CURIOUS = "curious"


@dataclass(frozen=True, kw_only=True)
class Prosody:
    """The changes that a mood makes: a factor of the pace, shares of the pitch and of its range, decibels of
    loudness."""

    tempo: float = 1.0
    pitch: float = 0.0
    range: float = 0.0
    gain: float = 0.0


PROSODY = {
    Mood.NEUTRAL: Prosody(),
    Mood.WARM: Prosody(tempo=0.96, pitch=-0.02, range=0.10, gain=-0.8),
    Mood.CHEERFUL: Prosody(tempo=1.05, pitch=0.07, range=0.30, gain=1.0),
    Mood.SERIOUS: Prosody(tempo=0.93, pitch=-0.06, range=-0.20, gain=0.3),
    Mood.CALM: Prosody(tempo=0.88, pitch=-0.03, range=-0.20, gain=-1.8),
    Mood.SORRY: Prosody(tempo=0.90, pitch=-0.05, range=-0.15, gain=-1.5),
    Mood.CURIOUS: Prosody(pitch=0.03, range=0.20),
}
"""`python -m tests.benchmarks.speech moods` measures them. A much narrower range would blur Chinese tones."""

SLOWEST, FASTEST = 0.5, 2.0  # times the usual tempo, as the engines allow
_MOOD_WORDS = {
    Mood.NEUTRAL: "neutral 自然 中性",
    Mood.WARM: "warm friendly 温暖 亲切",
    Mood.CHEERFUL: "cheerful happy 欢快 高兴 开心",
    Mood.SERIOUS: "serious 严肃 认真",
    Mood.CALM: "calm 平静 平和",
    Mood.SORRY: "sorry 抱歉 歉意",
    Mood.CURIOUS: "curious 好奇 疑问",
}
_PACE_WORDS = {0.7: "very-slow 很慢", 0.85: "slow 慢", 1.0: "normal 正常", 1.15: "fast 快", 1.3: "very-fast 很快"}
MOODS = {word: mood for mood, words in _MOOD_WORDS.items() for word in words.split()}
PACES = {word: pace for pace, words in _PACE_WORDS.items() for word in words.split()}

_MARK = re.compile(r"[\[【［]([^\[\]【】［］\n]{1,40})[\]】］]")
_APART = re.compile(r"[\s,，、;；]+")
_LIKE_A_MARK = re.compile(r"[\[［]\s*([A-Za-z]{3,16}|[\u4e00-\u9fff]{1,4})\s*[\]］](?!\()")
_APOLOGY = re.compile(r"对不起|抱歉|不好意思|很遗憾|\b(?:sorry|apologi[sz]e|apolog(?:y|ies)|unfortunately)\b", re.I)
_WARNING = re.compile(
    "警告|注意|危险|严禁|禁止|不得|切勿|请勿|务必|紧急|立即|必须|事故|火灾|撤离"
    r"|\b(?:warning|danger(?:ous)?|urgent|must|never|do not|don't|immediately|emergency|evacuate)\b",
    re.I,
)
_GREETING = re.compile(
    r"\W*(?:[\u4e00-\u9fff]{0,6}(?:你好|您好|大家好|早上好|上午好|下午好|晚上好)|欢迎|祝"
    r"|(?:hello|hi|hey|welcome|good (?:morning|afternoon|evening)|happy)\b)",
    re.I,
)
_LAST_MARK = re.compile(r"([?？!！])[\s”’」』）)\"]*$")


@dataclass(frozen=True, kw_only=True)
class Style:
    """The mood of a sentence, and its pace as a factor."""

    mood: Mood = Mood.NEUTRAL
    pace: float = 1.0

    @property
    def prosody(self) -> Prosody:
        """The prosody of the mood at this pace."""
        known = PROSODY[self.mood]
        return replace(known, tempo=known.tempo * self.pace)

    def speed(self, usual: float) -> float:
        """The speed of an engine that speaks so fast by default."""
        return min(FASTEST, max(SLOWEST, round(usual * self.prosody.tempo, 4)))


PLAIN = Style()


@dataclass(frozen=True, kw_only=True)
class StyleMark:
    """A mark at `offset`, `length` characters long; None where it says nothing of the mood or of the pace."""

    offset: int
    length: int
    mood: Mood | None = None
    pace: float | None = None


def marks(text: str) -> Iterator[StyleMark]:
    """The marks in a script, in order."""
    for match in _MARK.finditer(text):
        words = _words(match[1])
        if words and all(word in MOODS or word in PACES for word in words):
            moods = [MOODS[word] for word in words if word in MOODS]
            paces = [PACES[word] for word in words if word in PACES]
            yield StyleMark(
                offset=match.start(),
                length=len(match[0]),
                mood=moods[-1] if moods else None,
                pace=paces[-1] if paces else None,
            )


def blanked(text: str) -> str:
    """The script at the same length with blanks in the place of its marks."""
    # Brackets in brackets become marks only once the inner ones are gone.
    while left := list(marks(text)):
        for mark in left:
            text = text[: mark.offset] + " " * mark.length + text[mark.offset + mark.length :]
    return text


def without_marks(text: str) -> str:
    """The script as people read it."""
    parts, reached = [], 0
    for mark in marks(text):
        parts.append(text[reached : mark.offset])
        rest = text[mark.offset + mark.length :]
        reached = mark.offset + mark.length + len(rest) - len(rest.lstrip(" \t"))
    return without_marks("".join([*parts, text[reached:]]).strip()) if reached else text


def unknown_marks(text: str) -> Iterator[tuple[int, int]]:
    """Place and length of each apparent mark before a sentence that is none."""
    known = {mark.offset for mark in marks(text)}
    for match in _LIKE_A_MARK.finditer(text):
        if match.start() not in known and _begins_sentence(text[: match.start()]):
            yield match.start(), len(match[0])


def inner_marks(text: str) -> Iterator[StyleMark]:
    """Marks inside or after a sentence, for which they hold all the same."""
    before = blanked(text)
    return (mark for mark in marks(text) if not _begins_sentence(before[: mark.offset]))


def styles(
    text: str, ends: Sequence[int], sentences: Sequence[str], *, mood: Mood = Mood.NEUTRAL, automatic: bool = False
) -> list[Style]:
    """The style of each sentence of a script, which end at these places. `mood` is for sentences without a mark, unless
    their words suggest one and it is `automatic`."""
    left = list(marks(text))
    spans = []
    for end, sentence in zip(ends, sentences, strict=True):
        suggested = suggested_mood(sentence) if automatic else None
        style = Style(mood=suggested or mood)
        while left and left[0].offset < end:
            mark = left.pop(0)
            style = Style(
                mood=style.mood if mark.mood is None else mark.mood,
                pace=style.pace if mark.pace is None else mark.pace,
            )
        spans.append(style)
    return spans


def suggested_mood(sentence: str) -> Mood | None:
    """The mood that its words and its last mark suggest."""
    if _APOLOGY.search(sentence):
        return Mood.SORRY
    last = _LAST_MARK.search(sentence)
    if _WARNING.search(sentence):
        return Mood.SERIOUS if last and last[1] in "!！" else None
    if _GREETING.match(sentence):
        return Mood.WARM
    if last is None:
        return None
    return Mood.CURIOUS if last[1] in "?？" else Mood.CHEERFUL


def _words(inner: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", inner).casefold().strip()
    return [word for word in _APART.split(re.sub(r"\bvery\s+", "very-", plain)) if word]


def _begins_sentence(before: str) -> bool:
    return not before.strip() or before.rstrip(" \t")[-1] in '。！？!?.…\n”’」』）)"]】］'
