"""The front door of scheduling: schedules are made, paused, previewed and run here."""

from scheduling.deliveries.evidence import bundle as evidence_bundle
from scheduling.deliveries.responses import asks, not_confirmed, responses_of
from scheduling.files.archives import Packed
from scheduling.files.flaws import FileRefused, Flaw
from scheduling.schedules.audience import Audience, application_of, audience_of
from scheduling.schedules.day_lists import read_day_list
from scheduling.schedules.preview import PREVIEWED, MemberScript, Preview, preview, preview_scripts
from scheduling.schedules.recipients import find_recipients, first_names, recipients_of
from scheduling.schedules.validation import left_out
from scheduling.segments.audience import AudienceRule, DepartmentChoice, Selection, parse_audience
from scheduling.segments.choices import Choice, find_choices, named_choices
from scheduling.segments.reach import REASONS, LeftOut, Reach, members_of, with_reasons
from scheduling.services.audiences import kept_sheets, preview_audience, read_audience
from scheduling.services.calendar import UnknownYear, fill_calendars, import_days, unknown_years
from scheduling.services.campaign_forecast import CampaignForecast, forecast_campaign
from scheduling.services.campaign_previews import campaign_reach, forecast_start, preview_campaign, send_test
from scheduling.services.campaign_runs import (
    follow_call,
    follow_recall,
    note_response,
    send_batch,
    start_run,
    sweep_campaigns,
)
from scheduling.services.campaigns import (
    approve,
    ask_approval,
    campaign_problems,
    cancel_campaign,
    changed_since_approval,
    last_step,
    pause_campaign,
    remove_campaign,
    resume_campaign,
    save_campaign,
    send_back_campaign,
    start_campaign,
)
from scheduling.services.drafts import ask_for_publishing, publish, send_back
from scheduling.services.files.exports import export_file
from scheduling.services.files.imports import Imported, import_file
from scheduling.services.guide import aschedule_wechat_message, schedule_wechat_message
from scheduling.services.retries import Recalled, recall_run, retry_failed
from scheduling.services.runs import due_moment, forget_old_runs, run_all_due, run_due, run_now, sweep
from scheduling.services.schedules import pause, problems, remove, resume, save_schedule, warnings
from scheduling.services.segments import (
    SegmentPreview,
    check_rule,
    check_segment_name,
    count_segments,
    fact_uses,
    members_of_segment,
    preview_rule,
    remove_segment,
    rule_catalogue,
    save_segment,
    segment_uses,
    segment_warnings,
    segments_in_words,
    subjects_for_rules,
    value_shape,
)
from scheduling.services.sending_policy import allow_sending, save_sending_policy, stop_sending
from scheduling.services.sheets import (
    expire_sheets,
    keep_sheet,
    preview_sheet,
    remove_sheet,
    sheets_in_use,
    upload_sheet,
)

__all__ = [
    "PREVIEWED",
    "REASONS",
    "Audience",
    "AudienceRule",
    "CampaignForecast",
    "Choice",
    "DepartmentChoice",
    "FileRefused",
    "Flaw",
    "Imported",
    "LeftOut",
    "MemberScript",
    "Packed",
    "Preview",
    "Reach",
    "Recalled",
    "SegmentPreview",
    "Selection",
    "UnknownYear",
    "allow_sending",
    "application_of",
    "approve",
    "aschedule_wechat_message",
    "ask_approval",
    "ask_for_publishing",
    "asks",
    "audience_of",
    "campaign_problems",
    "campaign_reach",
    "cancel_campaign",
    "changed_since_approval",
    "check_rule",
    "check_segment_name",
    "count_segments",
    "due_moment",
    "evidence_bundle",
    "expire_sheets",
    "export_file",
    "fact_uses",
    "fill_calendars",
    "find_choices",
    "find_recipients",
    "first_names",
    "follow_call",
    "follow_recall",
    "forecast_campaign",
    "forecast_start",
    "forget_old_runs",
    "import_days",
    "import_file",
    "keep_sheet",
    "kept_sheets",
    "last_step",
    "left_out",
    "members_of",
    "members_of_segment",
    "named_choices",
    "not_confirmed",
    "note_response",
    "parse_audience",
    "pause",
    "pause_campaign",
    "preview",
    "preview_audience",
    "preview_campaign",
    "preview_rule",
    "preview_scripts",
    "preview_sheet",
    "problems",
    "publish",
    "read_audience",
    "read_day_list",
    "recall_run",
    "recipients_of",
    "remove",
    "remove_campaign",
    "remove_segment",
    "remove_sheet",
    "responses_of",
    "resume",
    "resume_campaign",
    "retry_failed",
    "rule_catalogue",
    "run_all_due",
    "run_due",
    "run_now",
    "save_campaign",
    "save_schedule",
    "save_segment",
    "save_sending_policy",
    "schedule_wechat_message",
    "segment_uses",
    "segment_warnings",
    "segments_in_words",
    "send_back",
    "send_back_campaign",
    "send_batch",
    "send_test",
    "sheets_in_use",
    "start_campaign",
    "start_run",
    "stop_sending",
    "subjects_for_rules",
    "sweep",
    "sweep_campaigns",
    "unknown_years",
    "upload_sheet",
    "value_shape",
    "warnings",
    "with_reasons",
]
