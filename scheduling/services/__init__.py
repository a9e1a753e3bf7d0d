"""The front door of scheduling: schedules are made, paused, previewed and run here."""

from scheduling.schedules.audience import Audience, application_of, audience_of
from scheduling.schedules.day_lists import read_day_list
from scheduling.schedules.preview import PREVIEWED, MemberScript, Preview, preview, preview_scripts
from scheduling.schedules.recipients import Recipient, find_recipients, first_names, recipients_of
from scheduling.schedules.validation import left_out
from scheduling.services.calendar import UnknownYear, fill_calendars, import_days, unknown_years
from scheduling.services.drafts import ask_for_publishing, publish, send_back
from scheduling.services.guide import aschedule_wechat_message, schedule_wechat_message
from scheduling.services.runs import due_moment, forget_old_runs, run_all_due, run_due, run_now, sweep
from scheduling.services.schedules import pause, problems, remove, resume, save_schedule, warnings

__all__ = [
    "PREVIEWED",
    "Audience",
    "MemberScript",
    "Preview",
    "Recipient",
    "UnknownYear",
    "application_of",
    "aschedule_wechat_message",
    "ask_for_publishing",
    "audience_of",
    "due_moment",
    "fill_calendars",
    "find_recipients",
    "first_names",
    "forget_old_runs",
    "import_days",
    "left_out",
    "pause",
    "preview",
    "preview_scripts",
    "problems",
    "publish",
    "read_day_list",
    "recipients_of",
    "remove",
    "resume",
    "run_all_due",
    "run_due",
    "run_now",
    "save_schedule",
    "schedule_wechat_message",
    "send_back",
    "sweep",
    "unknown_years",
    "warnings",
]
