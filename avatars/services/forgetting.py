"""What goes when a person withdraws a consent: the picture, what was computed from it, recordings, a cloned voice.

The consent itself stays, with its evidence: that somebody agreed, and until when, has to be shown for years.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from avatars import audition, reasons
from avatars.models import OURS, Consent, DigitalHuman, Likeness, Narration, Render
from avatars.services.upkeep import purge_portrait
from avatars.signals import narration_finished
from avatars.speech.cache import SpeechCache

logger = logging.getLogger(__name__)


def forget_person(consent: Consent) -> None:
    """Remove what shows or sounds like the person of a consent that is withdrawn, once that is certain."""
    likenesses = list(consent.likenesses.select_related("digital_human__voice"))
    bare = [likeness.portrait for likeness in likenesses if not _is_covered(likeness)]
    transaction.on_commit(partial(_forget_faces, [likeness.portrait for likeness in likenesses], bare), robust=True)
    _forget_recordings(consent)
    _forget_voices(consent, [likeness.digital_human for likeness in likenesses])


def without_portrait(humans: Iterable[DigitalHuman]) -> list[DigitalHuman]:
    """Those whose picture is not there (any more): nobody can agree to it."""
    return [human for human in humans if not default_storage.exists(str(human.portrait.name))]


def _is_covered(likeness: Likeness) -> bool:
    """Whether the same picture may be shown by another consent, now or later."""
    others = Consent.objects.filter(withdrawn_at=None, likenesses__portrait=likeness.portrait)
    return any(consent.state() != Consent.State.EXPIRED for consent in others)


def _forget_faces(portraits: Sequence[str], bare: Sequence[str]) -> None:
    """Remove what was computed from these pictures, and of those that nobody may show the file itself.

    What workers have in memory is not used without it.
    """
    for name in portraits:
        try:
            with default_storage.open(name) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            continue  # its file is gone, and then so is what was made of it, once nobody used it for a month
        purge_portrait(digest)
        if name in bare:
            default_storage.delete(name)


def _forget_recordings(consent: Consent) -> None:
    """The ready sound of its films: the voice of somebody, most likely of the person shown."""
    rows = consent.renders.exclude(recording="")
    names = set(rows.values_list("recording", flat=True))
    rows.update(recording="")
    for name in names - set(Render.objects.filter(recording__in=names).values_list("recording", flat=True)):
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def _forget_voices(consent: Consent, humans: Sequence[DigitalHuman]) -> None:
    """What they said by a voice that is not one of ours: it may be cloned from the person."""
    voices = {(human.voice.engine, human.voice.key) for human in humans if human.voice.engine != OURS}
    filmed = consent.renders.exclude(recipe__speech_engine=OURS).values_list("recipe__speech_engine", "recipe__voice")
    voices |= {(engine, voice) for engine, voice in filmed if engine and voice}
    spoken = Narration.objects.filter(digital_human__in=humans).exclude(recipe__speech_engine=OURS)
    for narration in spoken.order_by("pk"):
        voices.add((narration.recipe.get("speech_engine", ""), narration.recipe.get("voice", "")))
        if narration.cancel(reasons.Reason.CONSENT_WITHDRAWN):
            narration_finished.send(Narration, narration=narration)
        elif narration.parts:
            Narration.objects.filter(pk=narration.pk).update(parts=[], reason=reasons.Reason.CONSENT_WITHDRAWN)
            for name in narration.parts:
                transaction.on_commit(partial(default_storage.delete, name), robust=True)
    if voices:
        transaction.on_commit(partial(_forget_sound, sorted(voices)), robust=True)


def _forget_sound(voices: Iterable[tuple[str, str]]) -> None:
    """Auditions go all: their names do not tell the voice, and they are made again in a moment."""
    cache = Path(settings.AVATARS["CACHE_DIR"])
    pieces = sum(SpeechCache(cache).purge(engine=engine, voice=voice) for engine, voice in voices if engine)
    audition.shelf(cache).purge()
    logger.info("What a voice said was forgotten.", extra={"pieces": pieces})
