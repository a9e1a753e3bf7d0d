"""Speech of digital humans without a picture: the rung between a video and its text."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from avatars.models.consents import Consent
from avatars.models.humans import DigitalHuman
from avatars.reasons import render
from avatars.signals import narration_finished
from core.work.base import Work


class Narration(Work):
    """Words spoken by the voice of a digital human, as recordings that telephones play. Equal words share one.

    AMR carries no label: senders state in text that the sound is AI-generated.
    """

    SEARCHED: ClassVar = ("text",)

    task = "avatars.narrate"
    lease = timedelta(seconds=60)
    max_attempts = 3
    SHARED: ClassVar = (Work.Status.QUEUED, Work.Status.RUNNING, Work.Status.DONE)

    digital_human = models.ForeignKey(
        DigitalHuman, models.CASCADE, related_name="narrations", verbose_name=_("digital human")
    )
    text = models.TextField(_("script"))
    recipe = models.JSONField(_("recipe"), default=dict, editable=False)
    voice_consent = models.ForeignKey(
        Consent,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="narrations",
        verbose_name=_("consent to the voice"),
        help_text=_("Consent of the person the voice was cloned from. Synthetic voices need none."),
    )
    content_hash = models.CharField(max_length=64, editable=False)
    parts = models.JSONField(
        _("recordings"), default=list, editable=False, help_text=_("Names in the media storage, in their order.")
    )
    seconds = models.FloatField(_("length in seconds"), null=True, blank=True)
    speech_engine_used = models.CharField(_("spoken by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("narration")
        verbose_name_plural = _("narrations")
        constraints = [
            models.UniqueConstraint(
                fields=["content_hash"],
                condition=models.Q(status__in=["queued", "running", "done"]),
                name="narration_one_per_content",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="narration_due")]

    def __str__(self) -> str:
        return f"{self.digital_human} #{self.pk}"

    @property
    def allowed_until(self) -> datetime | None:
        """The first moment at which its consent is no longer valid; None for one without an end, or without any."""
        return self.voice_consent.ends_at if self.voice_consent else None

    @property
    def reason_words(self) -> str:
        """The reason in words, in the reader's language."""
        return render.words(self.reason)

    def fail_exhausted(self) -> None:
        super().fail_exhausted()
        narration_finished.send(Narration, narration=self)
