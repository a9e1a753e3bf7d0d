"""Who waits for a video: batches of campaigns, and campaigns whose video is made ahead."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from avatars.models import Render
from core.work.base import Work
from scheduling.models.campaigns import Campaign
from scheduling.models.deliveries import Batch
from scheduling.models.former_schedules import Schedule


class AwaitedVideoQuerySet(models.QuerySet["AwaitedVideo"]):
    """Queries on awaited videos."""

    def waiting(self) -> "AwaitedVideoQuerySet":
        """Those that are still waited for: not while a campaign is paused, or after its end."""
        going = Q(batch__run__campaign__state=Campaign.State.RUNNING, batch__run__ended_at=None)
        batch = (
            going & Q(batch__ended_at=None, batch__status__in=Work.UNFINISHED) & ~Q(batch__reason=Batch.Reason.PAUSED)
        )
        ahead = Q(campaign__state__in=Campaign.ON) | Q(schedule__paused=False)
        return self.filter(batch | ahead)


class AwaitedVideo(models.Model):
    """A render that a batch of a campaign waits for, or ahead of its moment a campaign. Equal words of several share
    one render."""

    render = models.ForeignKey(Render, models.CASCADE, related_name="awaited_by", verbose_name=_("render"))
    batch = models.ForeignKey(
        Batch, models.CASCADE, null=True, blank=True, related_name="videos", verbose_name=_("batch")
    )
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="videos", verbose_name=_("campaign")
    )
    schedule = models.ForeignKey(
        Schedule, models.CASCADE, null=True, blank=True, related_name="videos", help_text="Until it is a campaign."
    )

    objects = AwaitedVideoQuerySet.as_manager()

    class Meta:
        verbose_name = _("awaited video")
        verbose_name_plural = _("awaited videos")
        constraints = [
            models.UniqueConstraint(fields=["batch", "render"], name="awaited_video_once_per_batch"),
            models.UniqueConstraint(fields=["campaign", "render"], name="awaited_video_once_per_campaign"),
            models.UniqueConstraint(fields=["schedule", "render"], name="awaited_video_once_per_schedule"),
            models.CheckConstraint(
                condition=Q(campaign=None, batch=None, schedule__isnull=False)
                | Q(campaign=None, batch__isnull=False, schedule=None)
                | Q(campaign__isnull=False, batch=None, schedule=None),
                name="awaited_video_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id or self.campaign_id or self.schedule_id} ← {self.render_id}"
