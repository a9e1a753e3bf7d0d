"""Trials of engines."""

import secrets
from collections.abc import Sequence
from copy import copy

from django.db import transaction
from django.utils.translation import gettext

from avatars import consent
from avatars.exceptions import AvatarError
from avatars.models import DigitalHuman, Render, Voice
from avatars.rendering import engine_breaker, estimates, recipes
from avatars.rendering.engine_status import TESTABLE, EngineKind
from avatars.services.render_requests import TEST, check_script
from core import backends


@transaction.atomic
def try_engine(kind: str, name: str, text: str) -> Render:
    """A short video by this engine, of whichever digital human there is; the row says whether another stood in.

    Raises `LookupError` for one that is not configured or cannot be tried, `AvatarError` where there is no digital
    human yet, `ConsentError` where none of them may be shown, or no voice of the engine may be heard.
    """
    chosen = next((each for each in TESTABLE if each.value == kind and name in backends.names(each.setting)), None)
    if chosen is None:
        raise LookupError(name)
    everybody = DigitalHuman.objects.select_related("voice").order_by("pk")
    human = consent.allowed_humans(everybody).first() or everybody.first()
    if human is None:
        raise AvatarError(
            gettext("There is no digital human yet."),
            code="no_digital_human",
            remedy=gettext("Make one, then try again."),
        )
    return _trial(human, chosen, name, check_script(text))


@transaction.atomic
def compare_engines(human: DigitalHuman, text: str, names: Sequence[str]) -> list[Render]:
    """The same words by each of these render engines, made anew each time. Its recipe says which is whose.

    Raises `LookupError` for an engine that is not configured, `ScriptError`, `ConsentError`.
    """
    if not set(names) <= set(backends.names(EngineKind.RENDER.setting)):
        raise LookupError(", ".join(names))
    script = check_script(text)
    return [_trial(human, EngineKind.RENDER, name, script) for name in names]


def _trial(human: DigitalHuman, kind: EngineKind, name: str, text: str) -> Render:
    speaker = copy(human)
    if kind is EngineKind.SPEECH and name != human.voice.engine:
        speaker.voice = _voice(name)
    decision = consent.decide(speaker)
    recipe = recipes.freeze(speaker, text, mode=human.mode, decision=decision)
    if kind is EngineKind.RENDER:
        recipe["render_engine"] = name
    # A trial never uses the cache: an earlier result tells nothing about the engine now.
    recipe["trial"] = secrets.token_hex(8)
    engine_breaker.record_success(kind, name)
    render = Render.objects.create(
        digital_human=human,
        text=text,
        mode=human.mode,
        recipe=recipe,
        **decision.columns,
        content_hash=recipes.digest(text, recipe),
        priority=TEST,
        estimated_seconds=estimates.estimate_seconds(text, human.mode),
    )
    render.wake()
    return render


def _voice(engine: str) -> Voice:
    """A voice to try an engine with: an allowed one, else one in use, else the one in the settings."""
    known = list(Voice.objects.filter(engine=engine).order_by("pk"))
    named = str(backends.entry(EngineKind.SPEECH.setting, engine).get("voice", ""))
    heard = next((voice for voice in known if consent.engine_voice_allowed(voice.engine, voice.key)), None)
    return heard or next(iter(known), Voice(engine=engine, key=named))
