"""The functions of WeChat Work for other apps. It re-exports and has no code of its own."""

import core.django_setup  # says what is missing
from wecom.application.configuration import configure_from_settings, save_application
from wecom.application.group_chats import create_chat, get_chat, update_chat
from wecom.application.info import get_agent_info
from wecom.application.menu_publication import assemble_menu, get_menu, publish_menu, replace_menu
from wecom.application.menu_publication import run_publication as run_menu_publication
from wecom.application.oauth import authorize_url, member_of_code
from wecom.callbacks.acceptor.control import listener_of as acceptor_listener
from wecom.callbacks.inbox import record_transcript, replay_callback, wake_callbacks
from wecom.callbacks.key_ring import note_callbacks as note_key_proofs
from wecom.callbacks.processor import handle_detached as handle_callback
from wecom.callbacks.reception import Answer as CallbackAnswer
from wecom.callbacks.reception import Reception as CallbackReception
from wecom.callbacks.reception import acknowledgement
from wecom.callbacks.reception import check_url as check_webhook_url
from wecom.callbacks.reception import receive as receive_callback
from wecom.callbacks.reception import start as start_reception
from wecom.callbacks.reception import stop as stop_reception
from wecom.callbacks.signed_query import read_usual as read_signed_query
from wecom.callbacks.spool.folder import acceptor_serves
from wecom.callbacks.spool.folder import takes_callbacks as spool_takes_callbacks
from wecom.callbacks.spool.folder import waiting as spooled_callbacks
from wecom.client.access_tokens import access_token
from wecom.client.default_application import webhook_url
from wecom.client.error_codes import remedy_for
from wecom.client.handler_context import current_application, current_callback, release_worker, unnumbered_sends
from wecom.client.outages import list_outages, wake_probes
from wecom.directory.change_events import apply_contact_change, enter_range, leave_range
from wecom.directory.live_lookup import (
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
from wecom.directory.member_changes import add_member, change_member, get_or_create_member
from wecom.directory.member_rows import mark_in_range
from wecom.directory.reachability import check_reachable, find_unknown
from wecom.directory.search import find_departments, find_members
from wecom.directory.sync import run_sync as run_directory_sync
from wecom.directory.sync import sync_directory, sync_due_directories
from wecom.doctor.access_checks import OUTAGE_REMEDY
from wecom.doctor.check_list import doctor_checks, doctor_checks_without_application
from wecom.doctor.credential_formats import credential_flaws
from wecom.facts.fact_changes import (
    check_fact_definition,
    fact_use,
    fact_value,
    remove_fact_definition,
    save_fact_definition,
    set_facts,
)
from wecom.facts.fact_imports import (
    confirm_fact_import,
    dismiss_fact_import,
    findings_of,
    import_facts,
    preview_fact_import,
)
from wecom.facts.sheet_import import Findings as FactFindings
from wecom.facts.template import sheets as fact_template_sheets
from wecom.media.downloads import forget_download, request_download, restart_download, run_download
from wecom.media.files_now import (
    download_media,
    upload_article_image,
    upload_file,
    upload_image,
    upload_video,
    upload_video_async,
    upload_voice,
)
from wecom.media.media_validation import check_upload
from wecom.media.upload_worker import compression_done, compression_failed, media_size_limit
from wecom.media.uploads import accept_upload, ensure_upload, run_upload
from wecom.outbox.batches.batch_dispatcher import deliver, deliver_due
from wecom.outbox.card_updates import run_update as run_card_update
from wecom.outbox.card_updates import update_card
from wecom.outbox.enqueue import check_recipients, enqueue_message, enqueue_parts
from wecom.outbox.group_messages import deliver_to_chat, resend_to_chat, send_to_chat
from wecom.outbox.operator_decisions import (
    cancel_unsent,
    held_for,
    hold_unsent,
    let_go,
    let_held_go,
    resend,
    treat_as_sent,
)
from wecom.outbox.pushes import are_stopped as pushes_are_stopped
from wecom.outbox.pushes import refuse_stopped as refuse_stopped_push
from wecom.outbox.recalls import can_be_recalled, recall, run_recall
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
from wecom.personal_data.leaver_erasure import erase_leavers, kept_leavers
from wecom.personal_data.person_requests import (
    count_personal_data,
    erase_person,
    erasure_refusals,
    export_person,
    find_person,
)
from wecom.quotas.quota_forecast import BECAUSE as WAIT_REASONS
from wecom.quotas.quota_forecast import forecast_for, list_quotas
from wecom.quotas.send_quota import MEMBER_MESSAGES_PER_MINUTE, daily_limit, quota_day
from wecom.restore.guard import hold_restored, note_restore, release_restore_hold, restore_hold
