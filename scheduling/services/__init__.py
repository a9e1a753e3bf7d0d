"""The front door of scheduling: campaigns and series are written, started, paused, previewed and sent here."""

import core.django_setup  # says what is missing
from core.interchange.flaws import FileRefused
from scheduling.agenda.agenda_filters import Filters as AgendaFilters
from scheduling.agenda.campaign_moves import move_campaign
from scheduling.agenda.counted_days import MOST_OF_A_DAY as MOST_RUNS_OF_A_DAY
from scheduling.agenda.sender_calendars import Applications as AgendaApplications
from scheduling.agenda.upcoming import Peak, next_entries, peaks, upcoming
from scheduling.audience.audience_choices import find_choices, named_choices, parse_user_ids
from scheduling.audience.audience_rule import parse_audience, read_audience
from scheduling.audience.personalisation import variable_labels
from scheduling.audience.reach import members_of, preview_audience
from scheduling.audience.segment_preview import preview_rule
from scheduling.audience.uploaded_lists import (
    discard_sheet,
    expire_sheets,
    import_sheet,
    keep_sheet,
    kept_sheets,
    preview_sheet,
    remove_sheet,
    sheets_in_use,
    upload_sheet,
)
from scheduling.audience.variables import name_variables
from scheduling.campaigns.approved_content import describe as describe_campaign
from scheduling.campaigns.approved_content import digest as campaign_digest
from scheduling.campaigns.campaign_validation import content_problems
from scheduling.campaigns.plain_message import PlainMessage, moments_in_words, next_moments
from scheduling.campaigns.plain_message import read as read_plain_message
from scheduling.campaigns.transitions import last_change
from scheduling.day_lists.day_list import read_day_list
from scheduling.day_lists.day_list import text_of as day_list_text
from scheduling.day_lists.listed_days import DayList, ListedDay
from scheduling.deliveries.delivery_evidence import bundle as evidence_bundle
from scheduling.deliveries.delivery_evidence import choice_of as deciding_choice
from scheduling.deliveries.member_history import sent_to
from scheduling.deliveries.run_progress import waiting_in, zones_in
from scheduling.deliveries.start_forecast import StartForecast
from scheduling.deliveries.videos_or_text import progress_of as video_progress_of
from scheduling.explanations.delivery_explanation import explain as explain_delivery
from scheduling.explanations.origins import explain_entry, explain_message
from scheduling.explanations.outcome_evidence import lines_of as outcome_evidence
from scheduling.files.file_export import export_file
from scheduling.files.file_import import import_file
from scheduling.files.import_outcomes import PARTS, Imported, Kind
from scheduling.files.ready_campaigns import READY, messages_of
from scheduling.files.start_from_ready import start_from_ready
from scheduling.mailings.approval_and_pause import (
    approve,
    ask_approval,
    cancel_mailing,
    changed_since_approval,
    pause_mailing,
    remove_mailing,
    resume_mailing,
    send_back_mailing,
)
from scheduling.mailings.campaign_forecast import CampaignForecast, forecast_campaign, next_working_day, odd_hour_of
from scheduling.mailings.campaign_previews import (
    campaign_reach,
    find_tester,
    forecast_start,
    preview_campaign,
    send_test,
)
from scheduling.mailings.campaign_runs import (
    begin_campaign,
    follow_call,
    follow_choices,
    follow_recall,
    note_response,
    run_due_campaigns,
    send_batch,
    start_run,
    sweep_campaigns,
)
from scheduling.mailings.campaign_start import (
    campaign_problems,
    make_urgent,
    run_campaign_now,
    save_campaign,
    start_campaign,
    start_unblocked,
)
from scheduling.mailings.fact_uses import fact_uses
from scheduling.mailings.former_schedules import replace_schedules
from scheduling.mailings.guide_function import aschedule_wechat_message, schedule_wechat_message
from scheduling.mailings.plain_messages import (
    change_plain_message,
    forget_schedule,
    resume_plain_message,
    send_plain_message,
)
from scheduling.mailings.quiet_hours_and_stop import (
    allow_sending,
    decide_quiet_hours,
    is_sending_stopped,
    save_sending_policy,
    stop_sending,
    undecided_policies,
)
from scheduling.mailings.retry_remind_recall import is_recalling, recall_run, remind_not_confirmed, retry_failed
from scheduling.mailings.series_start import (
    SeriesForecast,
    forecast_series,
    save_series,
    series_problems,
    start_series,
    sweep_series,
)
from scheduling.mailings.series_steps import copy_series, copy_step, remove_step, replace_steps, save_step
from scheduling.rehearsal.member_days import read_member_days
from scheduling.rehearsal.rehearsal_runs import asker_of, request_rehearsal, run_rehearsal
from scheduling.rehearsal.rehearsal_runs import of_subject as rehearsals_of
from scheduling.rehearsal.rehearsals import MOST_DAYS, USUAL_DAYS, rehearse
from scheduling.rehearsal.results import Day, Dropped, Occasion, Rehearsal, Timeline
from scheduling.rehearsal.results import Doubt as RehearsalDoubt
from scheduling.rehearsal.results import table as rehearsal_table
from scheduling.rehearsal.stored_results import read as read_rehearsal
from scheduling.responses.card_presses import asks, not_confirmed
from scheduling.responses.clicks import clicks_of, count_click, find_link, names_opener
from scheduling.responses.replies import first_replies
from scheduling.responses.run_report import RunReport, report_of
from scheduling.segments.saved_segments import (
    check_rule,
    check_segment_name,
    count_segments,
    remove_segment,
    rule_catalogue,
    save_segment,
    segment_uses,
    segment_warnings,
    segments_in_words,
    subjects_for_rules,
    value_shape,
)
from scheduling.series.approved_series import describe_rule as describe_series_rule
from scheduling.series.approved_series import digest as series_digest
from scheduling.series.edits import check_time as check_step_time
from scheduling.series.enrol_by_hand import enrol, preview_enrolment, stop_member
from scheduling.series.odd_steps import odd_steps
from scheduling.series.series_in_words import anchor_in_words, date_facts, day_in_words, rule_in_words, step_in_words
from scheduling.series.steps_ahead import StepAhead, due_on, next_steps, steps_ahead, zone_of
from scheduling.working_days.calendar_years import (
    UnknownYear,
    company_calendar,
    fill_calendars,
    on_working_days,
    unknown_years,
)
from scheduling.working_days.company_days import SATURDAY, WorkingDay, company_of, list_working_days
from scheduling.working_days.list_imports import DayChange, import_days, last_import, undo_import
from scheduling.working_days.unknown_days import UnknownDays, days_unknown_from
