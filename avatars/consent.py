"""Whether a digital human may be shown and heard: a photograph's face, and a cloned voice, only on a consent.

It is asked for when a film is asked for, when a worker begins it, before it is kept, and before it goes to anybody.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from avatars.exceptions import ConsentError
from avatars.models import Consent, DigitalHuman, Likeness, Narration, Render, Voice, voice_identity
from avatars.reasons.consent import CONSENT

# What to call it where several consents of one person do not help: the first of these that is the case.
WORST = ("consent_purpose", "consent_withdrawn", "consent_expired", "consent_pending")
VOICE = "voice_"  # before the codes that are about a voice


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """The consents that a film rests on: None where it shows, or is spoken by, nobody real."""

    face: Consent | None = None
    voice: Consent | None = None


def grounds(human: DigitalHuman, *, purpose: str = "", spoken: bool = True, now: datetime | None = None) -> Grounds:
    """The consents that a film of this digital human rests on, by the portrait and the voice that it has.

    `purpose` is one of `Consent.Purpose`, "" to try it out; `spoken` is false where its voice is not heard. Raises
    `ConsentError` where there is no active consent for that.
    """
    voice = human.voice
    return Grounds(
        face=basis(human, purpose=purpose, now=now),
        voice=voice_basis(voice.engine, voice.key, purpose=purpose, now=now) if spoken else None,
    )


def basis(human: DigitalHuman, *, purpose: str = "", portrait: str = "", now: datetime | None = None) -> Consent | None:
    """The consent to show this digital human; None for a drawn one.

    `portrait` is the name of the picture to be filmed, by default the one that it has. Raises as `grounds` does.
    """
    if human.origin == DigitalHuman.Origin.DRAWN:
        return None
    given = list(Consent.objects.covering(human, portrait))
    found = _active(given, purpose, now)
    if found is None:
        raise refusal(_flaw(given, now) or _flaw_of_others(human))
    return found


def voice_basis(engine: str, key: str, *, purpose: str = "", now: datetime | None = None) -> Consent | None:
    """The consent to speak with this voice of an engine; None for a synthetic one. Raises as `grounds` does."""
    if not is_cloned(engine, key):
        return None
    given = list(Consent.objects.covering_voice(engine, key))
    found = _active(given, purpose, now)
    if found is None:
        raise refusal(VOICE + (_flaw(given, now) or _flaw_of_other_voices(engine, key)))
    return found


def is_cloned(engine: str, key: str) -> bool:
    """Whether a voice is somebody's: as its rows say; without any, where somebody once consented to it.

    One that no row names is an engine's own, which somebody tries out.
    """
    origins = set(Voice.objects.filter(engine=engine, key=key).values_list("origin", flat=True))
    if origins:
        return Voice.Origin.CLONED in origins
    return Likeness.objects.filter(voice_key=voice_identity(engine, key)).exists()


def may_be_heard(engine: str, key: str, *, now: datetime | None = None) -> bool:
    """Whether a voice may speak for some purpose."""
    if not is_cloned(engine, key):
        return True
    return Consent.objects.covering_voice(engine, key).active(now).exists()


def may_speak(voice: Voice, *, now: datetime | None = None) -> bool:
    """Whether a voice may be heard for some purpose. Asks nothing of the database where `annotated_voices` did."""
    if voice.origin == Voice.Origin.SYNTHETIC:
        return True
    known: bool | None = getattr(voice, "voiced", None)
    return may_be_heard(voice.engine, voice.key, now=now) if known is None else known


def grounds_of(render: Render, *, now: datetime | None = None) -> Grounds:
    """The consents on which a render can be made now; see `grounds`."""
    portrait = str(render.recipe.get("portrait", ""))
    return Grounds(
        face=basis(render.digital_human, purpose=render.purpose, portrait=portrait, now=now),
        voice=_voice_basis_of(render, purpose=render.purpose, now=now),
    )


def basis_of(narration: Narration, *, now: datetime | None = None) -> Consent | None:
    """The consent on which a narration can be spoken now; see `voice_basis`."""
    return _voice_basis_of(narration, now=now)


def check(work: Render | Narration, *, now: datetime | None = None, locked: bool = False) -> None:
    """Raises `ConsentError` where what is made must not be shown or heard (any more).

    `locked`: within a transaction, so that nobody withdraws the consent before it ends.
    """
    if isinstance(work, Render):
        shown = work.digital_human.origin != DigitalHuman.Origin.DRAWN
        _check(work.consent_id, needed=shown, prefix="", now=now, locked=locked)
    heard = work.voice_consent_id is None and _is_heard(work) and is_cloned(*_voice_of(work))
    _check(work.voice_consent_id, needed=heard, prefix=VOICE, now=now, locked=locked)


def is_about_consent(code: str) -> bool:
    """Whether a reason says that the person who is shown or heard has not agreed (any more)."""
    return code in CONSENT


def refusal(code: str) -> ConsentError:
    """The error of this code, in words of the language that is active."""
    words, remedy = CONSENT[code]
    return ConsentError(str(words), code=code, remedy=str(remedy))


def usable(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """Those that may be shown and heard for some purpose."""
    return annotated(humans, now=now).filter(FACE_USABLE & VOICE_USABLE)


def has_basis(human: DigitalHuman, *, now: datetime | None = None) -> bool:
    """Whether it may be shown and heard for some purpose. Asks nothing of the database where `annotated` did."""
    return _has_face(human, now) and has_voice(human, now=now)


def has_voice(human: DigitalHuman, *, now: datetime | None = None) -> bool:
    """Whether its voice may be heard for some purpose; as `has_basis`."""
    if human.voice.origin == Voice.Origin.SYNTHETIC:
        return True
    known: bool | None = getattr(human, "voiced", None)
    return may_be_heard(human.voice.engine, human.voice.key, now=now) if known is None else known


def annotated(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """With `consented` and `voiced`: whether an active consent covers the portrait, and the voice, that each has."""
    active = Consent.objects.active(now)
    faces = Likeness.objects.filter(digital_human=OuterRef("pk"), portrait=OuterRef("portrait"), consent__in=active)
    name = Concat(OuterRef("voice__engine"), Value(":"), OuterRef("voice__key"))
    voices = Likeness.objects.filter(voice_key=name, consent__in=active)
    return humans.select_related("voice").annotate(consented=Exists(faces), voiced=Exists(voices))


def annotated_voices(voices: QuerySet[Voice], *, now: datetime | None = None) -> QuerySet[Voice]:
    """With `voiced`, whether an active consent covers each."""
    name = Concat(OuterRef("engine"), Value(":"), OuterRef("key"))
    given = Likeness.objects.filter(voice_key=name, consent__in=Consent.objects.active(now))
    return voices.annotate(voiced=Exists(given))


def with_films(given: QuerySet[Consent]) -> QuerySet[Consent]:
    """With `film_count`, how many videos rest on each."""
    films = Render.objects.filter(Q(consent=OuterRef("pk")) | Q(voice_consent=OuterRef("pk")))
    count = (
        films.order_by().annotate(count=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("count")
    )
    return given.annotate(film_count=Coalesce(Subquery(count), 0))


FACE_USABLE = Q(origin=DigitalHuman.Origin.DRAWN) | Q(consented=True)
VOICE_USABLE = Q(voice__origin=Voice.Origin.SYNTHETIC) | Q(voiced=True)
"""Of `annotated` digital humans."""


def showable(now: datetime | None = None, *, path: str = "") -> Q:
    """Renders that may be shown; `path` leads to them, like "render__"."""
    active = Consent.objects.active(now)
    face = Q(**{f"{path}consent__in": active})
    drawn = Q(**{f"{path}consent": None, f"{path}digital_human__origin": DigitalHuman.Origin.DRAWN})
    voice = Q(**{f"{path}voice_consent__in": active}) | Q(**{f"{path}voice_consent": None})
    unasked = _spoken_unasked()
    return (face | drawn) & voice & (~Q(**{f"{path}pk__in": unasked}) if unasked is not None else Q())


def _spoken_unasked() -> QuerySet[Render, int] | None:
    """Films from before somebody said of their voice that it is cloned; None where no voice is."""
    cloned = Voice.objects.filter(origin=Voice.Origin.CLONED).values_list("engine", "key")
    voices = [Q(recipe__speech_engine=engine, recipe__voice=key) for engine, key in cloned]
    if not voices:
        return None
    made = Render.objects.filter(reduce(or_, voices), voice_consent=None, recipe__recording__isnull=True)
    return made.values_list("pk", flat=True)


def _has_face(human: DigitalHuman, now: datetime | None) -> bool:
    if human.origin == DigitalHuman.Origin.DRAWN:
        return True
    known: bool | None = getattr(human, "consented", None)
    return Consent.objects.covering(human).active(now).exists() if known is None else known


def _check(pk: int | None, *, needed: bool, prefix: str, now: datetime | None, locked: bool) -> None:
    if pk is None and not needed:
        return
    rows = Consent.objects.select_for_update() if locked else Consent.objects.all()
    consent = rows.filter(pk=pk).first() if pk else None
    if consent is None:
        raise refusal(f"{prefix}consent_missing")
    if consent.state(now) != Consent.State.ACTIVE:
        raise refusal(prefix + _flaw([consent], now))


def _voice_basis_of(work: Render | Narration, *, purpose: str = "", now: datetime | None = None) -> Consent | None:
    """Of a voice by which something is to be spoken; one that was somebody's when it was asked for stays so."""
    if not _is_heard(work):
        return None
    engine, key = _voice_of(work)
    found = voice_basis(engine, key, purpose=purpose, now=now)
    if found is None and work.voice_consent_id is not None:
        check(work, now=now)
        return work.voice_consent
    return found


def _is_heard(work: Render | Narration) -> bool:
    """Ready sound is heard in the place of a voice; a narration of its words is not."""
    return isinstance(work, Narration) or "recording" not in work.recipe


def _voice_of(work: Render | Narration) -> tuple[str, str]:
    voice = work.digital_human.voice
    return work.recipe.get("speech_engine", voice.engine), work.recipe.get("voice", voice.key)


def _active(given: list[Consent], purpose: str, now: datetime | None) -> Consent | None:
    return next((one for one in given if one.state(now) == Consent.State.ACTIVE and one.covers(purpose)), None)


def _flaw(given: list[Consent], now: datetime | None) -> str:
    found = {
        Consent.State.ACTIVE: "consent_purpose",
        Consent.State.WITHDRAWN: "consent_withdrawn",
        Consent.State.EXPIRED: "consent_expired",
        Consent.State.PENDING: "consent_pending",
    }
    flaws = {found[consent.state(now)] for consent in given}
    return next((code for code in WORST if code in flaws), "")


def _flaw_of_others(human: DigitalHuman) -> str:
    return "consent_portrait" if human.likenesses.exists() else "consent_missing"


def _flaw_of_other_voices(engine: str, key: str) -> str:
    rows = Voice.objects.filter(engine=engine, key=key, likenesses__isnull=False)
    return "consent_other" if rows.exists() else "consent_missing"
