"""Video templates: a digital human's look and a script with variables."""

from copy import copy

from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars import validators
from avatars.models.humans import CaptionStyle, DigitalHuman, RenderMode, VideoFormat, scenery_name
from avatars.models.pictures import PictureField
from avatars.models.voices import Voice
from core.text.slot_values import Slot, SlotType, parse_choices

NAME = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Begin with a small letter; then small letters, digits and _."))


class RenderTemplate(models.Model):
    """Videos that differ in a few words (模板). Empty fields use those of its digital human."""

    name = models.CharField(
        _("name"), max_length=60, unique=True, help_text=_("For example “Welcome on the first day”.")
    )
    notes = models.CharField(_("notes"), max_length=200, blank=True, help_text=_("Purpose and users of the template."))
    digital_human = models.ForeignKey(
        DigitalHuman, models.PROTECT, related_name="templates", verbose_name=_("digital human")
    )
    script = models.TextField(
        _("script"),
        help_text=_("The script. {{name}} stands for the variable “name”, {{name.label}} for the label of a choice."),
    )
    voice = models.ForeignKey(
        Voice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="templates",
        verbose_name=_("voice"),
        help_text=_("Leave it empty for the digital human's voice."),
    )
    speed = models.FloatField(
        _("speaking speed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.6), MaxValueValidator(1.6)],
        help_text=_("1 is the voice's normal speed. Leave it empty for the digital human's."),
    )
    mode = models.CharField(
        _("mode"), max_length=24, choices=RenderMode, blank=True, help_text=_("Leave it empty for the digital human's.")
    )
    format = models.CharField(
        _("format"),
        max_length=10,
        choices=VideoFormat,
        blank=True,
        help_text=_("Leave it empty for the digital human's."),
    )
    captions = models.CharField(
        _("captions in the picture"),
        max_length=10,
        choices=CaptionStyle,
        blank=True,
        help_text=_("Leave it empty for the digital human's."),
    )
    background_color = models.CharField(
        _("background colour"),
        max_length=7,
        blank=True,
        validators=[validators.check_colour],
        help_text=_("Replaces the digital human's background, such as #1f6feb."),
    )
    background = PictureField(
        _("background picture"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"]), validators.check_background],
        help_text=_("Background picture, instead of a colour: JPEG, PNG or WebP up to 10 MB."),
    )
    logo = PictureField(
        _("logo"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(["png", "webp"]), validators.check_logo],
        help_text=_("Replaces the digital human's logo, in the same corner and size: PNG or WebP up to 10 MB."),
    )
    intro = models.FileField(
        _("clip at the beginning"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(validators.CLIPS), validators.check_intro],
        help_text=_("Replaces the digital human's: up to 10 seconds and 100 MB."),
    )
    outro = models.FileField(
        _("clip at the end"),
        upload_to=scenery_name,
        blank=True,
        validators=[FileExtensionValidator(validators.CLIPS), validators.check_outro],
        help_text=_("Replaces the digital human's: up to 10 seconds and 100 MB."),
    )
    spliced = models.BooleanField(
        _("draw recurring sentences once"),
        default=False,
        help_text=_(
            "For many videos with few different sentences: sentences without variables are rendered once. The head "
            "rests where segments join. Built-in engine only."
        ),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("video template")
        verbose_name_plural = _("video templates")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def dressed(self) -> DigitalHuman:
        """Its digital human as it speaks in these videos: a copy that is never saved."""
        human = copy(self.digital_human)
        if self.voice is not None:
            human.voice = self.voice
        if self.background or self.background_color:
            human.background, human.background_color = self.background, self.background_color
        for name in ("speed", "mode", "format", "captions", "logo", "intro", "outro"):
            if wished := getattr(self, name):
                setattr(human, name, wished)
        return human


class Variable(models.Model):
    """A value that differs from video to video (变量), in templates and in presentations."""

    class Type(models.TextChoices):
        TEXT = SlotType.TEXT.value, _("text")
        NAME = "name", _("a person's name")
        NUMBER = SlotType.NUMBER.value, _("a number")
        DATE = SlotType.DATE.value, _("date")
        CHOICE = SlotType.CHOICE.value, _("one of the choices below")
        PHONE = SlotType.PHONE.value, _("mobile number")
        EMAIL = SlotType.EMAIL.value, _("e-mail address")

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(
        _("name"), max_length=40, validators=[NAME], help_text=_("The name between {{ and }} in the script.")
    )
    label = models.CharField(
        _("label"), max_length=60, blank=True, help_text=_("Label in forms, such as “Name of the new colleague”.")
    )
    type = models.CharField(_("type"), max_length=8, choices=Type, default=Type.TEXT)
    required = models.BooleanField(
        _("required"),
        default=True,
        help_text=_("Without a value, no video is rendered. Otherwise the default is used."),
    )
    default = models.CharField(
        _("default"), max_length=500, blank=True, help_text=_("Used if no value is given; may be empty.")
    )
    choices = models.TextField(_("choices"), blank=True, help_text=_("One a line: value = label, other words."))
    minimum = models.IntegerField(
        _("at least"), null=True, blank=True, help_text=_("In characters, or the number itself.")
    )
    maximum = models.IntegerField(
        _("at most"), null=True, blank=True, help_text=_("In characters, or the number itself.")
    )
    example = models.CharField(
        _("example"), max_length=200, blank=True, help_text=_("Example value in the form that fills in the variables.")
    )

    class Meta:
        abstract = True
        verbose_name = _("variable")
        verbose_name_plural = _("variables")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def is_name(self) -> bool:
        """Whether its values are read as names: 单 is shàn. Texts called “name” are, too."""
        return self.type == self.Type.NAME or (self.type == self.Type.TEXT and self.name == "name")

    @property
    def slot(self) -> Slot:
        """Its values as a slot, as flows ask for it."""
        return Slot(
            name=self.name,
            type=SlotType.TEXT if self.type == self.Type.NAME else SlotType(self.type),
            choices=parse_choices(self.choices) if self.type == self.Type.CHOICE else (),
            minimum=self.minimum,
            maximum=self.maximum,
        )


class TemplateVariable(Variable):
    template = models.ForeignKey(
        RenderTemplate, models.CASCADE, related_name="variables", verbose_name=_("video template")
    )

    class Meta(Variable.Meta):
        constraints = [models.UniqueConstraint(fields=["template", "name"], name="template_variable_unique_name")]
