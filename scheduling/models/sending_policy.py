"""The rules for all campaigns of a company."""

from datetime import time

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wecom.models import Corporation


def quiet_from() -> time | None:
    """When the quiet hours of a new company begin; None for no quiet hours."""
    return _hours()[0]


def quiet_until() -> time | None:
    """When they end."""
    return _hours()[1]


def _hours() -> tuple[time, time] | tuple[None, None]:
    begin, dash, end = settings.SCHEDULING["QUIET_HOURS"].partition("-")
    if not dash:
        return None, None
    try:
        return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
    except ValueError as error:
        fault = "OPENUSER_QUIET_HOURS is two times with a hyphen between, such as 21:00-08:00, or empty."
        raise ImproperlyConfigured(fault) from error


class SendingPolicyQuerySet(models.QuerySet["SendingPolicy"]):
    """Queries on policies."""

    def stopped(self) -> "SendingPolicyQuerySet":
        """Those that stop everything, with who did that."""
        return self.exclude(stopped_at=None).select_related("stopped_by").order_by("pk")

    def undecided(self) -> "SendingPolicyQuerySet":
        """Those of companies that were there before new ones had quiet hours, and have not decided on theirs."""
        return self.filter(quiet_decided_at=None, quiet_from=None).select_related("corporation").order_by("pk")


class SendingPolicy(models.Model):
    """The rules for all campaigns of a company: quiet hours, caps, and the switch that stops them all."""

    corporation = models.OneToOneField(
        Corporation, models.CASCADE, related_name="sending_policy", verbose_name=_("corporation")
    )
    quiet_from = models.TimeField(
        _("quiet from"), null=True, blank=True, default=quiet_from, help_text=_("Such as 21:00.")
    )
    quiet_until = models.TimeField(
        _("quiet until"),
        null=True,
        blank=True,
        default=quiet_until,
        help_text=_("What would go out in between waits until then. Urgent campaigns do not wait."),
    )
    quiet_decided_at = models.DateTimeField(
        _("quiet hours decided at"), null=True, blank=True, editable=False, default=timezone.now
    )
    quiet_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("quiet hours decided by"),
    )
    daily_cap = models.PositiveSmallIntegerField(
        _("messages a day"), null=True, blank=True, help_text=_("For each member; empty for no cap.")
    )
    weekly_cap = models.PositiveSmallIntegerField(
        _("messages a week"), null=True, blank=True, help_text=_("For each member; empty for no cap.")
    )
    stopped_at = models.DateTimeField(_("everything stopped at"), null=True, blank=True, editable=False)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("stopped by"),
    )
    stopped_why = models.CharField(_("why it was stopped"), max_length=300, blank=True, editable=False)

    objects = SendingPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending policy")
        verbose_name_plural = _("sending policies")
        permissions = [("stop_sendingpolicy", "Can stop everything that is not a reply")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="sending_policy_whole_quiet_hours",
            ),
        ]

    def __str__(self) -> str:
        return str(self.corporation)
