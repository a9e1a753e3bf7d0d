"""Smaller copies of videos."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from avatars.models.renders import Render
from avatars.reasons import render as reasons
from avatars.signals import rendition_finished
from core.work.base import Work


class Rendition(Work):
    """A smaller copy of a video, within a limit in bytes: of a render, or of an uploaded file.

    Its label is the video's own: uploaded files keep theirs, and get none.
    """

    task = "avatars.fit"
    lease = timedelta(seconds=60)
    max_attempts = 3

    render = models.ForeignKey(
        Render, models.CASCADE, null=True, blank=True, related_name="renditions", verbose_name=_("render")
    )
    source = models.CharField(
        _("file"), max_length=500, blank=True, help_text=_("Name of the uploaded file in the media storage.")
    )
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    limit = models.PositiveBigIntegerField(_("bytes at most"))
    video = models.FileField(_("video"), upload_to="renders", blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.UniqueConstraint(fields=["render", "limit"], name="rendition_one_per_limit"),
            models.UniqueConstraint(
                fields=["sha256", "limit"], condition=models.Q(render=None), name="rendition_one_per_file"
            ),
            models.CheckConstraint(
                condition=models.Q(render=None) ^ models.Q(source=""), name="rendition_of_render_or_file"
            ),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="rendition_due")]

    def __str__(self) -> str:
        return f"{self.render or self.sha256[:8]} ≤ {self.limit}"

    @property
    def original(self) -> str:
        """The name in the media storage of the video that it is made of."""
        return str(self.render.video.name) if self.render else self.source

    @property
    def reason_words(self) -> str:
        """The reason in words, in the reader's language."""
        return reasons.words(self.reason)

    def fail_exhausted(self) -> None:
        super().fail_exhausted()
        rendition_finished.send(Rendition, rendition=self)
