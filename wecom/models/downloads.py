"""Members' pictures, recordings and videos, fetched from the platform before it deletes them."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.work.base import Work
from wecom.models.company import Application, Corporation


class Download(Work):
    """A file that the platform keeps for three days and we fetch once, in pieces, going on where it broke off."""

    task = "wecom.download"
    max_attempts = 8
    lease = timedelta(seconds=60)

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        VOICE = "voice", _("voice")
        VIDEO = "video", _("video")

    class Reason(models.TextChoices):
        EXPIRED = "expired", _("the platform no longer has it")
        REFUSED = "refused", _("the platform refused it")
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        TOO_LARGE = "too_large", _("it is too large")
        NOT_WHAT_IT_SAYS = "format", _("it is not the kind of file that it should be")
        CHANGED = "changed", _("it changed while it was fetched")
        DISK = "disk", _("a file could not be written")
        FORGOTTEN = "forgotten", _("kept long enough and removed")

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="downloads")
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="downloads", verbose_name=_("application")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    media_id = models.CharField(_("media ID"), max_length=256, editable=False)
    path = models.CharField(_("file"), max_length=100, blank=True, help_text=_("Its name in the media storage."))
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    received = models.PositiveBigIntegerField(_("bytes received"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    errcode = models.IntegerField(_("error code"), null=True, blank=True)

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "media_id"], name="download_unique_media"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="download_due"),
            models.Index(fields=["cid"], name="download_cid"),
            models.Index(fields=["kind", "id"], name="download_kind"),
            models.Index(fields=["-id"], condition=~models.Q(reason=""), name="download_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def is_here(self) -> bool:
        """Whether its file can be viewed."""
        return self.status == self.Status.DONE and bool(self.path)

    @property
    def reason_words(self) -> str:
        """The reason for its status, in the reader's language."""
        return str(self.Reason(self.reason).label) if self.reason in self.Reason.values else self.reason

    @property
    def progress(self) -> int:
        """In per cent; 0 while its size is not known."""
        return min(100, self.received * 100 // self.size) if self.size else 0
