"""WeChat Work's side in rows: who we are there, what came in, what goes out."""

import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openuser.lib.fields import EncryptedTextField
from openuser.lib.work import Work
from wecom.crypto import Keys
from wecom.signals import outbound_settled


def new_webhook_key() -> str:
    """A random name for an application's own webhook address."""
    return secrets.token_hex(16)


class Corporation(models.Model):
    """The company as WeChat Work knows it."""

    corp_id = models.CharField(
        _("corp ID"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^w[wxp][0-9a-zA-Z]{4,62}$", _("A corp ID looks like ww1234567890abcdef."))],
        help_text=_("Console → My company → Corp ID, like ww1234567890abcdef."),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("corporation")
        verbose_name_plural = _("corporations")

    def __str__(self) -> str:
        return self.name or self.corp_id


class Application(models.Model):
    """A self-built application (自建应用) of a corporation, with its keys."""

    corporation = models.ForeignKey(
        Corporation, models.PROTECT, related_name="applications", verbose_name=_("corporation")
    )
    agent_id = models.PositiveIntegerField(
        _("agent ID"), validators=[MinValueValidator(1)], help_text=_("The number of the application, like 1000002.")
    )
    name = models.CharField(_("name"), max_length=64, help_text=_("As people see it in WeChat Work."))
    secret = EncryptedTextField(_("secret"), help_text=_("Console → Applications → your application → Secret."))
    token = EncryptedTextField(
        _("callback token"), help_text=_("The Token of “Receive messages”: up to 32 letters and digits.")
    )
    encoding_aes_key = EncryptedTextField(
        _("EncodingAESKey"), help_text=_("The EncodingAESKey of “Receive messages”: 43 letters and digits.")
    )
    api_base_url = models.URLField(
        _("API address"), default="https://qyapi.weixin.qq.com", help_text=_("Change it only for a proxy or a test.")
    )
    webhook_key = models.CharField(max_length=32, unique=True, default=new_webhook_key, editable=False)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Used where a program sends without naming an application.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    access_token = EncryptedTextField(blank=True, default="", editable=False)
    access_token_expires_at = models.DateTimeField(null=True, editable=False)
    token_lease_owner = models.CharField(max_length=32, blank=True, default="", editable=False)
    token_lease_until = models.DateTimeField(null=True, editable=False)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    held_reason = models.TextField(_("why it is held"), blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "agent_id"], name="application_unique_agent"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="application_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def keys(self) -> Keys:
        """The callback keys. Raises `wecom.crypto.CryptoError` where the EncodingAESKey is malformed."""
        return Keys.parse(token=self.token, encoding_aes_key=self.encoding_aes_key, receive_id=self.corporation.corp_id)


class Member(models.Model):
    """A person in the company (成员), made on first contact. User IDs are lower-cased: the platform ignores case."""

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="members", verbose_name=_("corporation"))
    user_id = models.CharField(_("user ID"), max_length=64)
    name = models.CharField(_("name"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("first seen"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "user_id"], name="member_unique_user_id"),
        ]

    def __str__(self) -> str:
        return self.name or self.user_id


class Callback(Work):
    """The inbox: one thing that the platform told us, kept under its identity so that a repeat is seen as one."""

    task = "wecom.handle"
    max_attempts = 6  # the last one only apologises

    class Reason(models.TextChoices):
        STALE = "stale", _("older than six hours: not acted on")
        SUSPECT = "suspect", _("its clock differs from ours")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="callbacks", verbose_name=_("application")
    )
    identity = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=32)
    event = models.CharField(_("event"), max_length=64, blank=True)
    from_user_id = models.CharField(_("from"), max_length=64)
    sent_at = models.DateTimeField(_("sent at"))
    suspect = models.BooleanField(_("clock differs"), default=False)
    body = EncryptedTextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        constraints = [
            models.UniqueConstraint(fields=["application", "identity"], name="callback_unique_identity"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="callback_due"),
            models.Index(fields=["order_key", "status", "id"], name="callback_order"),
            models.Index(fields=["cid"], name="callback_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.event or self.kind} #{self.pk}"


class Upload(Work):
    """A file that the platform keeps for three days, uploaded once for everybody who gets it."""

    task = "wecom.upload"
    max_attempts = 8
    valid_for: ClassVar[timedelta] = timedelta(hours=70)

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        VOICE = "voice", _("voice")
        VIDEO = "video", _("video")
        FILE = "file", _("file")

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="uploads")
    application = models.ForeignKey(Application, models.CASCADE, related_name="uploads", verbose_name=_("application"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(_("file"), max_length=500, help_text=_("Its name in the media storage."))
    filename = models.CharField(_("shown as"), max_length=128)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    media_id = models.CharField(_("media ID"), max_length=256, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "kind", "sha256"], name="upload_unique_content"),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="upload_due")]

    def __str__(self) -> str:
        return f"{self.filename} #{self.pk}"

    def exhaust(self) -> None:
        super().exhaust()
        self.wake_waiting()

    def waiting(self) -> "models.QuerySet[Outbound]":
        """The messages that need its media ID."""
        return self.outbounds.filter(status=Outbound.Status.QUEUED, body=None)

    def wake_waiting(self) -> None:
        """It has ended, well or not: those who wait look again now."""
        self.waiting().update(due_at=timezone.now(), woken_at=None)
        for outbound in self.waiting():
            outbound.wake()

    def is_usable(self, now: Any) -> bool:
        return bool(self.media_id) and self.expires_at is not None and self.expires_at > now


class Outbound(Work):
    """The outbox: one call of message/send to at most 1,000 recipients."""

    task = "wecom.deliver"
    max_attempts = 60
    lease = timedelta(seconds=45)

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", _("nobody knows whether it arrived")
        EXPIRED = "expired", _("too late to be of use")
        HELD = "held", _("waits for a setting to be mended")
        BUSY = "busy", _("the platform is busy")
        AMBIGUOUS = "ambiguous", _("no clear answer; sent again without doubling")
        UPLOADING = "uploading", _("waits for its media")
        REFUSED = "refused", _("the platform refused it")
        RECIPIENT = "recipient", _("the recipient cannot be reached")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="outbounds", verbose_name=_("application")
    )
    recipients = models.JSONField(_("recipients"), default=list)
    msgtype = models.CharField(_("type"), max_length=24)
    content = models.JSONField(_("content"), default=dict)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="outbounds")
    delivery_key = models.CharField(max_length=120, unique=True, null=True, editable=False)  # noqa: DJ001 - unique
    priority = models.SmallIntegerField(_("priority"), default=0)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    body = models.BinaryField(null=True, editable=False)
    first_attempt_at = models.DateTimeField(null=True, editable=False)
    was_ambiguous = models.BooleanField(default=False, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    repeat = models.PositiveSmallIntegerField(default=0, editable=False)
    errcode = models.IntegerField(_("error code"), null=True, blank=True)
    msgid = models.CharField(_("message ID"), max_length=255, blank=True)
    invalid = models.JSONField(_("not reached"), default=list, blank=True)

    class Meta:
        verbose_name = _("outbound message")
        verbose_name_plural = _("outbound messages")
        indexes = [
            models.Index(fields=["status", "due_at"], name="outbound_due"),
            models.Index(fields=["order_key", "status", "id"], name="outbound_order"),
            models.Index(fields=["order_key", "status", "finished_at"], name="outbound_sent"),
            models.Index(fields=["cid"], name="outbound_cid"),
            models.Index(fields=["fingerprint", "created_at"], name="outbound_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"{self.msgtype} #{self.pk}"

    def exhaust(self) -> None:
        super().exhaust()
        outbound_settled.send(Outbound, outbound=self)


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
        RETRY = "retry", _("certainly not accepted; tried again")
        AMBIGUOUS = "ambiguous", _("perhaps accepted")
        FAILED = "failed", _("refused for good")
        HELD = "held", _("a setting must be mended")

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
