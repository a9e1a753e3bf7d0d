"""Names of migrations that `0001_initial` and `0002_since_0_5` have replaced, and how a database stands to them.

A database keeps the names that it has recorded: processes of the version before ask for their own last ones.
"""

from collections.abc import Collection, Iterable
from enum import Enum, auto

FIRST = "0001_initial"
SINCE = "0002_since_0_5"
# The last migrations of version 0.5.0, by app; it had no `core`.
OF_0_5 = {
    "avatars": "0019_template_logo",
    "conversations": "0010_video_templates",
    "emulator": "0010_callback_format",
    "openuser": "0002_webhooks",
    "scheduling": "0003_video_templates",
    "wecom": "0018_chat_called_at",
}
_NAMES = {
    "avatars": """
        0001_initial 0001_squashed_0043_own_manner 0002_rendition 0003_recipe 0004_scenery 0005_engines_used
        0006_renditions_of_files 0007_voices 0008_captions_in_the_picture 0009_stages 0010_lexicon
        0011_narrations 0012_consents 0013_logo_and_clips 0014_turns 0015_recordings 0016_templates 0017_spliced
        0018_cloned_voices 0019_template_logo 0020_plain_words 0021_statements 0022_statements_before
        0023_origin_in_statements 0024_number_answers 0025_engine_failure 0026_notes_in_english 0027_plain_texts
        0028_list_indexes 0029_name_variables 0030_streams 0031_presentations 0032_presentation_music
        0033_video_index 0034_portrait_videos 0035_presentation_partners 0036_partner_indexes 0037_idle_render
        0038_presentation_translations 0039_moods 0040_presentation_variables 0041_caption_languages
        0042_voice_manner 0043_own_manner 0044_narration_words 0045_render_mode 0046_unwanted
        0047_confirmed_statements 0048_statement_parties
    """,
    "conversations": """
        0001_initial 0001_squashed_0053_list_indexes 0002_flows 0003_errand_told_at 0004_message_download
        0005_errand_kinds 0006_viewing 0007_progress_cards 0008_viewing_of_files 0009_ladder
        0010_video_templates 0011_watch_links 0012_plain_words 0013_answers_and_languages 0014_steps_lead_on
        0015_plain_texts 0016_list_indexes 0017_member_language 0018_presentations 0019_preferences
        0020_finished_sessions 0021_knowledge_index 0022_answer_kinds 0023_handoff 0024_desk
        0025_unanswered_questions 0026_handoff_step 0027_documents 0028_voice_to_a_person 0029_moments
        0030_knowledge_entries 0031_causes 0032_flow_triggers 0033_draft_snapshots 0034_steps 0035_golden
        0036_model_usage 0037_flow_starts 0038_calls 0039_imported_drafts 0040_say_forms 0041_session_plans
        0042_state_entries 0043_golden_circumstances 0044_plan_notice 0045_looked_up_answers
        0046_texts_per_language 0047_validator 0048_knowledge_topics 0049_subflows 0050_received_files
        0051_pictures_per_language 0052_moved_steps 0053_list_indexes 0054_second_file 0055_more_list_indexes
        0056_errand_indexes 0057_ticket_report 0058_errand_kind 0059_document_pieces 0060_right_to_read
        0061_programs 0062_group_with_open_tickets 0063_kinds_of_steps
    """,
    "core": """
        0001_initial 0002_workerprocess_locked 0003_metric_counts 0004_erasure 0005_workerprocess_loop
        0006_access_records
    """,
    "emulator": """
        0001_initial 0002_cards_and_menus 0003_media_and_login 0004_contacts 0005_fault_mixes
        0006_quotas_and_chats 0007_licences 0008_member_find 0009_workbench_and_tickets 0010_callback_format
        0011_login_code_text
    """,
    "openuser": """
        0001_initial 0001_squashed_0004_list_indexes 0002_webhooks 0003_plain_words 0004_list_indexes
        0005_incidents 0006_delivery_kind 0007_webhook_off 0008_days_unknown 0009_conversations_scope
        0010_client_approval
    """,
    "scheduling": """
        0001_initial 0001_squashed_0023_series_in_member_zone 0002_video_ahead 0003_video_templates
        0004_plain_words 0005_days_and_audience 0006_drafts 0007_days_in_plain_words 0008_presentations
        0009_segments 0010_sheet_members_by_user_id 0011_campaigns 0012_renders_of_batches
        0013_caught_up_moments 0014_send_windows 0015_responses 0016_retries_of_batches 0017_series 0018_topics
        0019_member_zones 0020_links 0021_recalled 0022_successors_of_schedules 0023_series_in_member_zone
        0024_delivery_room 0025_run_not_sent 0026_campaign_run_moment 0027_awaited_videos 0028_calendar_imports
        0029_rehearsal_runs 0030_parties 0031_quiet_hours_and_urgent
    """,
    "wecom": """
        0001_initial 0001_squashed_0034_recipients_of_finished 0002_order_indexes 0003_cards_and_menus
        0004_card_update_cid 0005_downloads 0006_limits 0007_callback_pace 0008_directory 0009_attachments
        0010_restore_guard 0011_recalls 0012_article_picture 0013_menu_kinds 0014_read_callbacks
        0015_group_chats 0016_upload_form 0017_group_files 0018_chat_called_at 0019_plain_words 0020_outages
        0021_privacy_requests 0022_renamed_models 0023_member_left_at 0024_list_indexes
        0025_callback_application 0026_member_language 0027_facts 0028_fact_imports 0029_lighter_reservations
        0030_time_zone_of_members 0031_broadcast_reservations 0032_membership_joined_at 0033_sent_journal
        0034_recipients_of_finished 0035_sharded_counts 0036_more_list_indexes 0037_old_callback_keys
        0038_forgotten_answers 0039_range_index 0040_rare_values 0041_membership_department 0042_keys_proven_at
    """,
}
NAMES = {app: tuple(names.split()) for app, names in _NAMES.items()}
# From these on a database has the tables of the first migration; later ones changed no table.
COMPLETE = {app: names[-1] for app, names in NAMES.items()} | {"conversations": "0062_group_with_open_tickets"}
Key = tuple[str, str]


class Origin(Enum):
    """With which migrations an app's tables were made."""

    NEW = auto()  # none yet, or those of today are all applied
    FIRST = auto()  # a first migration, ours or that of a very old version
    COMPLETE = auto()  # all that were replaced
    RELEASED = auto()  # those of 0.5
    BETWEEN = auto()  # some of a development version
    OLDER = auto()  # some of a version before 0.5


def origin(app: str, applied: Collection[Key]) -> Origin:
    """How the tables of one of our apps were made, by the names that are recorded."""
    names = [name for name in NAMES[app] if (app, name) in applied]
    if not names or (app, SINCE) in applied:
        return Origin.NEW
    if COMPLETE[app] in names:
        return Origin.COMPLETE
    released = OF_0_5.get(app)
    if names[-1] == released:
        return Origin.RELEASED
    if names == [FIRST]:
        return Origin.FIRST
    return Origin.OLDER if released is not None and released not in names else Origin.BETWEEN


def without_replaced(migrations: Iterable[str]) -> set[str]:
    """Of `app.name`, those that were not replaced."""
    return set(migrations) - {f"{app}.{name}" for app, names in NAMES.items() for name in names}
