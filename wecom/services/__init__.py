"""The functions of WeChat Work for other apps. It re-exports and has no code of its own."""

import core.django_setup  # says what is missing
from wecom.application.group_chats import update_chat
from wecom.application.menus import get_menu, publish_menu, replace_menu
from wecom.application.oauth import authorize_url, member_of_code
from wecom.callbacks.handler_runner import release_worker
from wecom.callbacks.inbox import record_transcript, replay_callback, wake_callbacks
from wecom.callbacks.key_ring import note_callbacks as note_key_proofs
from wecom.callbacks.reception import Answer as CallbackAnswer
from wecom.callbacks.reception import check_url as check_webhook_url
from wecom.callbacks.reception import receive as receive_callback
from wecom.callbacks.reception import start as start_reception
from wecom.callbacks.spool.folder import takes_callbacks as spool_takes_callbacks
from wecom.callbacks.spool.folder import waiting as spooled_callbacks
from wecom.client.access_tokens import access_token
from wecom.client.applications import webhook_url
from wecom.client.error_codes import remedy_for
from wecom.client.outages import list_outages, wake_probes
from wecom.directory.change_events import apply_contact_change, enter_range, leave_range
from wecom.directory.members import mark_in_range
from wecom.directory.search import find_departments, find_members
from wecom.doctor.access import OUTAGE_REMEDY
from wecom.doctor.credential_formats import credential_flaws
from wecom.media.downloads import delete_old_media, request_download, restart_download
from wecom.media.upload_worker import compression_done, compression_failed, media_size_limit
from wecom.media.uploads import accept_upload, ensure_upload
from wecom.media.validation import check_upload
from wecom.outbox.card_updates import update_card
from wecom.outbox.enqueue import MAX_RECIPIENTS, check_recipients, enqueue_message, enqueue_parts
from wecom.outbox.group_messages import resend_to_chat, send_to_chat
from wecom.outbox.handler_context import current_application, current_callback, handling, unnumbered_sends
from wecom.outbox.operator_decisions import (
    cancel_unsent,
    held_for,
    hold_for_dialogue,
    hold_unsent,
    let_go,
    let_held_go,
    resend,
    treat_as_sent,
)
from wecom.outbox.pushes import are_stopped as pushes_are_stopped
from wecom.outbox.pushes import refuse_stopped as refuse_stopped_push
from wecom.outbox.recalls import can_be_recalled, recall
from wecom.outbox.shortcuts import (
    send_card,
    send_file,
    send_image,
    send_markdown,
    send_message,
    send_mini_program_notice,
    send_mpnews,
    send_news,
    send_text,
    send_text_card,
    send_video,
    send_voice,
)
from wecom.outbox.video_fallback import replace_content
from wecom.quotas.forecast import forecast_for, list_quotas
from wecom.quotas.send_quota import MEMBER_MESSAGES_PER_MINUTE, daily_limit, delete_old_counts, quota_day
from wecom.restore.guard import hold_restored, note_restore, release_restore_hold, restore_hold
from wecom.services.applications import (
    configure_from_settings,
    doctor_checks,
    doctor_checks_without_application,
    fetch_published_menu,
    get_agent_info,
    save_application,
)
from wecom.services.directory import (
    add_member,
    change_member,
    check_reachable,
    find_unknown,
    find_unreachable,
    get_or_create_member,
    sync_directory,
    sync_due_directories,
)
from wecom.services.fact_imports import (
    confirm_fact_import,
    delete_expired_fact_imports,
    dismiss_fact_import,
    findings_of,
    import_facts,
    preview_fact_import,
)
from wecom.services.facts import (
    FactUse,
    check_fact_definition,
    fact_use,
    fact_value,
    remove_fact_definition,
    save_fact_definition,
    set_facts,
)
from wecom.services.group_chats import create_chat, get_chat
from wecom.services.leavers import erase_leavers, kept_leavers
from wecom.services.live_lookup import (
    add_tag_users,
    create_tag,
    delete_tag,
    delete_tag_users,
    get_company_tags,
    get_department_users,
    get_departments,
    get_tag_users,
    get_user_info,
    update_tag,
)
from wecom.services.media import (
    download_media,
    upload_article_image,
    upload_file,
    upload_image,
    upload_video,
    upload_video_async,
    upload_voice,
)
from wecom.services.privacy import count_personal_data, erase_person, erasure_refusals, export_person, find_person

__all__ = [
    "MAX_RECIPIENTS",
    "MEMBER_MESSAGES_PER_MINUTE",
    "OUTAGE_REMEDY",
    "CallbackAnswer",
    "FactUse",
    "accept_upload",
    "access_token",
    "add_member",
    "add_tag_users",
    "apply_contact_change",
    "authorize_url",
    "can_be_recalled",
    "cancel_unsent",
    "change_member",
    "check_fact_definition",
    "check_reachable",
    "check_recipients",
    "check_upload",
    "check_webhook_url",
    "compression_done",
    "compression_failed",
    "configure_from_settings",
    "confirm_fact_import",
    "count_personal_data",
    "create_chat",
    "create_tag",
    "credential_flaws",
    "current_application",
    "current_callback",
    "daily_limit",
    "delete_expired_fact_imports",
    "delete_old_counts",
    "delete_old_media",
    "delete_tag",
    "delete_tag_users",
    "dismiss_fact_import",
    "doctor_checks",
    "doctor_checks_without_application",
    "download_media",
    "enqueue_message",
    "enqueue_parts",
    "ensure_upload",
    "enter_range",
    "erase_leavers",
    "erase_person",
    "erasure_refusals",
    "export_person",
    "fact_use",
    "fact_value",
    "fetch_published_menu",
    "find_departments",
    "find_members",
    "find_person",
    "find_unknown",
    "find_unreachable",
    "findings_of",
    "forecast_for",
    "get_agent_info",
    "get_chat",
    "get_company_tags",
    "get_department_users",
    "get_departments",
    "get_menu",
    "get_or_create_member",
    "get_tag_users",
    "get_user_info",
    "handling",
    "held_for",
    "hold_for_dialogue",
    "hold_restored",
    "hold_unsent",
    "import_facts",
    "kept_leavers",
    "leave_range",
    "let_go",
    "let_held_go",
    "list_outages",
    "list_quotas",
    "mark_in_range",
    "media_size_limit",
    "member_of_code",
    "note_key_proofs",
    "note_restore",
    "preview_fact_import",
    "publish_menu",
    "pushes_are_stopped",
    "quota_day",
    "recall",
    "receive_callback",
    "record_transcript",
    "refuse_stopped_push",
    "release_restore_hold",
    "release_worker",
    "remedy_for",
    "remove_fact_definition",
    "replace_content",
    "replace_menu",
    "replay_callback",
    "request_download",
    "resend",
    "resend_to_chat",
    "restart_download",
    "restore_hold",
    "save_application",
    "save_fact_definition",
    "send_card",
    "send_file",
    "send_image",
    "send_markdown",
    "send_message",
    "send_mini_program_notice",
    "send_mpnews",
    "send_news",
    "send_text",
    "send_text_card",
    "send_to_chat",
    "send_video",
    "send_voice",
    "set_facts",
    "spool_takes_callbacks",
    "spooled_callbacks",
    "start_reception",
    "sync_directory",
    "sync_due_directories",
    "treat_as_sent",
    "unnumbered_sends",
    "update_card",
    "update_chat",
    "update_tag",
    "upload_article_image",
    "upload_file",
    "upload_image",
    "upload_video",
    "upload_video_async",
    "upload_voice",
    "wake_callbacks",
    "wake_probes",
    "webhook_url",
]
