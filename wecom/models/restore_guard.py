"""Whether this database sent last: see `wecom.restore.guard`."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_instance() -> str:
    """A random name for a database."""
    return secrets.token_hex(16)


class Guard(models.Model):
    """The database's record of the places that may send from it. There is one row."""

    ONLY: ClassVar[int] = 1

    class Because(models.TextChoices):
        RESTORED = "restored", _("this database is older than what was sent last: it was restored from a backup")
        MOVED = "moved", _("this database came from another machine or folder")

    instance = models.CharField(max_length=32, default=new_instance, editable=False)
    places = models.JSONField(default=list, editable=False)
    held_since = models.DateTimeField(_("held since"), null=True, editable=False)
    held_because = models.CharField(_("reason"), max_length=10, choices=Because, blank=True, editable=False)
    held_place = models.CharField(max_length=32, blank=True, editable=False)
    forgotten = models.PositiveIntegerField(_("calls made after the backup"), default=0, editable=False)
    released_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("restore guard")
        verbose_name_plural = _("restore guard")

    def __str__(self) -> str:
        return str(_("restore guard"))


class ForgottenCall(models.Model):
    """A call that was made after the backup which this database was restored from, by `wecom.restore.sent_journal`.

    One to a single member is deleted when its message is met again. Those of a broadcast stay until the next restore.
    """

    instance = models.CharField(max_length=32, help_text="The key of the digests.")
    fingerprint = models.CharField(max_length=64)
    broadcast = models.CharField(max_length=40, blank=True, default="")
    members = models.BinaryField(default=bytes, help_text="Digests of those whom a broadcast or a file went to.")
    cid = models.CharField(max_length=32, default="", db_default="")
    msgtype = models.CharField(max_length=24, default="", db_default="", help_text="Of a file.")

    class Meta:
        verbose_name = "forgotten call"
        verbose_name_plural = "forgotten calls"
        indexes = [
            models.Index(fields=["fingerprint"], name="forgotten_fingerprint"),
            models.Index(fields=["broadcast"], name="forgotten_broadcast"),
            models.Index(fields=["cid"], name="forgotten_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.fingerprint[:8]} #{self.pk}"
