"""Presentations: scenes with slides that a digital human speaks beside, page by page."""

from copy import copy

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars import validators
from avatars.framing.scene import Format
from avatars.models.humans import CaptionStyle, DigitalHuman, VideoFormat, scenery_name
from avatars.models.pictures import PictureField
from avatars.models.renders import Render
from avatars.models.templates import Variable
from avatars.models.voices import Voice
from avatars.scenes.spec import ACCENT, COLOUR, Layout


class SceneLayout(models.TextChoices):
    """The place of the digital human in a scene."""

    HUMAN = Layout.HUMAN.value, _("digital human alone")
    HUMAN_RIGHT = Layout.HUMAN_RIGHT.value, _("slide, digital human on the right")
    HUMAN_LEFT = Layout.HUMAN_LEFT.value, _("slide, digital human on the left")
    CORNER = Layout.CORNER.value, _("slide, digital human in the corner")
    DIALOGUE = Layout.DIALOGUE.value, _("two digital humans")
    DIALOGUE_SLIDE = Layout.DIALOGUE_SLIDE.value, _("slide, two digital humans")


class CaptionLanguages(models.TextChoices):
    SPOKEN = "spoken", _("spoken language")
    BOTH = "both", _("both languages")


class Presentation(models.Model):
    """A video of scenes (演示视频): its pictures and scripts. Each request for it freezes it into a render."""

    class Shape(models.TextChoices):
        WIDE = Format.WIDE.value, VideoFormat.WIDE.label
        UPRIGHT = Format.UPRIGHT.value, VideoFormat.UPRIGHT.label
        SQUARE = Format.SQUARE.value, VideoFormat.SQUARE.label

    name = models.CharField(
        _("name"), max_length=60, unique=True, help_text=_("For example “Training for new colleagues”.")
    )
    digital_human = models.ForeignKey(
        DigitalHuman, models.PROTECT, related_name="presentations", verbose_name=_("digital human")
    )
    partner = models.ForeignKey(
        DigitalHuman,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="partner_presentations",
        verbose_name=_("second digital human"),
        help_text=_("For dialogues: it speaks the lines of the scripts that begin with “B:”."),
    )
    format = models.CharField(_("format"), max_length=10, choices=Shape, default=Shape.WIDE)
    captions = models.CharField(
        _("captions in the picture"), max_length=10, choices=CaptionStyle, default=CaptionStyle.PLAIN
    )
    caption_languages = models.CharField(
        _("languages of the captions"),
        max_length=6,
        choices=CaptionLanguages,
        default=CaptionLanguages.SPOKEN,
        db_default=CaptionLanguages.SPOKEN,
        help_text=_(
            "Both: a second line in the picture, and a second file of captions. Every scene needs both scripts."
        ),
    )
    background_color = models.CharField(
        _("background colour"),
        max_length=7,
        default=COLOUR,
        validators=[validators.check_colour],
        help_text=_("Behind the slide and the digital human, such as #eef1f6."),
    )
    accent_color = models.CharField(
        _("accent colour"),
        max_length=7,
        default=ACCENT,
        validators=[validators.check_colour],
        help_text=_("Colour of the pointer and of the lower third, such as #1f6feb."),
    )
    logo = PictureField(
        _("logo"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(["png", "webp"]), validators.check_logo],
        help_text=_("Replaces the digital human's logo, in the same corner and size: PNG or WebP up to 10 MB."),
    )
    music = models.FileField(
        _("music"),
        upload_to=scenery_name,
        blank=True,
        default="",
        db_default="",
        validators=[FileExtensionValidator(validators.MUSIC), validators.check_music],
        help_text=_("Heard under the speech, 12 dB quieter while it lasts: MP3, M4A, WAV or OGG up to 30 MB."),
    )
    translation_voice = models.ForeignKey(
        Voice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="translated_presentations",
        verbose_name=_("voice in the second language"),
        help_text=_("Leave it empty for the digital human's voice."),
    )
    translation_partner_voice = models.ForeignKey(
        Voice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="translated_dialogues",
        verbose_name=_("second digital human's voice in the second language"),
        help_text=_("Leave it empty for the digital human's voice."),
    )
    renders = models.ManyToManyField(Render, related_name="presentations", blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("presentation")
        verbose_name_plural = _("presentations")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def has_both_captions(self) -> bool:
        """Whether its videos have captions in both languages."""
        return self.caption_languages == CaptionLanguages.BOTH

    def dressed(self, *, translated: bool = False) -> DigitalHuman:
        """Its digital human as it looks and sounds in this presentation: a copy that is never saved."""
        human = _heard_as(self.digital_human, self.translation_voice if translated else None)
        human.format, human.captions = self.format, self.captions
        if self.logo:
            human.logo = self.logo
        return human

    def dressed_partner(self, *, translated: bool = False) -> DigitalHuman | None:
        """The second digital human as it sounds in this presentation: a copy that is never saved."""
        voice = self.translation_partner_voice if translated else None
        return _heard_as(self.partner, voice) if self.partner else None


class PresentationScene(models.Model):
    """One scene of a presentation (场景): a layout, a slide and the script beside it."""

    presentation = models.ForeignKey(
        Presentation, models.CASCADE, related_name="scenes", verbose_name=_("presentation")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    layout = models.CharField(_("layout"), max_length=16, choices=SceneLayout, default=SceneLayout.HUMAN_RIGHT)
    slide = PictureField(
        _("slide"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"]), validators.check_slide],
        help_text=_("Picture or screenshot: JPEG, PNG or WebP up to 10 MB."),
    )
    script = models.TextField(
        _("script"),
        blank=True,
        help_text=_(
            "What is said in this scene. [point 1] shows the first point of the slide from there on. In dialogues, "
            "begin lines with “A:” or “B:”. {{name}} stands for the variable “name”."
        ),
    )
    points: "models.JSONField[list[list[float]], list[list[float]]]" = models.JSONField(
        _("points"),
        default=list,
        blank=True,
        validators=[validators.check_points],
        help_text=_("Places on the slide: distance from the left and from the top, in percent."),
    )
    lower_third_name = models.CharField(
        _("name in the lower third"), max_length=40, blank=True, help_text=_("Shown for five seconds.")
    )
    lower_third_role = models.CharField(_("title in the lower third"), max_length=60, blank=True)
    translation = models.TextField(
        _("script in the second language"),
        blank=True,
        default="",
        db_default="",
        help_text=_("The same scene for the video in the second language, with the same marks."),
    )
    translation_name = models.CharField(
        _("name in the second language"),
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_("Leave it empty for the same name and title."),
    )
    translation_role = models.CharField(
        _("title in the second language"), max_length=60, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("scene")
        verbose_name_plural = _("scenes")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.presentation} · {self.position}"

    def script_in(self, *, translated: bool) -> str:
        """The script, in one of both languages."""
        return self.translation if translated else self.script

    def lower_third_in(self, *, translated: bool) -> tuple[str, str]:
        """Name and title, in one of both languages."""
        name, role = self.lower_third_fields(translated=translated)
        return getattr(self, name), getattr(self, role)

    def lower_third_fields(self, *, translated: bool) -> tuple[str, str]:
        """The fields with name and title: the first language's stand in for missing ones of the second."""
        has_own = translated and any((self.translation_name, self.translation_role))
        return ("translation_name", "translation_role") if has_own else ("lower_third_name", "lower_third_role")


class PresentationVariable(Variable):
    """A variable of a presentation, for scripts and lower thirds in both languages."""

    presentation = models.ForeignKey(
        Presentation, models.CASCADE, related_name="variables", verbose_name=_("presentation")
    )

    class Meta(Variable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["presentation", "name"], name="presentation_variable_unique_name")
        ]


def _heard_as(human: DigitalHuman, voice: Voice | None) -> DigitalHuman:
    heard = copy(human)
    if voice is not None:
        heard.voice = voice
    return heard
