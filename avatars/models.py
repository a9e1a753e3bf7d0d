"""Digital humans and the videos they speak, in rows."""

import secrets
from datetime import timedelta
from typing import ClassVar

from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars import reasons
from avatars.engines.base import Mode
from avatars.signals import render_finished, rendition_finished
from openuser.lib.work import Work


def portrait_name(instance: models.Model, filename: str) -> str:
    """A random name; what the file was called is nobody's business."""
    suffix = filename.rsplit(".", 1)[-1].lower()
    return f"portraits/{secrets.token_hex(16)}.{suffix}"


def new_content_id() -> str:
    """The number that the AI label carries."""
    return secrets.token_hex(16)


class RenderMode(models.TextChoices):
    """How much of the portrait moves."""

    LIPSYNC = Mode.LIPSYNC.value, _("lips and eyes, head still (fastest)")
    TALKING_HEAD = Mode.TALKING_HEAD.value, _("lips, eyes and head")
    ENHANCED_LIPSYNC = Mode.ENHANCED_LIPSYNC.value, _("lips and eyes, sharper")
    ENHANCED_TALKING_HEAD = Mode.ENHANCED_TALKING_HEAD.value, _("lips, eyes and head, sharper")


class Voice(models.Model):
    """A speaking voice of a speech engine."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    engine = models.CharField(_("speech engine"), max_length=40, default="kokoro")
    key = models.CharField(
        _("engine's name for it"),
        max_length=200,
        help_text=_("A voice like zf_xiaobei, or a blend like 0.6*zf_xiaobei+0.4*af_heart."),
    )

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")

    def __str__(self) -> str:
        return self.name


class DigitalHuman(models.Model):
    """The persona that a person talks to: a portrait and a voice (数字人)."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    portrait = models.ImageField(
        _("portrait"),
        upload_to=portrait_name,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"])],
        help_text=_("A face from the front, mouth closed, well lit: JPEG, PNG or WebP up to 10 MB."),
    )
    voice = models.ForeignKey(Voice, models.PROTECT, related_name="digital_humans", verbose_name=_("voice"))
    speed = models.FloatField(
        _("speaking speed"), default=1.0, validators=[MinValueValidator(0.6), MaxValueValidator(1.6)]
    )
    mode = models.CharField(_("mode"), max_length=24, choices=RenderMode, default=RenderMode.ENHANCED_TALKING_HEAD)
    engine = models.CharField(_("render engine"), max_length=40, default="puppet")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("digital human")
        verbose_name_plural = _("digital humans")

    def __str__(self) -> str:
        return self.name


class Render(Work):
    """One video to make. Equal words of the same digital human share one."""

    task = "avatars.render"
    lease = timedelta(seconds=60)
    max_attempts = 3
    SHARED: ClassVar = (Work.Status.QUEUED, Work.Status.RUNNING, Work.Status.DONE)

    class Stage(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SPEAKING = "speaking", _("speaking")
        FILMING = "filming", _("filming")
        FINISHING = "finishing", _("finishing")
        CHECKING = "checking", _("checking")

    digital_human = models.ForeignKey(
        DigitalHuman, models.CASCADE, related_name="renders", verbose_name=_("digital human")
    )
    text = models.TextField(_("script"))
    mode = models.CharField(_("mode"), max_length=24, choices=RenderMode)
    content_hash = models.CharField(max_length=64, editable=False)
    content_id = models.CharField(max_length=32, unique=True, default=new_content_id, editable=False)
    priority = models.SmallIntegerField(_("priority"), default=0)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.WAITING)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, help_text=_("In per cent."))
    estimated_seconds = models.FloatField(_("estimated seconds"), default=0)
    hint = models.TextField(_("what to do"), blank=True)
    video = models.FileField(_("video"), upload_to="renders", blank=True)
    captions = models.FileField(_("captions"), upload_to="renders", blank=True)
    poster = models.ImageField(_("poster"), upload_to="renders", blank=True)
    seconds = models.FloatField(_("length in seconds"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    took_seconds = models.FloatField(_("took seconds"), null=True, blank=True)

    class Meta:
        verbose_name = _("render")
        verbose_name_plural = _("renders")
        constraints = [
            models.UniqueConstraint(
                fields=["content_hash"],
                condition=models.Q(status__in=["queued", "running", "done"]),
                name="render_one_per_content",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="render_due"),
            models.Index(fields=["cid"], name="render_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.digital_human} #{self.pk}"

    @property
    def reason_words(self) -> str:
        """The reason in words, in the reader's language."""
        return reasons.words(self.reason)

    @property
    def advice(self) -> str:
        """What to do about the reason, in the reader's language; what its engine said where we know no better."""
        if self.reason and not self.is_finished:
            return str(reasons.BY_ITSELF)
        return reasons.advice(self.reason) or self.hint

    def exhaust(self) -> None:
        self.settle(self.Status.FAILED, reasons.Reason.ATTEMPTS, hint="Its worker died each time; the log may say why.")
        render_finished.send(Render, render=self)


class Rendition(Work):
    """A finished video once more, small enough for somebody's limit. Its label is the video's own."""

    task = "avatars.fit"
    lease = timedelta(seconds=60)
    max_attempts = 3

    render = models.ForeignKey(Render, models.CASCADE, related_name="renditions", verbose_name=_("render"))
    limit = models.PositiveBigIntegerField(_("bytes at most"))
    video = models.FileField(_("video"), upload_to="renders", blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [models.UniqueConstraint(fields=["render", "limit"], name="rendition_one_per_limit")]
        indexes = [models.Index(fields=["status", "due_at"], name="rendition_due")]

    def __str__(self) -> str:
        return f"{self.render} ≤ {self.limit}"

    @property
    def reason_words(self) -> str:
        """The reason in words, in the reader's language."""
        return reasons.words(self.reason)

    def exhaust(self) -> None:
        super().exhaust()
        rendition_finished.send(Rendition, rendition=self)
