"""Checks of the engines that the settings name; run by the studio's child, which loads them."""

import io
from functools import cache
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop
from PIL import Image

from avatars.conformance import recognition, render, speech
from avatars.conformance.base import CheckRequest, NotApplicable, Outcome, failure, judged
from avatars.conformance.checks_by_kind import CHECKS
from avatars.engines.base import Shot
from avatars.exceptions import EngineMissing
from avatars.portraits import shipped
from avatars.speech.base import SpeechEngine
from core.backends import backend, names

OURS = "kokoro"
SIZE = (320, 400)
"""Pixels, width and height: small, so that slow engines finish in time; not square, to catch swapped sides."""
FPS = 20  # frames a second; not the 25 of most networks, so that an engine that ignores the request is caught


def examine(wish: CheckRequest) -> Outcome:
    """The outcome of a check of an engine. Raises `LookupError` for an unknown check."""
    check = next((check for check in CHECKS[wish.kind] if check.key == wish.check), None)
    if check is None:
        raise LookupError(wish.check)
    try:
        stage = _stage(wish.kind, wish.engine, wish.voice, wish.language)
    except EngineMissing as error:
        return failure(error)
    return judged(check, stage)


@cache
def _stage(kind: str, name: str, voice: str, language: str) -> Any:
    """The stage of a kind: an engine with its test material. Raises `EngineMissing`."""
    if kind == "speech":
        return speech.Speaker(backend("SPEECH_ENGINES", name), voice=voice, language=language)
    if kind == "render":
        return render.Studio(backend("RENDER_ENGINES", name), _shot())
    return recognition.Listener(backend("RECOGNITION_ENGINES", name), _our_voice)


def _shot() -> Shot:
    """One of our own characters says something."""
    with Image.open(io.BytesIO(shipped.png(shipped.NAMES[0]))) as picture:
        portrait = np.asarray(picture.convert("RGB").resize(SIZE))
    return Shot(portrait=portrait, speech=render.words(), fps=FPS)


def _our_voice() -> SpeechEngine:
    message = gettext_noop("The built-in voice, which makes the recordings for this, is not installed.")
    if OURS not in names("SPEECH_ENGINES"):
        raise NotApplicable(message)
    try:
        voice: SpeechEngine = backend("SPEECH_ENGINES", OURS)
    except EngineMissing as error:
        raise NotApplicable(message) from error
    return voice
