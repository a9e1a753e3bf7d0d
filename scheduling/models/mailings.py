"""Fields that campaigns and series have in common: the members who may get it, its author, the approved content, and
its history.
"""

import zoneinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.parties.acting_client import ClientNameField, PartyRow, named
from scheduling.business_calendar import Calendar
from scheduling.models.calendar_days import calendar_of
from wecom.models import Application

LONGEST_GRACE = 24 * 60  # minutes


def default_time_zone() -> str:
    """The time zone of the installation."""
    return str(settings.TIME_ZONE)


def default_grace() -> int:
    """The default grace period in minutes."""
    return int(settings.SCHEDULING["GRACE_MINUTES"])


class Mailing(models.Model):
    """A campaign or a series. Each has its own states, and an application under its own related name."""

    state: "models.CharField[Any, Any]"
    time_zone: "models.CharField[Any, Any]"
    application: "models.ForeignKey[Any, Any]"

    OVER: ClassVar[tuple[str, ...]]
    EDITABLE: ClassVar[tuple[str, ...]]

    name = models.CharField(_("name"), max_length=80, help_text=_("Only shown in the admin."))
    audience = models.JSONField(_("audience"), default=dict, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("written by"),
    )
    client = ClientNameField(_("written by the program"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def sender(self) -> Application | None:
        """The application that sends it: its own, or the default one."""
        return self.application or self._default_sender

    @cached_property
    def _default_sender(self) -> Application | None:
        rows = Application.objects.select_related("corporation__sending_policy")
        return rows.filter(is_default=True).first()

    @cached_property
    def calendar(self) -> Calendar:
        """The working days of its company. Lists share one among their rows."""
        return calendar_of(self.application)

    @property
    def is_editable(self) -> bool:
        return self.state in self.EDITABLE

    @property
    def needs_approval(self) -> bool:
        """Whether a second person approves it before it is started."""
        return True

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(settings.TIME_ZONE)


class MailingChange(PartyRow):
    """A step in the life of a campaign or series, or an edit: who, when, why, and its description then.

    Attributes:
        wrote: whether this changed the content that an approval is bound to.
    """

    before: "models.CharField[Any, Any]"
    after: "models.CharField[Any, Any]"

    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    why = models.CharField(_("why"), max_length=300, blank=True)
    wrote = models.BooleanField(_("was changed"), default=False, db_default=False)
    digest = models.CharField(max_length=64, blank=True)
    description = models.JSONField(_("what it was like"), default=dict, blank=True)

    class Meta:
        abstract = True
        ordering = ("-pk",)

    @property
    def is_step(self) -> bool:
        """Whether it took the row to another state, and was no mere edit."""
        return bool(self.before != self.after)

    @property
    def who(self) -> str:
        """The person or the program; "" for OpenUser itself."""
        return named(self.by, self.client)
