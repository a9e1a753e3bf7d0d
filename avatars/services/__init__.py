"""The front door of the digital humans: ask for a video, cancel it, try it again."""

from avatars.roster import Engine, Kind, engines
from avatars.services.films import forget_glance, glance
from avatars.services.humans import check_portrait, remove_digital_human
from avatars.services.labels import check_label
from avatars.services.lexicon import Comment, Preview, preview_script
from avatars.services.narrations import cancel_narration, request_narration
from avatars.services.renders import (
    CAMPAIGN,
    CHAT,
    TEST,
    cancel_render,
    check_script,
    expected_seconds,
    place_in_queue,
    rendition,
    rendition_of_file,
    request_render,
    retry_render,
    seconds_left,
)
from avatars.services.sounds import as_voice, as_wav, transcribe
from avatars.services.trials import try_engine
from avatars.services.upkeep import checks, purge_portrait, tidy
from avatars.services.voices import hear_voice, seed_voices

__all__ = [
    "CAMPAIGN",
    "CHAT",
    "TEST",
    "Comment",
    "Engine",
    "Kind",
    "Preview",
    "as_voice",
    "as_wav",
    "cancel_narration",
    "cancel_render",
    "check_label",
    "check_portrait",
    "check_script",
    "checks",
    "engines",
    "expected_seconds",
    "forget_glance",
    "glance",
    "hear_voice",
    "place_in_queue",
    "preview_script",
    "purge_portrait",
    "remove_digital_human",
    "rendition",
    "rendition_of_file",
    "request_narration",
    "request_render",
    "retry_render",
    "seconds_left",
    "seed_voices",
    "tidy",
    "transcribe",
    "try_engine",
]
