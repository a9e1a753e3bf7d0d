"""Who is in a series, from which day their steps are counted, and which of them they have had."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.parties.acting_client import ClientNameField
from scheduling.models.campaigns import Campaign
from scheduling.models.deliveries import CampaignRun
from scheduling.models.series import Series
from wecom.models import Member


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Queries on enrolments."""

    def active(self) -> "EnrolmentQuerySet":
        return self.filter(status=Enrolment.Status.ACTIVE)

    def stop(self, reason: "Enrolment.Reason", *, now: datetime) -> int:
        """End those that are active for this reason; returns how many."""
        return self.active().update(status=Enrolment.Status.STOPPED, reason=reason, ended_at=now)


class Enrolment(models.Model):
    """That a member is in a series, counted from one date or event.

    `cycle` is the year of the date when they were taken in, and 0 for events: a corrected date moves the enrolment and
    opens no second one, an event takes a member in once, and every year has its own birthday.
    """

    class Source(models.TextChoices):
        FACT = "fact", _("a date of the member")
        EVENT = "event", _("an event")
        API = "api", _("the API")
        HAND = "hand", _("by hand")

    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("of a member in a series", "active")
        FINISHED = "finished", _("finished")
        STOPPED = "stopped", _("stopped")

    class Reason(models.TextChoices):
        """Why the series ended for a member before its last step."""

        LEFT = "left", _("has left the company")
        AUDIENCE = "audience", _("is no longer in the audience")
        RULE = "rule", _("the rule that ends it came true")
        REPLIED = "replied", _("has replied")
        FLOW = "flow", _("has finished the flow")
        NO_DATE = "no_date", _("the date was removed")
        OTHER_DATE = "other_date", _("the date was changed to another one")
        PASSED = "passed", _("the date was changed, and all days have passed")
        PERSON = "person", _("was stopped by hand")
        API = "api", _("was stopped through the API")
        CANCELLED = "cancelled", _("the series was cancelled")

    series = models.ForeignKey(Series, models.CASCADE, related_name="enrolments", verbose_name=_("series"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="enrolments", verbose_name=_("member"))
    cycle = models.PositiveSmallIntegerField(_("year"), default=0)
    anchor_on = models.DateField(_("day 0"), help_text=_("In the time zone of the series, or in that of the member."))
    anchor_at = models.DateTimeField(_("moment of the event"), null=True, blank=True)
    source = models.CharField(_("came by"), max_length=5, choices=Source)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("stopped by")
    )
    client = ClientNameField(_("taken in by the program"))
    ended_client = ClientNameField(_("stopped by the program"), default="")
    created_at = models.DateTimeField(_("taken in at"), default=timezone.now)
    started_at = models.DateTimeField(_("first step at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a series")
        verbose_name_plural = _("members of series")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["series", "member", "cycle"], name="enrolment_once_per_cycle"),
            models.CheckConstraint(
                condition=models.Q(status="active", ended_at=None)
                | models.Q(status__in=["finished", "stopped"], ended_at__isnull=False),
                name="enrolment_ends_with_its_time",
            ),
        ]
        indexes = [
            # The due day of a step is a range of days 0, so that a step finds its members by this.
            models.Index(fields=["series", "status", "anchor_on"], name="enrolment_due"),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.anchor_on:%Y-%m-%d}"


class EnrolmentStep(models.Model):
    """That a member's turn in a series has come to a step. The delivery of the run has the outcome.

    It is written before anything is sent, and a step has one for each enrolment: no member gets a step twice.
    """

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="taken", verbose_name=_("enrolment"))
    step = models.ForeignKey(Campaign, models.CASCADE, related_name="taken", verbose_name=_("step"))
    run = models.ForeignKey(
        CampaignRun, models.SET_NULL, null=True, blank=True, related_name="taken", verbose_name=_("run")
    )

    class Meta:
        verbose_name = _("step that a member has had")
        verbose_name_plural = _("steps that members have had")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "step"], name="enrolment_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.step_id}"
