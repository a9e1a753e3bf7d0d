"""A preview of a script's reading, before it is rendered."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from avatars.models import RenderTemplate, SpokenMood
from avatars.rendering import readings
from avatars.services.render_requests import check_script, names_in
from avatars.speech.text.lint import Code, Line, Lint, Reading, Remark, mark_remarks
from avatars.studio.interactive import interactive_studio

WORDS = {
    Code.UNKNOWN_WORD: (
        _("This word is unknown; its reading is guessed."),
        _("Listen to it, or give it a reading in the lexicon."),
    ),
    Code.POLYPHONE: (
        _("This character has several readings, and stands alone."),
        _("Where the reading below is wrong, put the word or name in the lexicon."),
    ),
    Code.LEFT_OUT: (_("This cannot be spoken and is left out."), _("Write it in Chinese or English words.")),
    Code.LINK: (_("A link is not read."), _("Say where to find it, or send it as text.")),
    Code.LONG_NUMBER: (
        _("This is read as one number."),
        _("Where it is a code, write blanks between its digits, or a word like 编号 or code before it."),
    ),
    Code.TWO_DATES: (
        _("This could be two dates, or a fraction."),
        _("Write the month as a word, or like 2026-03-04."),
    ),
    Code.LONG_SENTENCE: (_("This sentence is long; the voice takes breath somewhere in it."), _("Make two of it.")),
    Code.UNKNOWN_MARK: (
        _("This is no mark of a mood or pace, so it is spoken."),
        _("Moods: [warm] [cheerful] [serious] [calm] [sorry] [curious] [neutral]. Paces: [slow] [fast]."),
    ),
    Code.INNER_MARK: (
        _("A mark holds for the whole sentence it stands in."),
        _("Write it before the sentence."),
    ),
    Code.NOTHING_TO_SAY: (_("Nothing in this text can be spoken."), _("Write Chinese or English words or numbers.")),
}


@dataclass(frozen=True, kw_only=True)
class ScriptRemark:
    """A remark in the reader's language; `written` is its passage of the script."""

    code: str
    offset: int
    length: int
    written: str
    words: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class ScriptPreview:
    """A script as it will be read: its sentences, remarks, and its approximate seconds."""

    text: str
    lines: tuple[Line, ...]
    comments: tuple[ScriptRemark, ...]
    seconds: float

    @property
    def said(self) -> list[tuple[str, str]]:
        """Each sentence as it is spoken, and the mood and pace that its mark gives it, in the reader's language."""
        return [(line.spoken, _style_words(line)) for line in self.lines]


def _style_words(line: Line) -> str:
    mood = str(SpokenMood(line.mood).label) if line.mood != SpokenMood.NEUTRAL else ""
    return " ".join(part for part in (mood, f"× {line.pace:g}" if line.pace != 1 else "") if part)


def preview_script(
    text: str, *, template: RenderTemplate | None = None, names: Sequence[str] = (), most: int | None = None
) -> ScriptPreview:
    """The reading of a text by the present lexicon and names, with the names in a filled `template`.

    `names` are further ones; the text may have `most` characters, by default as many as the settings allow. The studio
    reads it, in a process of its own. Raises `ScriptError` for a text that cannot become a video.
    """
    text = check_script(text, most=most)
    wish = Reading(text=text, lexicon=readings.said_in(text, names=[*names_in(template, text), *names]))
    with interactive_studio() as reader:
        reading: Lint = reader.preview_script(wish, memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"])
    comments = tuple(_comment(text, remark) for remark in reading.remarks)
    return ScriptPreview(text=text, lines=reading.lines, comments=comments, seconds=reading.seconds)


def check_marks(text: str) -> list[ScriptRemark]:
    """Marks of moods and paces in a script that are none, or that stand elsewhere than before a sentence."""
    return [_comment(text, remark) for remark in mark_remarks(text)]


def _comment(text: str, remark: Remark) -> ScriptRemark:
    message, remedy = WORDS[remark.code]
    return ScriptRemark(
        code=remark.code.value,
        offset=remark.offset,
        length=remark.length,
        written=text[remark.offset : remark.offset + remark.length],
        words=str(message),
        remedy=str(remedy),
    )
