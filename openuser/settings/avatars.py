"""Settings of digital humans: rendering, quotas, retention, fallback."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from openuser.settings.environment import VAR_DIR, env
from openuser.settings.wecom import MB, WECOM

if not env.str("OPENUSER_AI_LABEL_PROVIDER", default="OpenUser").strip():
    # The Measures for Labeling AI-Generated Content want the provider in every video.
    raise ImproperlyConfigured("OPENUSER_AI_LABEL_PROVIDER must name your company; without it, OpenUser is named.")

AVATARS: dict[str, Any] = {
    # Provider named in the AI label of every video.
    "AI_LABEL_PROVIDER": env.str("OPENUSER_AI_LABEL_PROVIDER", default="OpenUser"),
    # Maximum length of a video script, in characters.
    "MAX_CHARACTERS": env.int("OPENUSER_MAX_CHARACTERS", default=600),
    # Maximum length of all scripts of a presentation, in characters.
    "MAX_PRESENTATION_CHARACTERS": env.int("OPENUSER_MAX_PRESENTATION_CHARACTERS", default=3000),
    # Maximum length of an uploaded recording, in seconds.
    "MAX_RECORDING_SECONDS": env.float("OPENUSER_MAX_RECORDING_SECONDS", default=180.0),
    # The encoder aims at this size, so that the video fits into a message.
    "RENDER_TARGET_BYTES": WECOM["MEDIA_LIMITS"]["video"] - 64 * 1024,
    # Maximum size of a rendered video. A video that would look poor at the size of a message may be this large.
    "RENDER_MAX_BYTES": env.int("OPENUSER_RENDER_MAX_MB", default=100) * MB,
    # Seconds until a render is stopped.
    "TIME_LIMIT": env.int("OPENUSER_RENDER_TIME_LIMIT", default=900),
    # Memory limit of a render process.
    "MEMORY_LIMIT_MB": env.int("OPENUSER_RENDER_MEMORY_MB", default=2500),
    # New renders per member or API client in an hour; cached videos do not count. 0: no limit.
    "RENDERS_PER_HOUR": env.int("OPENUSER_RENDERS_PER_HOUR", default=30),
    # New renders per member or API client in a day. 0: no limit.
    "RENDERS_PER_DAY": env.int("OPENUSER_RENDERS_PER_DAY", default=150),
    # Retention of videos and uploaded recordings, in days; 0: forever. Videos are rendered again on demand.
    "KEEP_VIDEOS_DAYS": env.int("OPENUSER_KEEP_VIDEOS_DAYS", default=365),
    # Retention of narrations (voice messages that replace a late video), in days. 0: forever.
    "KEEP_NARRATIONS_DAYS": env.int("OPENUSER_KEEP_NARRATIONS_DAYS", default=30),
    # Days until the work files of a crashed render are deleted.
    "KEEP_WORK_FILES_DAYS": env.float("OPENUSER_KEEP_WORK_FILES_DAYS", default=1.0),
    # Seconds until speaking a narration is stopped.
    "NARRATION_TIMEOUT": env.float("OPENUSER_NARRATION_TIMEOUT", default=45.0),
    # Seconds until sharpening a portrait is stopped; the video is then rendered without it.
    "RESTORER_TIMEOUT": env.float("OPENUSER_RESTORER_TIMEOUT", default=120.0),
    # Seconds until transcribing a voice message is stopped.
    "RECOGNITION_TIMEOUT": env.float("OPENUSER_RECOGNITION_TIMEOUT", default=60.0),
    # Failures in a row after which an engine is not used for a while.
    "ENGINE_FAILURES": env.int("OPENUSER_ENGINE_FAILURES", default=3),
    # Minutes for which such an engine is not used.
    "ENGINE_REST_MINUTES": env.float("OPENUSER_ENGINE_REST_MINUTES", default=10.0),
    "WORK_DIR": VAR_DIR / "work",
    "CACHE_DIR": VAR_DIR / "cache",
}

# Restorer that sharpens portraits in the enhanced modes: `gfpgan`, `realesrgan`, `realesrgan-ncnn`. Empty: none.
RESTORER = env.str("OPENUSER_RESTORER", default="")
# Speech engine that replaces a failing one. Empty: none.
SPEECH_FALLBACK = env.str("OPENUSER_SPEECH_FALLBACK", default="kokoro")
# Voice of the fallback speech engine.
SPEECH_FALLBACK_VOICE = env.str("OPENUSER_SPEECH_FALLBACK_VOICE", default="zf_xiaobei")
# Render engine that replaces a failing one. Empty: none.
RENDER_FALLBACK = env.str("OPENUSER_RENDER_FALLBACK", default="puppet")
