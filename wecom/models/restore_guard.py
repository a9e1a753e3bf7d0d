"""Whether this database sent last: see `wecom.restore_guard`."""

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

    class Meta:
        verbose_name = _("restore guard")
        verbose_name_plural = _("restore guard")

    def __str__(self) -> str:
        return str(_("restore guard"))
