"""A campaign as it is sent: a run for each moment, batches of at most a thousand, and a row for each member."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.work.base import FAR, Work
from scheduling.models.campaigns import Campaign
from wecom.models import Member, Outbound


class CampaignRun(Work):
    """One moment of a campaign. The work is to freeze the audience; the batches send."""

    task = "scheduling.start_run"
    lease = timedelta(minutes=5)

    class Reason(models.TextChoices):
        MISSED = "missed", _("missed")
        DAYS_UNKNOWN = "days_unknown", _("held, because the working days of the year are not known")
        EXPIRED = "expired", _("expired")
        NOBODY = "nobody", _("no member is left")
        ERRORS = "errors", _("stopped, because too many messages failed")
        CANCELLED = "cancelled", _("cancelled")
        NOT_APPROVED = "not_approved", _("what it would send is not what was approved")
        FAILED = "failed", _("failed")
        BROKEN = "broken", _("stopped, because its audience names something that no longer exists")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="runs", verbose_name=_("campaign"))
    moment = models.DateTimeField(_("moment"))
    content = models.JSONField(_("content"), default=dict, help_text=_("What is sent, as it was approved."))
    digest = models.CharField(max_length=64, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    planned = models.PositiveIntegerField(_("members"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    recalled = models.PositiveIntegerField(
        _("recalled"), default=0, help_text=_("Members who had got it. They are among those sent to.")
    )
    by_hand = models.BooleanField(_("started by hand"), default=False, db_default=False)
    others_missed = models.PositiveIntegerField(_("earlier ones missed too"), default=0, db_default=0)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of a campaign")
        verbose_name_plural = _("runs of campaigns")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["campaign", "moment"], name="campaign_run_once_per_moment"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="campaign_run_work"),
            models.Index(fields=["moment"], name="campaign_run_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.moment.astimezone(self.campaign.zone):%Y-%m-%d %H:%M}"

    @property
    def in_member_zone(self) -> bool:
        """Whether it goes out in each member's own time, as it was approved."""
        return not self.by_hand and bool(self.content.get("time", {}).get("in_member_zone"))


@dataclass(frozen=True, kw_only=True)
class OpenBatches:
    """How many batches of a run in one zone were let go and have not arrived, and how many may go next."""

    zone: str
    in_flight: int
    waiting: int


class BatchQuerySet(models.QuerySet["Batch"]):
    """Queries on batches."""

    def waiting(self, now: datetime) -> "BatchQuerySet":
        """Batches that wait for their turn, and whose moment has come."""
        return self.filter(_may_go(now))

    def open_by_zone(self, run: CampaignRun, now: datetime) -> list[OpenBatches]:
        """The batches of a run that have not ended, by zone; nothing if all have."""
        flying = models.Count("pk", filter=~models.Q(due_at=FAR))
        waiting = models.Count("pk", filter=_may_go(now))
        rows = self.filter(run=run, ended_at=None).order_by().values("zone")
        zones = rows.annotate(in_flight=flying, waiting=waiting).values_list("zone", "in_flight", "waiting")
        return [OpenBatches(zone=zone, in_flight=count, waiting=more) for zone, count, more in zones]

    def with_campaign_locked(self) -> "BatchQuerySet":
        """With their run and its campaign, which is locked: before anything of the run, as everywhere."""
        rows = self.select_related("run__campaign").select_for_update(of=("run__campaign",))
        return rows.defer("run__content")

    def look_again(self, now: datetime) -> int:
        """Let those look again that wait for their hours: the quiet hours or the window have changed."""
        held = self.filter(status=Batch.Status.QUEUED, reason__in=Batch.HELD, due_at__gt=now)
        return held.exclude(due_at=FAR).update(due_at=now, woken_at=None)

    def create_beside(self, batch: "Batch", **fields: Any) -> "Batch":
        """Another batch of the same run, language, variant and zone, with the next free number."""
        last = self.filter(run=batch.run_id).order_by("-number").values_list("number", flat=True)[0]
        names = ("run_id", "language", "variant", "zone", "moment", "retry", "cid")
        same = {name: getattr(batch, name) for name in names}
        return self.create(number=last + 1, **{**same, **fields})


def _may_go(now: datetime) -> models.Q:
    return models.Q(models.Q(moment=None) | models.Q(moment__lte=now), status=Work.Status.QUEUED, due_at=FAR)


class Batch(Work):
    """At most a thousand members of a run who get the same content, in one language and variant."""

    task = "scheduling.send_batch"
    max_attempts = 8

    class Reason(models.TextChoices):
        PAUSED = "paused", _("the campaign is paused")
        QUIET = "quiet", _("waits for the end of the quiet hours")
        WINDOW = "window", _("waits for its send window")
        DIALOGUE = "dialogue", _("waits for the end of a dialogue")
        RENDERING = "rendering", _("waits for its video")
        TEXT = "text", _("its words went out instead of the video")

    run = models.ForeignKey(CampaignRun, models.CASCADE, related_name="batches", verbose_name=_("run"))
    number = models.PositiveIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=8)
    variant = models.CharField(_("variant"), max_length=1)
    zone = models.CharField(
        _("time zone"), max_length=64, blank=True, default="", help_text=_("Empty: that of the campaign.")
    )
    moment = models.DateTimeField(
        _("moment"), null=True, blank=True, help_text=_("Where its members are; empty: that of the run.")
    )
    size = models.PositiveIntegerField(_("members"))
    retry = models.PositiveSmallIntegerField(default=0, editable=False, help_text="How often its members were retried.")
    outbound = models.ForeignKey(
        Outbound, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("outbound message")
    )
    pending = models.PositiveIntegerField(_("calls on their way"), default=0, editable=False)
    renders: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, editable=False, help_text="The render that was asked for, by script; null where none can be made."
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    HELD: ClassVar = (Reason.QUIET, Reason.WINDOW)
    TOLD: ClassVar = (*HELD, Reason.DIALOGUE)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="batch_once_per_run")]
        indexes = [
            models.Index(fields=["status", "due_at"], name="batch_work"),
            models.Index(fields=["run", "ended_at"], name="batch_open"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"

    @property
    def broadcast_key(self) -> str:
        """Calls with this key go to different members: each member is in one batch of a run, until a retry.

        It is the same for the run that a restored database makes again.
        """
        return f"{self.run.campaign_id}.{self.run.moment.timestamp():.0f}.{self.retry}"

    @property
    def clock(self) -> ZoneInfo:
        """The zone by whose clock it goes out."""
        return ZoneInfo(self.zone) if self.zone else self.run.campaign.zone

    @property
    def expires_at(self) -> datetime | None:
        """As long after its own moment as the run expires after its."""
        if self.run.expires_at is None:
            return None
        return self.run.expires_at + ((self.moment or self.run.moment) - self.run.moment)


class Delivery(models.Model):
    """One member in one run, with the outcome. Written once when the audience is frozen, and once at the end.

    Its keys are not checked by the database: a million checks at the end of one transaction cost more than the rows. A
    deletion of a member, a run or an outbound message deletes or clears them, as Django does.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("left out")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")
        RECALLED = "recalled", _("recalled")
        DEGRADED = "degraded", _("sent in a simpler form")

    class Reason(models.TextChoices):
        """Why a member did not get it, or got something else."""

        LEFT = "left", _("has left the company")
        NOT_ACTIVATED = "not_activated", _("has not activated WeChat Work yet")
        DISABLED = "disabled", _("is disabled in WeChat Work")
        OUT_OF_RANGE = "out_of_range", _("is outside the application's visible range")
        OPTED_OUT = "opted_out", _("has muted such messages")
        CAP = "cap", _("has had as many messages as the cap allows")
        NO_VALUE = "no_value", _("has no value for a variable")
        DIALOGUE = "dialogue", _("was in a dialogue")
        MISSED = "missed", _("its moment had passed where the member is")
        EXPIRED = "expired", _("it had expired before it could be sent")
        CANCELLED = "cancelled", _("the campaign was cancelled")
        UNREACHED = "unreached", _("WeChat Work did not reach the member")
        UNLICENSED = "unlicensed", _("has no interface licence")
        REFUSED = "refused", _("WeChat Work refused the message")
        UNKNOWN = "unknown", _("unclear whether it arrived")
        MEDIA = "media", _("its file could not be sent")
        TEXT = "text", _("its words went out instead of the video")
        PREFERS_TEXT = "prefers_text", _("reads the words of videos, as the member has chosen")

    FINAL: ClassVar = frozenset(Status.values) - {"planned"}

    run = models.ForeignKey(
        CampaignRun,
        models.CASCADE,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,
        verbose_name=_("run"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,
        verbose_name=_("member"),
    )
    batch = models.PositiveIntegerField(_("batch"), default=0)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PLANNED)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True, default="")
    outbound = models.ForeignKey(
        Outbound,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("outbound message"),
        help_text=_("Of words that only this member or a few others get; the rest have their batch's."),
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            # Exactly once. A member's deliveries are found by it, too.
            models.UniqueConstraint(fields=["member", "run"], name="delivery_once_per_member"),
        ]
        indexes = [
            models.Index(fields=["run", "batch"], name="delivery_batch"),
            models.Index(fields=["outbound"], condition=models.Q(outbound__isnull=False), name="delivery_outbound"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} → {self.member_id}"
