"""The author's text made ready to be read: parts that are not speech are blanked out, sentences are told apart.

Everything here keeps the length of the text, so that an offset always means a place in the author's text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from avatars.speech.text.speaking_style import blanked

HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
_SIGNS = dict(zip("％＋＄＆’－−～", "%+$&'--~", strict=True))
_FOLD = str.maketrans({chr(code): chr(plain) for code, plain in _FULL_WIDTH.items()} | _SIGNS)
_BLANK = (
    re.compile(r"^[ \t]*(```|~~~).*$", re.M),
    re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"),
    re.compile(r"(?<=\])\([^)\n]*\)"),
    re.compile(r"</?[A-Za-z][^<>\n]{0,200}>"),
    re.compile(rf"(?:https?://|www\.)[^\s，。；！？、）》”\"<>{HAN}]+"),
    re.compile(r"^[ \t]*(?:#{1,6}|>+|[-*+•·])[ \t]+", re.M),
    re.compile(r"^[ \t]*[-*_=|: ]{3,}$", re.M),
    re.compile(r"[`\[\]_#\\]|\*+(?![\d ])|(?<![\d ])\*+|~~"),
    re.compile(
        "[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\u20e3\u200b-\u200f\ue000-\uf8ff]"
    ),
    re.compile("[\U0001f000-\U0001faff\U000e0000-\U000e0fff]|[\x00-\x08\x0b-\x1f\x7f]"),
)
_END = re.compile(rf"[。！？!?\n]+[”’」』）)\"]*|\.+(?=[\s”)\"]|$|[{HAN}])[”)\"]*")
_MAIL = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9.-]*")
_MONTH = re.compile(r"(?:^|\W)(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)$", re.I)
_ABBREVIATION = re.compile(
    r"(?:^|\W)(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|etc|e\.g|i\.e|no|inc|ltd|co|approx|fig|vol|ext|tel|dept|est|ave|blvd|[a-z])$",
    re.I,
)


class Language(StrEnum):
    CHINESE = "zh"
    ENGLISH = "en"


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence: `text` stands at `offset` in the script and is read as `language`."""

    offset: int
    text: str
    language: Language


def clean(text: str) -> str:
    """Return `text` at the same length with Markdown, links, tags, emoji and full-width letters out of the way.

    Digits of all scripts become ours, and marks of moods and paces are blank.
    """
    text = blanked(text)
    text = re.sub(r"\d", _digit, text.translate(_FOLD)).replace("\r", "\n")
    for pattern in _BLANK:
        text = pattern.sub(_spaces, text)
    return text.replace("|", ",")


def sentences(text: str) -> list[Sentence]:
    """Split cleaned text into sentences; blank ones are left out."""
    overall = language_of(text, fallback=Language.CHINESE)
    return [
        Sentence(offset=start, text=text[start:end], language=language_of(text[start:end], fallback=overall))
        for start, end in _spans(text)
        if text[start:end].strip()
    ]


def language_of(text: str, *, fallback: Language) -> Language:
    """Tell which language a piece is written in: Chinese where it has at least as many characters as Latin words.

    Letters and codes, as in B2B or iPhone15, occur in both, so that they decide nothing beside Chinese.
    """
    han = len(re.findall(f"[{HAN}]", text))
    words = [word for word in re.findall(rf"[{LATIN}\d]+", _MAIL.sub("", text)) if re.search(f"[{LATIN}]", word)]
    if not han and not words:
        return fallback
    plain = [word for word in words if len(word) > 1 and not word.isupper() and not re.search(r"\d", word)]
    return Language.CHINESE if han and han >= len(plain) else Language.ENGLISH


def _digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match.group()))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match.group().startswith(".") and _is_abbreviation(text, match):
            continue
        yield start, match.end()
        start = match.end()
    yield start, len(text)


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    rest, before = text[match.end() :].strip(" "), text[max(0, match.start() - 8) : match.start()]
    if rest[:1].isdigit() and _MONTH.search(before):
        return True
    return bool(rest[:1].strip()) and bool(_ABBREVIATION.search(before))


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match.group())
