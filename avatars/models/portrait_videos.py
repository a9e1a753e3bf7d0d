"""Videos that shall become portraits: checked as work, and then the portrait of their digital human."""

import secrets
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from avatars.models.humans import DigitalHuman
from avatars.reasons import render
from avatars.reasons import video as reasons
from core.parties.acting_client import PartyRow
from core.work.base import Work


def upload_name(instance: models.Model, filename: str) -> str:
    """A random name, as a portrait's."""
    return f"portraits/{secrets.token_hex(16)}.{filename.rsplit('.', 1)[-1].lower()}"


class PortraitVideoQuerySet(models.QuerySet["PortraitVideo"]):
    def shown(self, human: DigitalHuman, portrait: str = "") -> "PortraitVideoQuerySet":
        """The video of which this portrait, by default the present one, is a frame. It never belongs to another."""
        name = portrait or str(human.portrait.name)
        return self.filter(digital_human=human, still=name, status=Work.Status.DONE).exclude(video="")


class PortraitVideo(PartyRow, Work):
    """A video that moves a digital human. `still` is the name of the picture that stands for it: its frame.

    The portrait of the digital human is that picture, so a consent or a statement about the portrait is about this
    video and no other, and is void once the portrait changes.
    """

    task = "avatars.check_portrait_video"
    lease = timedelta(seconds=60)
    max_attempts = 3

    digital_human = models.ForeignKey(
        DigitalHuman, models.CASCADE, related_name="portrait_videos", verbose_name=_("digital human")
    )
    upload = models.FileField(_("uploaded video"), upload_to=upload_name, blank=True)
    video = models.FileField(_("video"), upload_to=upload_name, blank=True, editable=False)
    still = models.CharField(_("its frame"), max_length=100, blank=True, editable=False)
    sha256 = models.CharField(_("hash of the video"), max_length=64, blank=True, editable=False)
    seconds = models.FloatField(_("length in seconds"), default=0.0, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress in per cent"), default=0, editable=False)
    findings: "models.JSONField[Any, Any]" = models.JSONField(_("findings"), default=list, editable=False)
    requested_by = models.CharField(_("uploaded by"), max_length=150, blank=True, editable=False)

    objects = PortraitVideoQuerySet.as_manager()

    class Meta:
        verbose_name = _("portrait video")
        verbose_name_plural = _("portrait videos")
        constraints = [
            models.UniqueConstraint(
                fields=["still"], condition=~models.Q(still=""), name="portrait_video_one_per_picture"
            )
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="portrait_video_due")]

    def __str__(self) -> str:
        return f"{self.digital_human} #{self.pk}"

    @property
    def reason_words(self) -> str:
        """The reason why it cannot be used, in the reader's language."""
        if reasons.known(self.reason):
            return reasons.words(self.reason)
        return f"{render.words(self.reason)} {render.advice(self.reason)}".strip()

    def fail_exhausted(self) -> None:
        upload = str(self.upload.name or "")
        self.settle(self.Status.FAILED, "attempts", upload="")
        if upload:
            transaction.on_commit(lambda: default_storage.delete(upload), robust=True)

    def delete_files(self) -> None:
        """Delete the files; a file that is gone already does not matter."""
        for name in (str(self.upload.name or ""), str(self.video.name or ""), self.still):
            if name:
                default_storage.delete(name)
