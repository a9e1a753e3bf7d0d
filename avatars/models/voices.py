"""Voices of digital humans, by speech engine."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Concat
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from avatars.speech.text.speaking_style import Mood

SAMPLES = {
    "zh": "你好，很高兴认识你。",
    "en": "Hello, nice to meet you.",
    "both": "你好！Nice to meet you.",
}


OURS = "kokoro"
"""The engine of the built-in voices, which are synthetic; voices of any other engine may be cloned from a person."""


def voice_identity(engine: str, key: str) -> str:
    """A voice by its engine and the engine's name for it."""
    return f"{engine}:{key}"


class SpokenMood(models.TextChoices):
    """The mood of sentences without a mark in the script."""

    NEUTRAL = Mood.NEUTRAL.value, _("neutral")
    WARM = Mood.WARM.value, _("warm")
    CHEERFUL = Mood.CHEERFUL.value, _("cheerful")
    SERIOUS = Mood.SERIOUS.value, _("serious")
    CALM = Mood.CALM.value, _("calm")
    SORRY = Mood.SORRY.value, _("sorry")
    CURIOUS = Mood.CURIOUS.value, _("curious")


class VoiceQuerySet(models.QuerySet["Voice"]):
    def synthetic(self) -> "VoiceQuerySet":
        """Voices that a statement about their present state declares synthetic."""
        identity = Concat(models.F("engine"), models.Value(":"), models.F("key"))
        return self.filter(statements__voice_key=identity, statements__withdrawn_at=None)

    def cloned(self) -> "VoiceQuerySet":
        """All others: the person must have consented."""
        return self.exclude(pk__in=Voice.objects.synthetic().values("pk"))


class Voice(models.Model):
    """A speaking voice of a speech engine."""

    class Gender(models.TextChoices):
        FEMALE = "female", _("female")
        MALE = "male", _("male")
        OTHER = "other", _("other")

    class Language(models.TextChoices):
        """The language that it speaks well; every voice can be given either."""

        CHINESE = "zh", _("Chinese")
        ENGLISH = "en", _("English")
        BOTH = "both", _("Chinese and English")

    class Origin(models.TextChoices):
        """Whether it is a real voice: the person must have consented to a clone, a synthetic one needs no consent."""

        CLONED = "cloned", _("cloned from a person")
        SYNTHETIC = "synthetic", _("synthetic or built in")

    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True, help_text=_("Name shown in English."))
    engine = models.CharField(_("speech engine"), max_length=40, default=OURS)
    key = models.CharField(
        _("engine's name for it"),
        max_length=200,
        help_text=_("A voice such as zf_xiaobei, or a blend such as 0.6*zf_xiaobei+0.4*af_heart."),
    )
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, default=Gender.OTHER)
    language = models.CharField(
        _("language"), max_length=4, choices=Language, default=Language.BOTH, help_text=_("Language it speaks best.")
    )
    mood = models.CharField(
        _("mood"),
        max_length=10,
        choices=SpokenMood,
        default=SpokenMood.NEUTRAL,
        db_default=SpokenMood.NEUTRAL,
        help_text=_("Of digital humans without a mood of their own."),
    )
    speed = models.FloatField(
        _("speaking speed"),
        default=1.0,
        db_default=1.0,
        validators=[MinValueValidator(0.6), MaxValueValidator(1.6)],
        help_text=_("Of digital humans without a speed of their own."),
    )
    notes = models.CharField(_("notes"), max_length=200, blank=True, help_text=_("Sound and suitable uses."))
    notes_en = models.CharField(
        _("notes in English"), max_length=200, blank=True, default="", db_default="", help_text=_("Shown in English.")
    )
    sample = models.CharField(
        _("sample text"), max_length=60, blank=True, help_text=_("Text of the voice sample; a greeting if empty.")
    )

    objects = VoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")

    def __str__(self) -> str:
        return self.name_en if _reads_english() and self.name_en else self.name

    @property
    def notes_shown(self) -> str:
        """The notes in the reader's language, if they are in both."""
        return self.notes_en if _reads_english() and self.notes_en else self.notes

    @property
    def identity(self) -> str:
        """The voice in a consent: exactly this one of its engine."""
        return voice_identity(self.engine, self.key)

    @property
    def origin(self) -> "Voice.Origin":
        """Synthetic while a statement about the voice as it is now is in force; else cloned."""
        holds = self.statements.filter(voice_key=self.identity, withdrawn_at=None)
        return self.Origin.SYNTHETIC if self.pk and holds.exists() else self.Origin.CLONED

    @property
    def sample_text(self) -> str:
        """The text of its audio sample."""
        return self.sample or SAMPLES[self.language]


def _reads_english() -> bool:
    return (translation.get_language() or "").startswith("en")
