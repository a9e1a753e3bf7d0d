"""Progress cards (进度卡片) of videos."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.messages import Message
from wecom.models import Outbound


class VideoStatus(models.TextChoices):
    """The status of a video as its member reads it. `SENT` means that WeChat Work has accepted it."""

    QUEUED = "queued", _("In the queue")
    MAKING = "making", _("Being made")
    SENDING = "sending", _("On its way to you")
    SENT = "sent", _("Delivered")
    AS_VOICE = "as_voice", _("No video this time; it was sent as a voice message")
    AS_TEXT = "as_text", _("No video this time; the text was sent")
    UNCONFIRMED = "unconfirmed", _("Its arrival could not be confirmed")
    CANCELLED = "cancelled", _("Cancelled")


class ProgressCard(models.Model):
    """The card that shows a member the progress of a video, with buttons.

    WeChat Work allows one update of a card by the application, and one after each tap. A tap shows the current
    progress; the application's own update is reserved for the final status.
    """

    message = models.OneToOneField(
        Message, models.CASCADE, related_name="progress_card", verbose_name=_("message that waits for the video")
    )
    outbound = models.OneToOneField(
        Outbound, models.CASCADE, related_name="progress_card", verbose_name=_("outbound message")
    )
    task_id = models.CharField(max_length=120, unique=True, editable=False)
    text_given = models.BooleanField(_("the text was asked for first"), default=False)
    closed_at = models.DateTimeField(_("showed the end at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("progress card")
        verbose_name_plural = _("progress cards")

    def __str__(self) -> str:
        return self.task_id
