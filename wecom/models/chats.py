"""Group chats that an application made, and its messages into them."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.work.base import Work
from wecom.models.company import Application
from wecom.models.outbox import Outbound, Upload


class GroupChat(models.Model):
    """A group chat (群聊) as of the last refresh. Members see it with its first message."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="group_chats", verbose_name=_("application")
    )
    chat_id = models.CharField(_("chat ID"), max_length=32)
    name = models.CharField(_("name"), max_length=50, blank=True)
    owner = models.CharField(_("owner"), max_length=64, blank=True)
    user_ids = models.JSONField(_("members"), default=list)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("group chat")
        verbose_name_plural = _("group chats")
        constraints = [models.UniqueConstraint(fields=["application", "chat_id"], name="groupchat_unique_chat_id")]

    def __str__(self) -> str:
        return self.name or self.chat_id


class GroupMessage(Work):
    """One message into one group chat.

    The platform has no duplicate check here, so a message that may have arrived is never retried.
    """

    task = "wecom.deliver_to_chat"
    max_attempts = 20
    lease = timedelta(seconds=45)

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", _("unclear whether it arrived")
        CHAT = "chat", _("there is no such group chat of this application")
        UPLOADING = "uploading", _("waits for its media")
        UPLOAD_FAILED = "upload_failed", _("its file could not be uploaded")
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        QUOTA = "quota", _("waits for the platform's quota")
        REFUSED = "refused", _("the platform refused it")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="group_messages", verbose_name=_("application")
    )
    chat = models.ForeignKey(GroupChat, models.CASCADE, related_name="messages", verbose_name=_("group chat"))
    msgtype = models.CharField(_("type"), max_length=24)
    content = models.JSONField(_("content"), default=dict)
    options = models.JSONField(default=dict, blank=True, editable=False)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="group_messages")
    attached = models.ManyToManyField(
        Upload, related_name="attached_to_groups", blank=True, editable=False, help_text="Files that its content names."
    )
    in_doubt = models.BooleanField(default=False, editable=False)
    # When the platform was last asked to take it, unless it refused: what the limits of group chats count.
    called_at = models.DateTimeField(null=True, blank=True, editable=False)
    errcode = models.IntegerField(_("error code"), null=True, blank=True)

    class Meta:
        verbose_name = _("group message")
        verbose_name_plural = _("group messages")
        indexes = [
            models.Index(fields=["status", "due_at"], name="groupmessage_due"),
            models.Index(fields=["order_key", "status", "id"], name="groupmessage_order"),
            models.Index(fields=["cid"], name="groupmessage_cid"),
            models.Index(fields=["called_at"], name="groupmessage_called"),
            models.Index(fields=["-id"], condition=~models.Q(reason=""), name="groupmessage_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.msgtype} #{self.pk}"

    def attachments(self) -> dict[str, Upload]:
        """The files that its content names, by that name."""
        if self.msgtype not in Outbound.NAMING_FILES:
            return {}
        return {upload.placeholder: upload for upload in self.attached.order_by("pk")}

    def files(self) -> list[Upload]:
        """The uploads that must be done before it can go out."""
        return [*([self.upload] if self.upload else []), *self.attachments().values()]
