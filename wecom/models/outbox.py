"""Outbound messages with their tries, and the files that they carry."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.work.base import Work
from wecom.models.company import Application, Corporation
from wecom.models.labels import MESSAGE_KINDS
from wecom.signals import outbounds_settled

PLACEHOLDER = "upload:"


class Upload(Work):
    """A file that the platform keeps for three days, uploaded once for all its recipients."""

    SEARCHED: ClassVar = ("filename",)

    task = "wecom.upload"
    max_attempts = 8
    valid_for: ClassVar[timedelta] = timedelta(hours=70)

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        VOICE = "voice", _("voice")
        VIDEO = "video", _("video")
        FILE = "file", _("file")

    class Form(models.TextChoices):
        """The form of a video that stays too large after compression."""

        FILE = "file", _("as a file")
        LINK = "link", _("as a link to a page of this site")

    class Reason(models.TextChoices):
        FITTING = "fitting", _("is being made smaller")
        UNREACHABLE = "unreachable", _("waits until WeChat Work can be reached again")

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="uploads")
    application = models.ForeignKey(Application, models.CASCADE, related_name="uploads", verbose_name=_("application"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    sha256 = models.CharField(max_length=64)
    copy = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="The same bytes once more, for who gets the same twice within hours."
    )
    path = models.CharField(_("file"), max_length=500, help_text=_("Its name in the media storage."))
    filename = models.CharField(_("shown as"), max_length=128)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    form = models.CharField(_("goes out"), max_length=4, choices=Form, blank=True, editable=False)
    media_id = models.CharField(_("media ID"), max_length=256, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "kind", "sha256", "copy"], name="upload_unique_copy"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="upload_due"),
            models.Index(fields=["kind", "id"], name="upload_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.filename} #{self.pk}"

    def fail_exhausted(self) -> None:
        super().fail_exhausted()
        self.wake_waiting()

    def waiting(self) -> "models.QuerySet[Outbound]":
        """The messages that need its media ID."""
        carrying = models.Q(upload=self) | models.Q(pk__in=self.attached_to.values("pk"))
        return Outbound.objects.filter(carrying, status=Outbound.Status.QUEUED, body=None)

    def wake_waiting(self) -> None:
        """The upload ended, well or not: wake the messages that wait for it."""
        waiting = self.waiting().exclude(reason__in=Outbound.HELD_BACK)
        waiting.update(due_at=timezone.now(), woken_at=None)
        for outbound in waiting:
            outbound.wake()

    @property
    def placeholder(self) -> str:
        """The placeholder of its media ID in a message's content, until that goes out."""
        return f"{PLACEHOLDER}{self.pk}"

    def is_usable(self, now: Any) -> bool:
        """Whether a message can go out with it."""
        lasts = bool(self.media_id) and self.expires_at is not None and self.expires_at > now
        return lasts or self.form == self.Form.LINK


class Outbound(Work):
    """The outbox: one call of message/send to at most 1,000 recipients."""

    task = "wecom.deliver"
    max_attempts = 60
    lease = timedelta(seconds=45)

    has_priority = True
    NAMING_FILES: ClassVar = frozenset({"mpnews", "template_card"})
    BULK: ClassVar[int] = -10  # the priority of messages that no member is waiting for

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", _("unclear whether it arrived")
        EXPIRED = "expired", _("expired")
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        UNREACHABLE = "unreachable", _("waits until WeChat Work can be reached again")
        QUOTA = "quota", _("waits for the platform's quota")
        STOPPED = "stopped", _("waits, because everything that is not a reply is stopped")
        DIALOGUE = "dialogue", _("waits for the end of a dialogue")
        GUARDED = "guarded", _("waits until you confirm this database")
        DISCARDED = "discarded", _("discarded after a restore")
        RESTORED = "restored", _("went out before the database was restored")
        AMBIGUOUS = "ambiguous", _("no clear answer; sent again with the duplicate check")
        UPLOADING = "uploading", _("waits for its media")
        REFUSED = "refused", _("the platform refused it")
        RECALLED = "recalled", _("recalled before it was sent")
        MEDIA = "media", _("the platform refused its file")
        RECIPIENT = "recipient", _("the recipient cannot be reached")
        LEFT = "left", _("the recipient has left the company")

    HELD_BACK: ClassVar = (Reason.STOPPED, Reason.DIALOGUE)

    class Delivery(models.TextChoices):
        """The result for one recipient."""

        WAITING = "waiting", _("on its way")
        SENT = "sent", _("accepted")
        ASSUMED = "assumed", _("marked as sent by an operator")
        RECALLED = "recalled", _("recalled")
        UNREACHED = "unreached", _("out of reach")
        UNLICENSED = "unlicensed", _("no interface licence")
        UNKNOWN = "unknown", _("unclear")
        FAILED = "failed", _("not accepted")
        CANCELLED = "cancelled", _("not sent")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="outbounds", verbose_name=_("application")
    )
    recipients = models.JSONField(_("recipients"), default=list)
    reach = models.PositiveSmallIntegerField(_("number of recipients"), default=1, editable=False)
    msgtype = models.CharField(_("type"), max_length=24)
    content = models.JSONField(_("content"), default=dict)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="outbounds")
    attached = models.ManyToManyField(
        Upload, related_name="attached_to", blank=True, editable=False, help_text="Files that its content names."
    )
    first_part = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="later_parts"
    )
    options = models.JSONField(default=dict, blank=True, editable=False)
    private = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="No page shows its words, and they are deleted when it has reached its end.",
    )
    delivery_key = models.CharField(max_length=120, unique=True, null=True, editable=False)  # noqa: DJ001 - unique
    priority = models.SmallIntegerField(_("priority"), default=0)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    body = models.BinaryField(null=True, editable=False)
    first_attempt_at = models.DateTimeField(null=True, editable=False)
    was_ambiguous = models.BooleanField(default=False, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    broadcast = models.CharField(
        max_length=40, blank=True, default="", db_default="", editable=False, help_text="Calls to different members."
    )
    repeat = models.PositiveSmallIntegerField(default=0, editable=False)
    errcode = models.IntegerField(_("error code"), null=True, blank=True)
    msgid = models.CharField(_("message ID"), max_length=255, blank=True)
    response_code = models.CharField(max_length=255, blank=True, editable=False)
    invalid = models.JSONField(_("not reached"), default=list, blank=True)
    sent_before = models.JSONField(
        _("sent before the database was restored"), default=list, db_default=Value([], models.JSONField()), blank=True
    )
    unlicensed = models.JSONField(_("without a licence"), default=list, blank=True)

    class Meta:
        verbose_name = _("outbound message")
        verbose_name_plural = _("outbound messages")
        indexes = [
            models.Index(fields=["status", "due_at"], name="outbound_due"),
            models.Index(fields=["status", "-priority", "due_at"], name="outbound_rank"),
            models.Index(fields=["order_key", "status", "id"], name="outbound_order"),
            models.Index(fields=["order_key", "status", "finished_at"], name="outbound_sent"),
            models.Index(fields=["cid"], name="outbound_cid"),
            models.Index(fields=["fingerprint", "created_at"], name="outbound_fingerprint"),
            models.Index(fields=["status", "finished_at"], name="outbound_ended"),
            models.Index(fields=["msgid"], name="outbound_msgid"),
            models.Index(fields=["msgtype", "id"], condition=~models.Q(msgtype="text"), name="outbound_type"),
            models.Index(fields=["-id"], condition=~models.Q(reason=""), name="outbound_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def kind(self) -> str:
        """Its kind, in words; the platform's code if we have none."""
        return str(MESSAGE_KINDS.get(self.msgtype, self.msgtype))

    def attachments(self) -> dict[str, Upload]:
        """The files that its content names, by that name."""
        if self.msgtype not in self.NAMING_FILES:
            return {}
        return {upload.placeholder: upload for upload in self.attached.order_by("pk")}

    def files(self) -> "list[Upload]":
        """The uploads that must be done before it can go out."""
        return [*([self.upload] if self.upload else []), *self.attachments().values()]

    def results(self) -> dict[str, "Outbound.Delivery"]:
        """The result for each recipient, by user ID."""
        results = dict.fromkeys(self.recipients, self._whole())
        results |= dict.fromkeys(self.sent_before, self.Delivery.SENT)
        results |= dict.fromkeys(self.invalid, self.Delivery.UNREACHED)
        return results | dict.fromkeys(self.unlicensed, self.Delivery.UNLICENSED)

    def _whole(self) -> "Outbound.Delivery":
        """The result for all recipients without one of their own."""
        end = ENDS.get(str(self.status), self.Delivery.WAITING)
        if self.reason == self.Reason.UNKNOWN:
            return {self.Delivery.SENT: self.Delivery.ASSUMED, self.Delivery.FAILED: self.Delivery.UNKNOWN}.get(
                end, end
            )
        recall = getattr(self, "recall", None) if end == self.Delivery.SENT else None
        return self.Delivery.RECALLED if recall is not None and recall.status == self.Status.DONE else end

    def fail_exhausted(self) -> None:
        """Its attempts are used up: fail it, as unclear if one of them may have arrived."""
        doubtful = self.was_ambiguous or Attempt.objects.abandoned(self).exists()
        self.settle(self.Status.FAILED, self.Reason.UNKNOWN if doubtful else "attempts")
        outbounds_settled.send(Outbound, outbounds=[self])


ENDS: dict[str, Outbound.Delivery] = {
    Outbound.Status.DONE: Outbound.Delivery.SENT,
    Outbound.Status.FAILED: Outbound.Delivery.FAILED,
    Outbound.Status.CANCELLED: Outbound.Delivery.CANCELLED,
}


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Queries on tries."""

    def abandoned(self, outbound: Outbound) -> "AttemptQuerySet":
        """Tries whose worker died before it could write an outcome."""
        return self.filter(outbound=outbound, outcome=Attempt.Outcome.OPEN)


class Attempt(models.Model):
    """One try to deliver an Outbound, written before the call, so that a dead worker leaves a trace."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("no answer yet")
        SENT = "sent", _("accepted")
        RETRY = "retry", _("not accepted; will be retried")
        AMBIGUOUS = "ambiguous", _("unclear whether accepted")
        FAILED = "failed", _("refused for good")
        HELD = "held", _("a setting must be corrected")

    outbound = models.ForeignKey(Outbound, models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField(_("number"))
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN)
    errcode = models.IntegerField(_("error code"), null=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [models.UniqueConstraint(fields=["outbound", "number"], name="attempt_unique_number")]

    def __str__(self) -> str:
        return f"{self.outbound_id}/{self.number}: {self.outcome}"
