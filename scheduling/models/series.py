"""Series: messages on days counted from a date or an event, such as day -3, 0, 1 and 7 of joining.

A step of a series is a `Campaign` with a day and a time: its words, variables, deliveries and reports are a campaign's.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Flow
from scheduling.models.mailings import Mailing, MailingChange, default_time_zone
from scheduling.models.segments import names_fact, names_segment
from wecom.models import Application


class SeriesQuerySet(models.QuerySet["Series"]):
    """Queries on series."""

    def running(self) -> "SeriesQuerySet":
        """Series that take members in and send their steps."""
        return self.filter(state=Series.State.RUNNING)

    def going(self) -> "SeriesQuerySet":
        """Series that are not over."""
        return self.exclude(state__in=Series.OVER)


class Series(Mailing):
    """Messages to each member on days counted from a date or an event of their own."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for approval")
        APPROVED = "approved", _("approved")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    class Anchor(models.TextChoices):
        """The date or event that the days of the steps are counted from."""

        FACT = "fact", _("a date of the member, such as the start date")
        DEPARTMENT = "department", _("the day on which a member joins a department")
        FLOW = "flow", _("the day on which a member finishes a flow")
        API = "api", _("the day on which you or another system add a member")

    class Late(models.TextChoices):
        """The treatment of steps whose moment had passed: the member came late, or the series was paused."""

        SKIP = "skip", _("leave them out")
        LATEST = "latest", _("send the latest of them")
        ALL = "all", _("send all of them")

    class DaysOff(models.TextChoices):
        SEND = "send", _("send it on that day")
        WAIT = "wait", _("wait for the next working day")

    class Reason(models.TextChoices):
        """Why a series was paused by itself."""

        ERRORS = "errors", _("stopped, because too many messages failed")
        BROKEN = "broken", _("stopped, because its rules name something that no longer exists")
        NOT_APPROVED = "not_approved", _("what it would send is not what was approved")

    OVER: ClassVar = (State.FINISHED, State.CANCELLED)
    EDITABLE: ClassVar = (State.DRAFT, State.WAITING, State.APPROVED, State.PAUSED)
    EVENTS: ClassVar = (Anchor.DEPARTMENT, Anchor.FLOW, Anchor.API)

    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="series",
        verbose_name=_("application"),
        help_text=_("Leave it empty for the default application."),
    )
    anchor = models.CharField(_("days are counted from"), max_length=10, choices=Anchor, default=Anchor.FACT)
    fact = models.CharField(
        _("date"),
        max_length=40,
        blank=True,
        default="start_date",
        help_text=_("The identifier of a fact that is a date."),
    )
    departments: "models.JSONField[Any, Any]" = models.JSONField(
        _("departments"), default=list, blank=True, help_text=_("Their numbers; those below them count, too.")
    )
    flow = models.ForeignKey(Flow, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("flow"))
    repeats_yearly = models.BooleanField(
        _("every year"),
        default=False,
        help_text=_("For birthdays: it counts from each anniversary. 29 February counts as the 28th in other years."),
    )
    stop_rule: "models.JSONField[Any, Any]" = models.JSONField(
        _("ends for members who"), default=dict, blank=True, help_text=_("A rule as segments have it; empty for none.")
    )
    stops_on_reply = models.BooleanField(
        _("ends when they reply"),
        default=False,
        help_text=_("A message of theirs after their first step ends the series for them."),
    )
    stop_flow = models.ForeignKey(
        Flow,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ends when they finish the flow"),
    )
    late = models.CharField(
        _("steps that were missed"),
        max_length=6,
        choices=Late,
        default=Late.LATEST,
        help_text=_("Their moment had passed when the member came into the series, or while it was paused."),
    )
    days_off = models.CharField(
        _("on a day off"),
        max_length=4,
        choices=DaysOff,
        default=DaysOff.SEND,
        help_text=_("As the company's calendar of working days has it. A step that goes out at once never waits."),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default=default_time_zone)
    in_member_zone = models.BooleanField(
        _("in each member's own time"),
        default=False,
        db_default=False,
        help_text=_("10:00 is ten o'clock where the member is. Without a time zone of their own, this one counts."),
    )
    ends_on = models.DateField(
        _("takes members in until"),
        null=True,
        blank=True,
        help_text=_("The last day. Members who are in it by then get all their steps. Empty for no end."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    reason = models.CharField(_("reason"), max_length=40, choices=Reason, blank=True, editable=False)
    started_at = models.DateTimeField(
        _("started at"), null=True, editable=False, help_text="Events count from then on."
    )
    swept_at = models.DateTimeField(null=True, editable=False, help_text="Members and steps are up to date as of then.")
    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ("-pk",)
        permissions = [
            ("approve_series", "Can approve a series"),
            ("send_series", "Can start, pause and cancel a series"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["draft", "waiting", "approved", "running", "paused", "finished", "cancelled"]
                ),
                name="series_known_state",
            ),
            # What sends is approved, in a process of any version.
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "running"]) | ~models.Q(approved_hash=""),
                name="series_sends_approved",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="series_state")]

    @property
    def asks_for_days(self) -> bool:
        """Whether its steps wait for the next working day."""
        return self.days_off == self.DaysOff.WAIT

    @property
    def is_event(self) -> bool:
        """Whether members come into it by an event, and not by a date that lies ahead."""
        return self.anchor in self.EVENTS

    def names_segment(self, key: int) -> bool:
        """Whether its audience or the rule that ends it asks for a segment."""
        sides = (self.audience, self.audience.get("exclude") or {})
        return any(key in (side.get("segments") or ()) for side in sides) or names_segment(self.stop_rule, key)

    def names_fact(self, key: str) -> bool:
        """Whether its days are counted from a fact, or the rule that ends it asks for one."""
        return (self.anchor == self.Anchor.FACT and self.fact == key) or names_fact(self.stop_rule, key)


class SeriesChange(MailingChange):
    """A step in the life of a series."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="changes", verbose_name=_("series"))
    before = models.CharField(_("from"), max_length=9, choices=Series.State, blank=True)
    after = models.CharField(_("to"), max_length=9, choices=Series.State)

    class Meta(MailingChange.Meta):
        verbose_name = _("change of a series")
        verbose_name_plural = _("changes of series")
        indexes = [models.Index(fields=["series", "after"], name="series_change_state")]

    def __str__(self) -> str:
        return f"{self.series_id}: {self.before} → {self.after}"
