"""Recalls of messages."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.work.base import Work
from wecom.models.company import Application
from wecom.models.outbox import Outbound


class Recall(Work):
    """The recall of one message from all its recipients, possible for 24 hours."""

    task = "wecom.recall"
    max_attempts = 12
    lease = timedelta(seconds=45)
    possible_for: ClassVar[timedelta] = timedelta(hours=24)

    class Reason(models.TextChoices):
        UNSENT = "unsent", _("it had not been sent yet, and is not sent any more")
        SENDING = "sending", _("waits until the message has been sent")
        NEVER_SENT = "never_sent", _("the message was not sent after all")
        TOO_LATE = "too_late", _("too late: a message can be recalled for 24 hours")
        FOREIGN = "foreign", _("WeChat Work knows no such message of this application")
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        REFUSED = "refused", _("the platform refused it")

    application = models.ForeignKey(Application, models.CASCADE, related_name="recalls", verbose_name=_("application"))
    outbound = models.OneToOneField(Outbound, models.CASCADE, related_name="recall", verbose_name=_("message"))
    errcode = models.IntegerField(_("error code"), null=True, blank=True)

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        indexes = [
            models.Index(fields=["status", "due_at"], name="recall_due"),
            models.Index(fields=["cid"], name="recall_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.outbound_id} #{self.pk}"
