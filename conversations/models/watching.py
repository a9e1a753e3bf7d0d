"""Videos that are watched on a page of ours, because they are too large for a message."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars.models import Render
from wecom.models import Application, Member


def new_name() -> str:
    """A name of 128 random bits, for an address that nobody can guess."""
    return secrets.token_hex(16)


class Viewing(models.Model):
    """One member's right to watch one video; its name is part of the page's address."""

    name = models.CharField(max_length=32, unique=True, default=new_name, editable=False)
    render = models.ForeignKey(Render, models.CASCADE, related_name="viewings", verbose_name=_("render"))
    application = models.ForeignKey(Application, models.CASCADE, related_name="viewings", verbose_name=_("application"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="viewings", verbose_name=_("member"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        constraints = [
            models.UniqueConstraint(fields=["render", "application", "member"], name="viewing_one_per_member"),
        ]

    def __str__(self) -> str:
        return f"{self.render} · {self.member}"
