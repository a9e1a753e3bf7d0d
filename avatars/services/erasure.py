"""Deletion after a person withdraws a consent: the picture, all data computed from it, recordings, a cloned voice.

The consent itself stays, with its evidence: that the person agreed, and until when, must be provable for years.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from avatars.models import OURS, Consent, DigitalHuman, Likeness, Narration, PortraitVideo, Render, Voice
from avatars.previews import voice_preview
from avatars.reasons import render
from avatars.services.portrait_videos import cancel_portrait_videos
from avatars.services.portraits import forget_portrait
from avatars.signals import narration_finished
from avatars.speech.synthesis.cache import SpeechCache
from core.storage import erasures

logger = logging.getLogger(__name__)

AGAIN = timedelta(days=2)
"""After a withdrawal: workers that were busy then may cache speech of that voice until they end."""
VOICE = "voice"  # a kind of erasure


def forget_person(consent: Consent) -> None:
    """Remove pictures, recordings and cached speech of the person of a withdrawn consent, on commit."""
    shown = consent.likenesses.filter(digital_human__isnull=False).select_related("digital_human__voice")
    likenesses = [(likeness, likeness.digital_human) for likeness in shown if likeness.digital_human]
    portraits = [likeness.portrait for likeness, _human in likenesses]
    bare = [likeness.portrait for likeness, _human in likenesses if not _is_covered(likeness)]
    transaction.on_commit(partial(_forget_faces, portraits, bare), robust=True)
    for _likeness, human in likenesses:
        cancel_portrait_videos(human)
    _forget_recordings(consent)
    _forget_voices(consent, [human for _likeness, human in likenesses])


def missing_portraits(humans: Iterable[DigitalHuman]) -> list[DigitalHuman]:
    """The digital humans whose picture file is missing: no consent can cover it."""
    return [human for human in humans if not default_storage.exists(str(human.portrait.name))]


def _is_covered(likeness: Likeness) -> bool:
    """Whether the same picture may be shown by another consent, now or later."""
    others = Consent.objects.filter(withdrawn_at=None, likenesses__portrait=likeness.portrait)
    return any(consent.state() != Consent.State.EXPIRED for consent in others)


def _forget_faces(portraits: Sequence[str], bare: Sequence[str]) -> None:
    """Remove the data computed from these pictures, and the files of pictures that may not be shown any more.

    Workers then stop using their copies in memory.
    """
    for name in portraits:
        _forget_video(name, delete=name in bare)
        try:
            with default_storage.open(name) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            continue  # its file is gone; data computed from it expires after a month without use
        forget_portrait(digest)
        if name in bare:
            default_storage.delete(name)


def _forget_video(still: str, *, delete: bool) -> None:
    """Remove the data computed from the video that a picture is a frame of; if it may not be shown, the video too."""
    for row in PortraitVideo.objects.filter(still=still).exclude(sha256=""):
        forget_portrait(row.sha256)
        if delete:
            name = str(row.video.name)
            PortraitVideo.objects.filter(pk=row.pk).update(video="", findings=[])
            default_storage.delete(name)


def _forget_recordings(consent: Consent) -> None:
    """Remove the ready sound of its videos: a real voice, most likely of the person shown."""
    rows = consent.renders.exclude(recording="")
    names = set(rows.values_list("recording", flat=True))
    rows.update(recording="")
    for name in names - set(Render.objects.filter(recording__in=names).values_list("recording", flat=True)):
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def _forget_voices(consent: Consent, humans: Sequence[DigitalHuman]) -> None:
    """Remove the cached speech of the voices that it covers, and of those voices of its digital humans that may be
    cloned from the person and that no other consent covers."""
    covered = {_apart(key) for key in consent.likenesses.exclude(voice_key="").values_list("voice_key", flat=True)}
    lost = sorted(voice for voice in covered | _voices_of(consent, humans) if _may_be_theirs(*voice))
    rows = Q(voice_consent=consent)
    for engine, voice in lost:
        said = Q(recipe__speech_engine=engine, recipe__voice=voice)
        rows |= said if (engine, voice) in covered else said & Q(digital_human__in=humans)
    for narration in Narration.objects.filter(rows).order_by("pk"):
        spoken = (narration.recipe.get("speech_engine"), narration.recipe.get("voice"))
        theirs = narration.voice_consent_id == consent.pk or spoken in covered
        _unsay(narration, render.Reason.VOICE_CONSENT_WITHDRAWN if theirs else render.Reason.CONSENT_WITHDRAWN)
    if lost:
        transaction.on_commit(partial(_forget_sound, lost), robust=True)


def _voices_of(consent: Consent, humans: Sequence[DigitalHuman]) -> set[tuple[str, str]]:
    """The voices of its digital humans, and of the videos and narrations in which they spoke."""
    renders, said = Render.objects.resting_on(consent), Narration.objects.filter(digital_human__in=humans)
    recipes = [rows.values_list("recipe__speech_engine", "recipe__voice") for rows in (renders, said)]
    recipes.append(renders.values_list("recipe__partner__speech_engine", "recipe__partner__voice"))
    spoken = {(engine, voice) for rows in recipes for engine, voice in rows if engine and voice}
    return spoken | {(human.voice.engine, human.voice.key) for human in humans}


def _may_be_theirs(engine: str, voice: str) -> bool:
    """Whether a voice may be the person's: it is not known to be synthetic, nor covered by another consent."""
    rows = Voice.objects.filter(engine=engine, key=voice)
    if not rows.cloned().exists() and (engine == OURS or rows.exists()):
        return False
    return not _has_cover(engine, voice)


def _has_cover(engine: str, voice: str) -> bool:
    """Whether a consent covers a voice, now or later."""
    given = Consent.objects.covering_voice(engine, voice).filter(withdrawn_at=None)
    return any(other.state() != Consent.State.EXPIRED for other in given)


def _unsay(narration: Narration, reason: str) -> None:
    """Cancel it, or remove its sound."""
    if narration.cancel(reason):
        narration_finished.send(Narration, narration=narration)
    elif narration.parts:
        Narration.objects.filter(pk=narration.pk).update(parts=[], reason=reason)
        for name in narration.parts:
            transaction.on_commit(partial(default_storage.delete, name), robust=True)


def _apart(voice_key: str) -> tuple[str, str]:
    engine, _colon, key = voice_key.partition(":")
    return engine, key


def forget_voices_again(*, now: datetime) -> None:
    """Remove the speech that busy workers cached meanwhile of voices whose consents were withdrawn lately."""
    lately = Likeness.objects.filter(consent__withdrawn_at__gte=now - AGAIN).exclude(voice_key="")
    cache = SpeechCache(Path(settings.AVATARS["CACHE_DIR"]))
    for engine, voice in sorted({_apart(key) for key in lately.values_list("voice_key", flat=True)}):
        if not _has_cover(engine, voice):
            cache.purge(engine=engine, voice=voice)


def _forget_sound(voices: Iterable[tuple[str, str]]) -> None:
    pieces = 0
    for engine, voice in voices:
        if engine:
            pieces += purge_speech(f"{engine}:{voice}")
            erasures.record(VOICE, f"{engine}:{voice}")
    logger.info("What a voice said was forgotten.", extra={"pieces": pieces})


def purge_speech(voice_key: str) -> int:
    """Remove from this machine the cached speech of a voice (`engine:key`); returns the number of pieces.

    All auditions go too: their names do not tell the voice, and they are made again in a moment.
    """
    engine, voice = _apart(voice_key)
    cache = Path(settings.AVATARS["CACHE_DIR"])
    voice_preview.cache(cache).purge()
    return SpeechCache(cache).purge(engine=engine, voice=voice)
