"""The reasons why a video was not made, and their remedies, in the reader's language.

The row keeps a code (`Render.reason`) and the error's English message; the words for people are found by the code.
"""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from avatars.reasons.consent import CONSENT
from avatars.reasons.inspection import AGAIN, FLAWS, SHORTER
from avatars.reasons.portrait import UNUSABLE

RECORDINGS = {
    "ffmpeg_missing": _("ffmpeg cannot be run. Run “python3 manage.py up”, which installs it."),
    "recording_empty": _("The recording is empty. Choose another file."),
    "recording_too_large": _("The recording is too large. Use one of at most 30 MB, or save it as MP3 or M4A."),
    "recording_type": _("This is no sound that we know. Use a WAV, MP3, M4A or AMR file with a voice in it."),
    "recording_broken": _("The recording is damaged. Export it again, or use another."),
    "recording_too_long": _("The recording is too long. Cut it, or make several videos."),
    "recording_too_short": _("There is hardly any sound in the recording. Use a longer one."),
    "recording_silent": _("Nothing is heard in the recording. Check the microphone and record again."),
    "recording_gone": _("Its recording was removed. Upload the recording again to render the video again."),
}


PDFS = {
    "pdf_broken": _("This PDF cannot be read. Export it again, or save its pages as pictures."),
    "pdf_locked": _("This PDF is protected by a password. Export it without one."),
    "pdf_too_long": _("This PDF has more than 60 pages. Import it in parts."),
    "pdf_too_large": _("This PDF is too large. Use one of at most 30 MB."),
}


class Reason(TextChoices):
    """The codes that a render ends or waits with."""

    DISK_FULL = "disk_full", _("the disk is full")
    DISK = "disk", _("a file could not be written")
    FILE_MISSING = "file_missing", _("its file was removed")
    TIME_LIMIT = "time_limit", _("it took too long")
    MEMORY_LIMIT = "memory_limit", _("it needed too much memory")
    EXPIRED = "expired", _("its file was removed after the days for which videos are kept")
    VARIABLE_MISSING = "variable_missing", _("a value that the video requires is not known of this person")
    LATE = "late", _("it was too late: members who waited got its text")
    UNWANTED = "unwanted", _("nobody waits for it any more")
    ATTEMPTS = "attempts", _("its worker stopped each time")
    STUDIO_DIED = "studio_died", _("its worker stopped")
    STUDIO_BROKE = "studio_broke", _("its worker failed")
    ORDER_BROKEN = "order_broken", _("its worker failed")
    NOT_AN_IMAGE = "not_an_image", _("the portrait cannot be read")
    NO_FACE = "no_face", _("the portrait shows no face")
    SEVERAL_FACES = "several_faces", _("the portrait shows several faces")
    TURNED = "turned", _("the face in the portrait is turned away")
    PICTURE_FORMAT = "picture_format", _("the portrait is of a kind that is not taken")
    TOO_MANY_PIXELS = "too_many_pixels", _("the portrait has too many pixels")
    FACE_TOO_SMALL = "face_too_small", _("the face in the portrait is too small")
    MOUTH_COVERED = "mouth_covered", _("the mouth in the portrait is covered")
    EYES_COVERED = "eyes_covered", _("the eyes in the portrait are covered")
    TOO_SMALL = "too_small", _("the portrait is too small")
    BACKGROUND_BROKEN = "background_broken", _("the background picture cannot be read")
    SLIDE_BROKEN = "slide_broken", _("a slide cannot be read")
    MUSIC_BROKEN = "music_broken", _("the music cannot be read")
    LOGO_BROKEN = "logo_broken", _("the logo cannot be read")
    CLIP_BROKEN = "clip_broken", _("the clip at the beginning or the end cannot be read")
    CLIP_TOO_LARGE = "clip_too_large", _("the clip at the beginning or the end is too large")
    CLIP_TOO_LONG = "clip_too_long", _("the clip at the beginning or the end is too long")
    CLIP_TOO_SHORT = "clip_too_short", _("the clip at the beginning or the end is too short")
    TOO_LARGE = "too_large", _("something is too large")
    VIDEO_TOO_LARGE = "video_too_large", _("the video does not fit into the largest size that the settings allow")
    MODEL_MISSING = "model_missing", _("a part of the program is missing")
    PACKAGE_MISSING = "package_missing", _("a part of the program is missing")
    SPEECH_MODEL_MISSING = "speech_model_missing", _("the voices are not installed")
    SPEECH_MODEL_BROKEN = "speech_model_broken", _("the voices are damaged")
    ENGINE_UNKNOWN = "engine_unknown", _("there is no such engine")
    ENGINE_UNAVAILABLE = "engine_unavailable", _("the engine lacks something")
    DEVICE_UNKNOWN = "device_unknown", _("the settings name a device that there is not")
    GPU_MISSING = "gpu_missing", _("there is no graphics card that it can use")
    ENGINE_FAILED = "engine_failed", _("the engine failed")
    ENGINE_TIMEOUT = "engine_timeout", _("the engine took too long")
    ENGINE_OUTPUT = "engine_output", _("the engine gave something that cannot be used")
    ENGINE_REFUSED = "engine_refused", _("the engine cannot animate this portrait or this recording")
    SERVER_SILENT = "server_silent", _("its server does not answer")
    SERVER_REFUSED = "server_refused", _("its server refused")
    SERVER_BROKEN = "server_broken", _("its server failed")
    SERVER_BUSY = "server_busy", _("its server is busy")
    SERVER_MEMORY = "server_memory", _("the graphics card of its server has too little memory")
    SERVER_INTERFACE = "server_interface", _("another program answers at the address of its server")
    GPU_MEMORY = "gpu_memory", _("the graphics card had too little memory; the processor made it")
    GPU_FAILED = "gpu_failed", _("the graphics card failed; the processor made it")
    MOVING_STILL = (
        "moving_still",
        _("one frame of the portrait video was animated: this engine does not move it"),
    )
    MOVING_ON_CPU = "moving_on_cpu", _("the processor made it: portrait videos are not drawn by the graphics card")
    MOVING_BACKGROUND = "moving_background", _("a portrait video keeps its own background")
    NOT_A_VIDEO = "not_a_video", _("the portrait video cannot be read")
    IN_ONE_PIECE = "in_one_piece", _("drawn in one piece: the pictures of this engine cannot be joined")
    STREAM_DIFFERS = "stream_differs", _("what was shown while it was rendered was another video and was withdrawn")
    RESTING = "resting", _("it had failed several times and rests")
    VOICE_MALFORMED = "voice_malformed", _("the voice cannot be used")
    VOICE_UNKNOWN = "voice_unknown", _("the voice cannot be used")
    SPEED = "speed_out_of_range", _("the speaking speed is out of range")
    SCRIPT_EMPTY = "script_empty", _("there is nothing to say")
    WORDS_DO_NOT_FIT = "words_do_not_fit", _("the words differ from the recording")
    NOTHING_TO_SAY = "nothing_to_say", _("there is nothing to say")
    UNSPEAKABLE = "script_unspeakable", _("nothing in the text can be spoken")
    TOO_LONG = "too_long", _("the text is too long for one video")
    FFMPEG_MISSING = "ffmpeg_missing", _("ffmpeg cannot be run")
    ENCODE_KILLED = "encode_killed", _("what writes the video was stopped from outside")
    ENCODE_FAILED = "encode_failed", _("the video could not be written")
    FLAWED = "flawed", _("the finished video failed its checks")
    CONSENT_MISSING = "consent_missing", _("no consent of the person shown is recorded")
    CONSENT_PORTRAIT = "consent_portrait", _("the consent is for another picture")
    CONSENT_PENDING = "consent_pending", _("the consent is not valid yet")
    CONSENT_EXPIRED = "consent_expired", _("the consent has expired")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("the person shown has withdrawn the consent")
    CONSENT_PURPOSE = "consent_purpose", _("the person shown has not agreed to this purpose")
    VOICE_CONSENT_MISSING = "voice_consent_missing", _("no consent of the person whose voice is heard is recorded")
    VOICE_CONSENT_OTHER = "voice_consent_other", _("the consent is for another voice")
    VOICE_CONSENT_PENDING = "voice_consent_pending", _("the consent to the voice is not valid yet")
    VOICE_CONSENT_EXPIRED = "voice_consent_expired", _("the consent to the voice has expired")
    VOICE_CONSENT_WITHDRAWN = "voice_consent_withdrawn", _("the person whose voice is heard has withdrawn the consent")
    VOICE_CONSENT_PURPOSE = "voice_consent_purpose", _("the person whose voice is heard has not agreed to this purpose")


FFMPEG = _("Run “python3 manage.py up”, which installs it, or name another one in IMAGEIO_FFMPEG_EXE.")
BY_ITSELF = _("It is tried again by itself.")
INSTALL = _("Run “python3 manage.py up” once more; it installs what is missing.")
SPACE = _("Free some space where OpenUser keeps its files, then make it again.")
WRITABLE = _("Check the permissions and the disk of the folders that OpenUser writes to, then make it again.")
VOICE = _("Choose another voice for the digital human, or mend this one under Voices.")
DEVICE = _("Let the settings choose the device by themselves (auto), or name one that there is.")
CLIP = _("Upload the clips of the digital human again, at most 10 seconds each, or remove them.")
WORDS = _("Write Chinese or English words, or numbers.")
ENGINES = _("The page “Engines” shows what is missing. Try it there.")
ADVICE: dict[str, Any] = {
    **UNUSABLE,
    **{code: remedy for code, (_words, remedy) in CONSENT.items()},
    Reason.DISK_FULL: SPACE,
    Reason.DISK: WRITABLE,
    Reason.FILE_MISSING: _("Make it again."),
    Reason.EXPIRED: _("Render it again, or request the same script."),
    Reason.VARIABLE_MISSING: _("Give the variable a default in the template, or complete the member's data."),
    Reason.LATE: _("More or faster render workers make videos sooner; OPENUSER_VIDEO_DEADLINE_SECONDS waits longer."),
    Reason.TIME_LIMIT: SHORTER,
    Reason.MEMORY_LIMIT: _("Use a smaller portrait or a shorter text."),
    Reason.BACKGROUND_BROKEN: _("Upload the background picture of the digital human again, or remove it."),
    Reason.MOVING_BACKGROUND: _("Remove the background colour and picture, or use a photograph as the portrait."),
    Reason.NOT_A_VIDEO: _("Upload the portrait video of the digital human again."),
    Reason.SLIDE_BROKEN: _("Upload the slide of the presentation again, then render the presentation again."),
    Reason.MUSIC_BROKEN: _("Upload the music of the presentation again, then render the presentation again."),
    Reason.LOGO_BROKEN: _("Upload the logo of the digital human again, or remove it."),
    Reason.CLIP_BROKEN: CLIP,
    Reason.CLIP_TOO_LARGE: CLIP,
    Reason.CLIP_TOO_LONG: CLIP,
    Reason.CLIP_TOO_SHORT: CLIP,
    Reason.TOO_LARGE: _("Use a smaller portrait or a shorter text."),
    Reason.VIDEO_TOO_LARGE: _("Split the text, or raise OPENUSER_RENDER_MAX_MB."),
    Reason.MODEL_MISSING: INSTALL,
    Reason.PACKAGE_MISSING: INSTALL,
    Reason.SPEECH_MODEL_MISSING: INSTALL,
    Reason.SPEECH_MODEL_BROKEN: INSTALL,
    Reason.FFMPEG_MISSING: FFMPEG,
    Reason.ENGINE_UNAVAILABLE: ENGINES,
    Reason.DEVICE_UNKNOWN: DEVICE,
    Reason.GPU_MISSING: DEVICE,
    Reason.ENGINE_FAILED: ENGINES,
    Reason.ENGINE_TIMEOUT: ENGINES,
    Reason.ENGINE_OUTPUT: ENGINES,
    Reason.ENGINE_REFUSED: _("Use another portrait, or choose another engine for the digital human."),
    Reason.SERVER_SILENT: ENGINES,
    Reason.SERVER_REFUSED: ENGINES,
    Reason.SERVER_BROKEN: ENGINES,
    Reason.SERVER_BUSY: _("Render it again later, or let the server take more at once."),
    Reason.SERVER_MEMORY: _("Close other programs on that card, or use a smaller portrait or another engine."),
    Reason.SERVER_INTERFACE: _("Check the address of the engine in the settings; its README names the editions."),
    Reason.ENGINE_UNKNOWN: _("Choose an engine that the settings name."),
    Reason.VOICE_MALFORMED: VOICE,
    Reason.VOICE_UNKNOWN: VOICE,
    Reason.SPEED: _("Choose a speaking speed between 0.6 and 1.6."),
    Reason.SCRIPT_EMPTY: WORDS,
    Reason.NOTHING_TO_SAY: WORDS,
    Reason.UNSPEAKABLE: WORDS,
    Reason.TOO_LONG: SHORTER,
}


def known(code: str) -> str:
    """The code under which the words for this one are kept; nothing for a code of a third-party engine."""
    return code if code in Reason.values else ""


def words(code: str) -> str:
    """The reason in words, or the code itself where there are none."""
    if code in FLAWS:
        return str(FLAWS[code].words)
    return str(Reason(known(code)).label) if known(code) else code


def advice(code: str) -> str:
    """The remedy; "" where the code is not known."""
    if code in FLAWS:
        return str(FLAWS[code].advice)
    return str(ADVICE.get(code, AGAIN)) if known(code) else ""


STOOD_IN = {
    "speech": _("%(engine)s was to speak: %(why)s. Another engine spoke instead."),
    "render": _("%(engine)s was to animate: %(why)s. Another engine did it instead."),
    "restorer": _("%(engine)s was to sharpen the portrait: %(why)s. It was animated as it is."),
}


def note(code: str) -> str:
    """A difference from the request, in words; `code` is `kind:engine:code` for a fallback, else one of its own."""
    kind, _colon, rest = code.partition(":")
    engine, _colon, why = rest.partition(":")
    return str(STOOD_IN[kind]) % {"engine": engine, "why": words(why)} if kind in STOOD_IN else words(code)
