"""Words that the company says otherwise than the rules do: names, abbreviations, characters of several readings."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars.exceptions import ScriptError
from avatars.speech.text import pronunciations
from avatars.speech.text.pronunciations import Pronunciation
from avatars.speech.text.script import clean

WORDS = {
    "token_unusable": _("Write one word or name of at most 40 characters, without signs around it."),
    "reading_empty": _("Write how it is pronounced."),
    "reading_unusable": _("Write pinyin with tones (chóng qìng), IPA between strokes (/ˈoʊpən/) or words (we com)."),
    "pinyin_unknown": _("One of the syllables is no pinyin. Write like chóng qìng or chong2 qing4."),
    "ipa_unknown": _("One of the letters is no IPA that we can say. Write like /ˈoʊpən/."),
    "syllable_count": _("Write one syllable with its tone for each character."),
}


class LexiconQuerySet(models.QuerySet["LexiconEntry"]):
    def said_in(self, text: str) -> "tuple[Pronunciation, ...]":
        """The readings that a script may need: whether a token stands there as a word is for the engine to see."""
        written = clean(text).casefold()
        return tuple(entry.pronunciation for entry in self.order_by("token") if entry.token.casefold() in written)


class LexiconEntry(models.Model):
    """The reading of one word. It applies to whole words only; captions show the author's spelling."""

    token = models.CharField(
        _("word"),
        max_length=pronunciations.LONGEST_TOKEN,
        unique=True,
        help_text=_("The word as written: 单雄信, OA, WeCom."),
    )
    reading = models.CharField(
        _("reading"),
        max_length=pronunciations.LONGEST_READING,
        help_text=_(
            "Pinyin with tones (shàn xióng xìn), IPA between slashes (/ˈwiːkɒm/), or other words (we com, 欧诶)."
        ),
    )
    match_case = models.BooleanField(
        _("only in these capitals"), default=False, help_text=_("Distinguishes IT from it.")
    )
    notes = models.CharField(_("notes"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = LexiconQuerySet.as_manager()

    class Meta:
        verbose_name = _("lexicon entry")
        verbose_name_plural = _("lexicon")
        ordering = ("token",)

    def __str__(self) -> str:
        return f"{self.token} → {self.reading}"

    @property
    def pronunciation(self) -> Pronunciation:
        """As the speech engines take it."""
        return Pronunciation(token=self.token, reading=self.reading, match_case=self.match_case)

    def clean(self) -> None:
        try:
            pronunciations.check(self.token, self.reading)
        except ScriptError as error:
            raise ValidationError({error.field: ValidationError(WORDS[error.code], code=error.code)}) from error
