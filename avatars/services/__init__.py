"""The front door of the digital humans: request a video, cancel it, retry it."""

import core.django_setup  # raises an error with a remedy where Django is not set up
from avatars.adapters.availability import Availability as EngineAvailability
from avatars.adapters.availability import State as EngineState
from avatars.ai_label.file_label import examine as examine_label
from avatars.conformance.checks_by_kind import CHECKS as ENGINE_CHECKS
from avatars.consent import (
    allowed_humans,
    allowed_renders,
    annotate_consents,
    annotate_render_counts,
    annotate_voice_consents,
    consent_error,
    engine_voice_allowed,
    human_allowed,
    is_consent_reason,
    is_drawn,
    is_synthetic,
    voice_allowed,
)
from avatars.consent import check as check_consent
from avatars.consent import decide as decide_consent
from avatars.engines.base import Mode
from avatars.portraits.image_file import read as read_picture
from avatars.previews.video_preview import COLUMNS as PREVIEW_COLUMNS
from avatars.previews.video_preview import ROWS as PREVIEW_ROWS
from avatars.reasons.render import Reason as _Reason
from avatars.reasons.render import words as reason_words
from avatars.rendering.compression import compress as fit_rendition
from avatars.rendering.demand import cancel_all_unwanted, cancel_unwanted
from avatars.rendering.demand import register as register_waiters
from avatars.rendering.engine_status import EngineKind, engines, speech_controls
from avatars.rendering.engine_status import availabilities as engine_availabilities
from avatars.rendering.estimates import Estimate, queue_position, seconds_left, seconds_of_bulk, time_left
from avatars.rendering.estimates import estimate as estimate_render
from avatars.rendering.estimates import estimate_seconds as estimate_render_seconds
from avatars.rendering.narration import narrate as run_narration
from avatars.rendering.portrait_videos.video_check import check as run_portrait_video_check
from avatars.rendering.readings import register_names
from avatars.rendering.render_worker import render_next
from avatars.rendering.render_worker import warm as warm_studio
from avatars.scenes.pdf_pages import MOST_BYTES as MOST_PDF_BYTES
from avatars.services.consents.consent_records import VideoRetention, record_consent, withdraw_consent
from avatars.services.consents.statement_records import (
    check_drawn,
    confirm_drawn,
    declare_built_in,
    declare_drawn,
    declare_synthetic,
    looks_photographed,
    measure_pictures,
    withdraw_statements,
)
from avatars.services.engine_trials import compare_engines, try_engine
from avatars.services.erasure import missing_portraits
from avatars.services.humans import remove_digital_human
from avatars.services.maintenance import clean_up, doctor_checks, register_upkeep, tidy_disk
from avatars.services.narrations import request_narration
from avatars.services.playback.idle_videos import annotate_idle_videos, idle_video, request_idle_video
from avatars.services.playback.measures import engine_result, measure_video
from avatars.services.playback.previews import forget_video_preview, preview_video
from avatars.services.playback.streams import (
    progress_words,
    shown_stream,
    stream_captions,
    stream_part,
    stream_playlist,
    stream_poster,
)
from avatars.services.portrait_videos import (
    cancel_portrait_videos,
    check_portrait_video,
    first_frame,
    keeps_background,
    latest_portrait_video,
    request_portrait_video,
)
from avatars.services.portraits import check_portrait, examine_portrait, sample_portrait
from avatars.services.presentations.presentation_videos import (
    PresentationCheck,
    caption_filling,
    check_presentation,
    presentation_faults,
    presentation_remarks,
    request_presentation_render,
)
from avatars.services.presentations.scenes import (
    add_scene,
    import_pages,
    move_scene,
    preview_scene,
    remove_presentation,
    slide_area,
)
from avatars.services.presentations.variables import (
    fill_presentation,
    presentation_value_faults,
    presentation_variable_faults,
    save_presentation,
)
from avatars.services.recordings import MAX_RECORDING_BYTES, Recording, check_recording
from avatars.services.release_gates import check_label, check_media_consent, member_in_file
from avatars.services.render_requests import (
    CAMPAIGN,
    CHAT,
    TEST,
    cancel_render,
    check_script,
    end_unwanted,
    request_file_rendition,
    request_render,
    request_rendition,
    retry_render,
)
from avatars.services.script_preview import ScriptPreview, ScriptRemark, check_marks, preview_script
from avatars.services.templates.personal_videos import (
    estimate_personal_render,
    fill_source,
    personal_faults,
    personalise,
    request_personal_render,
    source_faults,
)
from avatars.services.templates.templates import (
    fill_template,
    remove_template,
    request_template_render,
    save_template,
    template_faults,
    variable_faults,
)
from avatars.services.transcription import to_amr, to_wav, transcribe
from avatars.services.voice_choice import forget_speech, preview_voice, seed_voices
from avatars.speech.base import Control as SpeechControl
from avatars.speech.text.speaking_style import without_marks as plain_script
from avatars.studio.studio import Studio
from avatars.video_templates.personalisation import PersonalScript, VideoSource, is_personalised
from avatars.video_templates.variables import TemplateFault, value_advice

UNWANTED = str(_Reason.UNWANTED)
