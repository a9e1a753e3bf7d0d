"""The front door of conversations: acts of members come in here, and messages to them go out."""

import core.django_setup  # says what is missing
from conversations.care.care_cases import close as close_care_case
from conversations.care.care_cases import take as take_care_case
from conversations.care.example_vectors import compute_missing as compute_care_vectors
from conversations.care.subject_seed import seed as seed_care_subjects
from conversations.care.subject_seed import without_confirmation as unconfirmed_care_words
from conversations.care.wordings import problems_of as problems_of_wordings
from conversations.delivery.broadcasts import (
    broadcast,
    broadcast_text,
    broadcast_video,
    hold_unsent,
    in_dialogue,
    let_held_go,
    take_back,
)
from conversations.delivery.causes import Cause, because
from conversations.delivery.channel import (
    check_reachable,
    conversation_with,
    find_unknown,
    languages_with,
    refuse_stopped_push,
)
from conversations.delivery.dialogue_waits import let_rested_go
from conversations.delivery.messages import recall as recall_outbound
from conversations.delivery.messages import say, say_content, show_on_page
from conversations.delivery.sending_forecast import daily_limit, forecast_sending
from conversations.delivery.video_delivery import compress_upload
from conversations.delivery.watch_links import render_url as watch_url
from conversations.delivery.watch_links import watchable as watchable_links
from conversations.doctor import doctor_checks
from conversations.errands.worker import run_errand
from conversations.explanations.explanation_values import Explanation
from conversations.explanations.explanation_values import Line as ExplanationLine
from conversations.explanations.explanation_values import Link as ExplanationLink
from conversations.explanations.flow_steps import transitions as explain_transitions
from conversations.explanations.message_explanation import explain as explain_message
from conversations.files.ready import READY, questions_of
from conversations.flows.drafts import add_example as add_flow
from conversations.flows.drafts import duplicate as duplicate_flow
from conversations.flows.drafts import restore as restore_draft
from conversations.flows.edits import connect as connect_steps
from conversations.flows.edits import copy_step, remove_step, save_step
from conversations.flows.figures import GAVE_UP
from conversations.flows.figures import Figures as FlowFigures
from conversations.flows.figures import Way as FigureOfWay
from conversations.flows.figures import of_version as figures_of
from conversations.flows.journal import fingerprint as draft_fingerprint
from conversations.flows.journal import next_redo, next_undo, open_draft
from conversations.flows.journal import record as record_draft
from conversations.flows.journal import redo as redo_draft
from conversations.flows.journal import undo as undo_draft
from conversations.flows.publication import check as check_flow
from conversations.flows.publication import draft as draft_of
from conversations.flows.publication import is_changed as is_draft_changed
from conversations.flows.publication import live_machine, sessions_by_state
from conversations.flows.publication import next_number as next_version_number
from conversations.flows.publication import readable as readable_machine
from conversations.flows.publication import unknown_years as unknown_years_of
from conversations.flows.say_forms import words_of as said_words
from conversations.flows.subflows.callers import callers_of
from conversations.flows.subflows.library import library_for
from conversations.flows.subflows.shown import runs_of as subflow_runs
from conversations.flows.video_templates import preview as preview_video_words
from conversations.golden.comparison import ComparedTurn
from conversations.golden.comparison import Comparison as GoldenComparison
from conversations.golden.comparison import Line as GoldenLine
from conversations.golden.coverage import marks_of as golden_marks
from conversations.golden.golden_conversations import (
    accept_golden,
    record_golden,
    rename_golden,
    run_callers_golden,
    run_golden,
)
from conversations.golden.replay import LONGEST as LONGEST_GOLDEN
from conversations.golden.replay import Said as GoldenSaid
from conversations.golden.replay import shown as shown_act
from conversations.knowledge.answer_changes import import_answers, remove_answer, save_answer
from conversations.knowledge.answer_index import Match as AnswerMatch
from conversations.knowledge.answer_retrieval import ALIKE, Verdict
from conversations.knowledge.answer_retrieval import Findings as AnswerFindings
from conversations.knowledge.answer_retrieval import find as find_answers
from conversations.knowledge.answer_retrieval import prepare as prepare_search
from conversations.knowledge.answer_sheet import Change as AnswerChange
from conversations.knowledge.answer_sheet import Findings as SheetFindings
from conversations.knowledge.answer_sheet import table_of as answer_table
from conversations.knowledge.documents.document_changes import check_file as check_document
from conversations.knowledge.documents.document_changes import read_again, remove_document, save_document
from conversations.knowledge.documents.document_reading import delete_earlier_editions, read_document
from conversations.knowledge.documents.document_reading import queue_outdated as queue_outdated_documents
from conversations.knowledge.documents.extraction import DocumentRefused
from conversations.knowledge.documents.extraction import words_of as document_refusal
from conversations.knowledge.documents.passage_retrieval import Found as FoundPassage
from conversations.knowledge.documents.passage_retrieval import find_passages, told_together
from conversations.knowledge.embedding import embed
from conversations.knowledge.embedding import queue_missing as queue_missing_vectors
from conversations.knowledge.unanswered_questions import different as different_wordings
from conversations.model_service.report import Day as ModelDay
from conversations.model_service.report import days as model_days
from conversations.model_service.report import has_prices as has_model_prices
from conversations.model_service.report import last_error as last_model_error
from conversations.model_service.report import members_at_limit, top_askers
from conversations.model_service.report import money as model_money
from conversations.model_service.spending import company_limits, member_limits
from conversations.model_service.spending import cost_of as model_cost
from conversations.preferences.page_links import open_link as open_preferences_link
from conversations.preferences.page_links import page as preferences_page
from conversations.preferences.preference_changes import (
    change_preferences,
    follow_languages,
    remove_topic,
    spoken_language,
)
from conversations.preferences.preference_changes import undo as undo_preferences
from conversations.preferences.preference_choices import Choices, choices_of, muting, offered_topics, readers
from conversations.providers.language_model_trial import has_grounded_model, try_grounded
from conversations.replies.service_calls import try_call
from conversations.services.confidentiality import people_of_file, serves_file
from conversations.services.files.drafts import Draft, read_draft, write_draft
from conversations.services.files.exports import export_file
from conversations.services.files.flows import change_flow, create_flow
from conversations.services.files.imports import import_file
from conversations.services.files.outcomes import PARTS, Imported, Kind
from conversations.services.files.ready import start_from_ready
from conversations.services.files.steps import add_step as create_step
from conversations.services.files.steps import add_transition as create_transition
from conversations.services.files.steps import change_step, change_transition, move_step, read_step_entry
from conversations.services.files.steps import remove_step as delete_step
from conversations.services.files.steps import remove_transition as delete_transition
from conversations.services.flow_versions import publish, publish_planned, roll_back
from conversations.services.inbound import (
    end_contact,
    greet,
    notify_rate_limit,
    prepare_message,
    press_card,
    press_card_menu,
    press_menu,
    receive_message,
    record_answer,
    record_sent_by_code,
)
from conversations.services.operator_desk import (
    add_note,
    answer_ticket,
    assign_ticket,
    close_ticket,
    follow_card,
    follow_tickets,
    hand_back,
    hand_off,
    is_answered_by_person,
    mark_read,
    office_days_unknown,
    operator_of,
    pass_on_files,
    take_conversation,
    take_ticket,
    ticket_due_days_unknown,
    transfer_ticket,
)
from conversations.services.unanswered_settlement import (
    answer_question,
    dismiss_question,
    reopen_question,
    tell_answers,
)
from conversations.sessions.answers.resolutions import look_up as look_up_answer
from conversations.sessions.clocks import zone_of as member_zone
from conversations.sessions.current import spoken_language as session_language
from conversations.sessions.flow_starts import start_for_joined
from conversations.sessions.formula_context import played_context
from conversations.sessions.moves import move_sessions
from conversations.sessions.plans import MOST_HOURS as MOST_TELL_HOURS
from conversations.sessions.plans import Impact as PlanImpact
from conversations.sessions.plans import StateChoice
from conversations.sessions.plans import impacts as plan_impacts
from conversations.sessions.runner import start as start_flow
from conversations.sessions.runner import stop as stop_session
from conversations.sessions.timeouts import remind_and_expire
from conversations.tickets.office_hours import is_open as is_office_open
from conversations.tickets.ticket_report import Figures as TicketFigures
from conversations.tickets.ticket_report import report as ticket_report
from conversations.tickets.ticket_report import tickets_between
from conversations.videos.awaitables import (
    generate_and_send_video,
    generate_digital_human_video,
    generate_response,
    generate_video,
    process_with_ai,
    reply_to,
    send_recording,
    send_recording_of,
    send_video_of,
    video_of,
    video_url_of,
)
from conversations.videos.consent_withdrawal import recall_withdrawn
from conversations.videos.lifecycle import (
    follow_up,
    recall,
    release,
    release_all,
    release_narration,
    release_rendition,
)
from conversations.videos.video_messages import digital_human_of, say_personal, say_video
