"""Schedules and campaigns with their runs, segments and other audiences."""

from scheduling.models.calendar_days import CalendarDay, CalendarDayQuerySet, calendar_of
from scheduling.models.campaigns import (
    Campaign,
    CampaignChange,
    CampaignContent,
    CampaignQuerySet,
)
from scheduling.models.deliveries import FAR, Batch, CampaignRun, Delivery
from scheduling.models.responses import CampaignResponse
from scheduling.models.runs import Run, RunMessage
from scheduling.models.schedules import (
    EVERYONE,
    LONGEST_GRACE,
    Schedule,
    ScheduleQuerySet,
    default_grace,
    default_time_zone,
    share_calendars,
)
from scheduling.models.segments import (
    AudienceSheet,
    AudienceSheetMember,
    AudienceSheetQuerySet,
    Segment,
    SegmentQuerySet,
)
from scheduling.models.sending_policy import SendingPolicy

__all__ = [
    "EVERYONE",
    "FAR",
    "LONGEST_GRACE",
    "AudienceSheet",
    "AudienceSheetMember",
    "AudienceSheetQuerySet",
    "Batch",
    "CalendarDay",
    "CalendarDayQuerySet",
    "Campaign",
    "CampaignChange",
    "CampaignContent",
    "CampaignQuerySet",
    "CampaignResponse",
    "CampaignRun",
    "Delivery",
    "Run",
    "RunMessage",
    "Schedule",
    "ScheduleQuerySet",
    "Segment",
    "SegmentQuerySet",
    "SendingPolicy",
    "calendar_of",
    "default_grace",
    "default_time_zone",
    "share_calendars",
]
