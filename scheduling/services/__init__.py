"""The front door of scheduling: schedules are made, paused, previewed and run here."""

from scheduling.schedules.audience import Audience, application_of, audience_of
from scheduling.schedules.day_lists import read_day_list
from scheduling.schedules.preview import PREVIEWED, MemberScript, Preview, preview, preview_scripts
from scheduling.schedules.recipients import Recipient, find_recipients, first_names, recipients_of
from scheduling.schedules.validation import left_out
from scheduling.segments.audience import AudienceRule, DepartmentChoice, Selection, parse_audience
from scheduling.segments.reach import REASONS, LeftOut, Reach, members_of, with_reasons
from scheduling.services.audiences import preview_audience, read_audience
from scheduling.services.calendar import UnknownYear, fill_calendars, import_days, unknown_years
from scheduling.services.drafts import ask_for_publishing, publish, send_back
from scheduling.services.guide import aschedule_wechat_message, schedule_wechat_message
from scheduling.services.runs import due_moment, forget_old_runs, run_all_due, run_due, run_now, sweep
from scheduling.services.schedules import pause, problems, remove, resume, save_schedule, warnings
from scheduling.services.segments import (
    SegmentPreview,
    count_segments,
    members_of_segment,
    preview_rule,
    remove_segment,
    save_segment,
    segment_uses,
    segment_warnings,
    segments_in_words,
    subjects_for_rules,
)

__all__ = [
    "PREVIEWED",
    "REASONS",
    "Audience",
    "AudienceRule",
    "DepartmentChoice",
    "LeftOut",
    "MemberScript",
    "Preview",
    "Reach",
    "Recipient",
    "SegmentPreview",
    "Selection",
    "UnknownYear",
    "application_of",
    "aschedule_wechat_message",
    "ask_for_publishing",
    "audience_of",
    "count_segments",
    "due_moment",
    "fill_calendars",
    "find_recipients",
    "first_names",
    "forget_old_runs",
    "import_days",
    "left_out",
    "members_of",
    "members_of_segment",
    "parse_audience",
    "pause",
    "preview",
    "preview_audience",
    "preview_rule",
    "preview_scripts",
    "problems",
    "publish",
    "read_audience",
    "read_day_list",
    "recipients_of",
    "remove",
    "remove_segment",
    "resume",
    "run_all_due",
    "run_due",
    "run_now",
    "save_schedule",
    "save_segment",
    "schedule_wechat_message",
    "segment_uses",
    "segment_warnings",
    "segments_in_words",
    "send_back",
    "subjects_for_rules",
    "sweep",
    "unknown_years",
    "warnings",
    "with_reasons",
]
