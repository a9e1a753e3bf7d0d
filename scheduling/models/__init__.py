"""Campaigns and series with their runs, segments and other audiences."""

import core.django_setup
from core.work.base import FAR
from scheduling.models.awaited_videos import AwaitedVideo
from scheduling.models.calendar_days import (
    CalendarDay,
    CalendarDayQuerySet,
    CalendarImport,
    calendar_of,
    share_calendars,
)
from scheduling.models.campaign_changes import CampaignChange
from scheduling.models.campaign_contents import CampaignContent
from scheduling.models.campaigns import FARTHEST_DAY, Campaign, CampaignQuerySet, content_choices
from scheduling.models.deliveries import Batch, CampaignRun, Delivery, OpenBatches
from scheduling.models.enrolments import Enrolment, EnrolmentQuerySet, EnrolmentStep
from scheduling.models.former_schedules import Run, RunMessage, Schedule
from scheduling.models.mailings import LONGEST_GRACE, Mailing, MailingChange, default_grace, default_time_zone
from scheduling.models.rehearsals import RehearsalRun
from scheduling.models.responses import CampaignLink, CampaignResponse, LinkClicks
from scheduling.models.segments import (
    AudienceSheet,
    AudienceSheetMember,
    AudienceSheetQuerySet,
    Segment,
    SegmentQuerySet,
)
from scheduling.models.sending_policy import SendingPolicy
from scheduling.models.series import Series, SeriesChange, SeriesQuerySet
