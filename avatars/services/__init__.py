"""The front door of the digital humans: ask for a video, cancel it, try it again."""

from avatars.consent import annotated as with_consents
from avatars.consent import annotated_voices as with_voice_consents
from avatars.consent import basis as consent_for
from avatars.consent import check as check_consent
from avatars.consent import grounds as grounds_for
from avatars.consent import has_basis as has_consent
from avatars.consent import is_about_consent, may_be_heard, may_speak, showable, usable, with_films
from avatars.reasons.render import words as reason_words
from avatars.rendering.engine_status import Engine, Kind, engines
from avatars.services.audio import as_voice, as_wav, transcribe
from avatars.services.consents import Films, Withdrawn, record_consent, withdraw_consent
from avatars.services.engine_trials import try_engine
from avatars.services.erasure import without_portrait
from avatars.services.humans import remove_digital_human
from avatars.services.labels import check_label
from avatars.services.lexicon import Comment, Preview, preview_script
from avatars.services.maintenance import checks, tidy
from avatars.services.narrations import cancel_narration, request_narration
from avatars.services.portraits import check_portrait, examine_portrait, purge_portrait, sample_portrait
from avatars.services.previews import forget_glance, glance
from avatars.services.recordings import MOST_BYTES, Sound, check_recording
from avatars.services.renders import (
    CAMPAIGN,
    CHAT,
    TEST,
    cancel_render,
    check_script,
    expected,
    expected_seconds,
    place_in_queue,
    rendition,
    rendition_of_file,
    request_render,
    retry_render,
    seconds_left,
    time_left,
)
from avatars.services.templates import (
    fill_template,
    personal_faults,
    personalise,
    remove_template,
    render_template,
    save_template,
    template_faults,
    variable_faults,
)
from avatars.services.voices import forget_speech, hear_voice, seed_voices
from avatars.video_templates.personalisation import Personal, shows_a_person
from avatars.video_templates.variables import Fault

__all__ = [
    "CAMPAIGN",
    "CHAT",
    "MOST_BYTES",
    "TEST",
    "Comment",
    "Engine",
    "Fault",
    "Films",
    "Kind",
    "Personal",
    "Preview",
    "Sound",
    "Withdrawn",
    "as_voice",
    "as_wav",
    "cancel_narration",
    "cancel_render",
    "check_consent",
    "check_label",
    "check_portrait",
    "check_recording",
    "check_script",
    "checks",
    "consent_for",
    "engines",
    "examine_portrait",
    "expected",
    "expected_seconds",
    "fill_template",
    "forget_glance",
    "forget_speech",
    "glance",
    "grounds_for",
    "has_consent",
    "hear_voice",
    "is_about_consent",
    "may_be_heard",
    "may_speak",
    "personal_faults",
    "personalise",
    "place_in_queue",
    "preview_script",
    "purge_portrait",
    "reason_words",
    "record_consent",
    "remove_digital_human",
    "remove_template",
    "render_template",
    "rendition",
    "rendition_of_file",
    "request_narration",
    "request_render",
    "retry_render",
    "sample_portrait",
    "save_template",
    "seconds_left",
    "seed_voices",
    "showable",
    "shows_a_person",
    "template_faults",
    "tidy",
    "time_left",
    "transcribe",
    "try_engine",
    "usable",
    "variable_faults",
    "with_consents",
    "with_films",
    "with_voice_consents",
    "withdraw_consent",
    "without_portrait",
]
