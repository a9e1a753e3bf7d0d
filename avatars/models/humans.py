"""Digital humans."""

import secrets

from django.conf import settings
from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars import validators
from avatars.engines.base import Mode
from avatars.framing.scene import Captions, Corner, Format
from avatars.models.pictures import PictureField
from avatars.models.voices import SpokenMood, Voice


def portrait_name(instance: models.Model, filename: str) -> str:
    """A random name; the uploaded file's own name is not kept."""
    suffix = filename.rsplit(".", 1)[-1].lower()
    return f"portraits/{secrets.token_hex(16)}.{suffix}"


def scenery_name(instance: models.Model, filename: str) -> str:
    """A random name, as a portrait's."""
    suffix = filename.rsplit(".", 1)[-1].lower()
    return f"scenery/{secrets.token_hex(16)}.{suffix}"


class VideoFormat(models.TextChoices):
    """The proportions of the videos."""

    AS_PORTRAIT = Format.AS_PORTRAIT.value, _("as the portrait")
    UPRIGHT = Format.UPRIGHT.value, _("portrait, 9:16 (phones)")
    SQUARE = Format.SQUARE.value, _("square, 1:1")
    WIDE = Format.WIDE.value, _("landscape, 16:9 (screens)")


class CaptionStyle(models.TextChoices):
    """The style of captions in the picture; a file with them comes along in any case."""

    OFF = Captions.OFF.value, _("none")
    PLAIN = Captions.PLAIN.value, _("plain")
    KARAOKE = Captions.KARAOKE.value, _("highlighted as they are spoken")


class LogoCorner(models.TextChoices):
    UPPER_LEFT = Corner.UPPER_LEFT.value, _("upper left")
    UPPER_RIGHT = Corner.UPPER_RIGHT.value, _("upper right, below the AI mark")
    LOWER_LEFT = Corner.LOWER_LEFT.value, _("lower left")
    LOWER_RIGHT = Corner.LOWER_RIGHT.value, _("lower right")


class RenderMode(models.TextChoices):
    """The moving parts of the portrait."""

    LIPSYNC = Mode.LIPSYNC.value, _("lips and eyes, head still (fastest)")
    TALKING_HEAD = Mode.TALKING_HEAD.value, _("lips, eyes and head")
    ENHANCED_LIPSYNC = Mode.ENHANCED_LIPSYNC.value, _("lips and eyes, sharper")
    ENHANCED_TALKING_HEAD = Mode.ENHANCED_TALKING_HEAD.value, _("lips, eyes and head, sharper")


class DigitalHumanQuerySet(models.QuerySet["DigitalHuman"]):
    def drawn(self) -> "DigitalHumanQuerySet":
        """Digital humans with a statement in force that their present picture shows no real person."""
        looks, confirmed = "statements__looks_photographed", "statements__confirmed_at__isnull"
        counts = models.Q(**{looks: False}) | models.Q(**{f"{looks}__isnull": True}) | models.Q(**{confirmed: False})
        return self.filter(counts, statements__portrait=models.F("portrait"), statements__withdrawn_at=None)

    def unconfirmed(self) -> "DigitalHumanQuerySet":
        """Digital humans with a picture that looks like a photograph and that one person alone stated to be drawn."""
        alone = {"statements__looks_photographed": True, "statements__confirmed_at": None}
        return self.filter(statements__portrait=models.F("portrait"), statements__withdrawn_at=None, **alone)

    def photographs(self) -> "DigitalHumanQuerySet":
        """All others: their person must have consented."""
        return self.exclude(pk__in=DigitalHuman.objects.drawn().values("pk"))


class DigitalHuman(models.Model):
    """The persona that a person talks to: a portrait and a voice (数字人)."""

    class Origin(models.TextChoices):
        """Whether it shows a real face: the person in a photograph must have consented, a drawing needs no consent."""

        PHOTOGRAPH = "photograph", _("photo of a real person")
        DRAWN = "drawn", _("drawn, no real person")

    name = models.CharField(_("name"), max_length=60, unique=True)
    portrait = PictureField(
        _("portrait"),
        upload_to=portrait_name,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"])],
        help_text=_("A face from the front, mouth closed, well lit: JPEG, PNG or WebP up to 10 MB."),
    )
    voice = models.ForeignKey(Voice, models.PROTECT, related_name="digital_humans", verbose_name=_("voice"))
    speed = models.FloatField(
        _("speaking speed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.6), MaxValueValidator(1.6)],
        help_text=_("1 is the normal speed. Leave it empty for the speed of the voice."),
    )
    pause = models.FloatField(
        _("pause between sentences"),
        default=0.3,
        validators=[MinValueValidator(0.0), MaxValueValidator(2.0)],
        help_text=_("In seconds; twice as long between paragraphs."),
    )
    mood = models.CharField(
        _("mood"),
        max_length=10,
        choices=[("", _("as the voice")), *SpokenMood.choices],
        blank=True,
        default="",
        db_default="",
        help_text=_("Of sentences without a mark such as [cheerful] or [slow]."),
    )
    automatic_mood = models.BooleanField(
        _("moods by the words"),
        default=True,
        db_default=False,
        help_text=_("Greetings are warm, questions curious, exclamations cheerful, apologies sorry, warnings serious."),
    )
    mode = models.CharField(_("mode"), max_length=24, choices=RenderMode, default=RenderMode.ENHANCED_TALKING_HEAD)
    engine = models.CharField(_("render engine"), max_length=40, default="puppet")
    format = models.CharField(
        _("format"),
        max_length=10,
        choices=VideoFormat,
        default=VideoFormat.AS_PORTRAIT,
        help_text=_("Aspect ratio. The portrait is cropped around the head, or extended if it is too narrow."),
    )
    background_color = models.CharField(
        _("background colour"),
        max_length=7,
        blank=True,
        validators=[validators.check_colour],
        help_text=_("Replaces the portrait's background, such as #1f6feb."),
    )
    background = PictureField(
        _("background picture"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"]), validators.check_background],
        help_text=_("Background picture, instead of a colour: JPEG, PNG or WebP up to 10 MB, cropped to the centre."),
    )
    captions = models.CharField(
        _("captions in the picture"),
        max_length=10,
        choices=CaptionStyle,
        default=CaptionStyle.KARAOKE,
        help_text=_("The script shown in the picture. An SRT file is included in any case."),
    )
    logo = PictureField(
        _("logo"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(["png", "webp"]), validators.check_logo],
        help_text=_("Shown in a corner: PNG or WebP with a transparent background, up to 10 MB."),
    )
    logo_corner = models.CharField(
        _("corner of the logo"), max_length=12, choices=LogoCorner, default=LogoCorner.UPPER_LEFT
    )
    logo_size = models.PositiveSmallIntegerField(
        _("size of the logo"),
        default=12,
        validators=[MinValueValidator(4), MaxValueValidator(30)],
        help_text=_("Height in percent of the shorter side of the picture."),
    )
    logo_opacity = models.PositiveSmallIntegerField(
        _("opacity of the logo"),
        default=100,
        validators=[MinValueValidator(10), MaxValueValidator(100)],
        help_text=_("In percent; 100 is opaque."),
    )
    intro = models.FileField(
        _("clip at the beginning"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(validators.CLIPS), validators.check_intro],
        help_text=_("Up to 10 seconds and 100 MB. It is scaled to fit, and gets the AI mark too."),
    )
    outro = models.FileField(
        _("clip at the end"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(validators.CLIPS), validators.check_outro],
        help_text=_("The same limits as for the intro."),
    )
    idle_render = models.ForeignKey(
        "avatars.Render",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("idle video"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    # Who brought the picture, and where a program did, who holds its token: they do not confirm that it is drawn.
    portrait_by = models.CharField(max_length=150, blank=True, default="", db_default="", editable=False)
    portrait_holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = DigitalHumanQuerySet.as_manager()

    class Meta:
        verbose_name = _("digital human")
        verbose_name_plural = _("digital humans")

    def __str__(self) -> str:
        return self.name

    @property
    def usual_mood(self) -> str:
        """The mood of sentences without a mark: its own, else that of its voice."""
        return self.mood or self.voice.mood

    @property
    def usual_speed(self) -> float:
        """The speed of sentences without a mark: its own, else that of its voice."""
        return self.voice.speed if self.speed is None else self.speed

    @property
    def origin(self) -> "DigitalHuman.Origin":
        """Drawn while a statement about the picture that it has now is in force; else a photograph."""
        holds = self.statements.filter(portrait=str(self.portrait.name), withdrawn_at=None)
        return self.Origin.DRAWN if self.pk and holds.exists() else self.Origin.PHOTOGRAPH
