"""Campaigns, series, their runs, and segments in the admin."""

from scheduling.admin import calendar_days, segments, sheets
from scheduling.admin.campaigns import campaign_pages, policy_pages, run_pages
from scheduling.admin.series import enrolment_pages, series_pages
