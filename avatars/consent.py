"""Whether a digital human may be shown and heard: a photograph's face and a cloned voice need a consent.

A face is a photograph and a voice is cloned unless a statement says otherwise.

Checked when a video is requested, when a worker begins it, before it is stored and before it is sent.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from avatars.exceptions import ConsentError
from avatars.models import (
    Consent,
    DigitalHuman,
    Likeness,
    Narration,
    Render,
    Statement,
    Voice,
    rests_on,
    voice_identity,
)
from avatars.reasons.consent import CONSENT

# Where several consents cover it and none permits it, the refusal names the first of these that applies.
WORST = ("consent_purpose", "consent_withdrawn", "consent_expired", "consent_pending")
VOICE = "voice_"  # prefix of the codes that are about a voice


@dataclass(frozen=True, kw_only=True)
class ConsentDecision:
    """The consents that permit a video; None for a synthetic voice and for a drawn face, which has a statement.

    `partner` is what permits the second digital human of a dialogue.
    """

    face: Consent | None = None
    statement: Statement | None = None
    voice: Consent | None = None
    partner: "ConsentDecision | None" = None

    @property
    def columns(self) -> dict[str, Consent | Statement | None]:
        """What a render records of it."""
        other = self.partner or ConsentDecision()
        return {
            "consent": self.face,
            "statement": self.statement,
            "voice_consent": self.voice,
            "partner_consent": other.face,
            "partner_statement": other.statement,
            "partner_voice_consent": other.voice,
        }


def decide(
    human: DigitalHuman, *, purpose: str = "", spoken: bool = True, now: datetime | None = None
) -> ConsentDecision:
    """The consents that permit a video of this digital human, with the portrait and the voice that it has now.

    `purpose` is one of `Consent.Purpose`, "" for a trial; `spoken` is false where its voice is not heard. Raises
    `ConsentError` where no active consent covers it.
    """
    voice = human.voice
    return ConsentDecision(
        face=covering_consent(human, purpose=purpose, now=now),
        statement=Statement.objects.about_picture(human).first(),
        voice=covering_voice_consent(voice.engine, voice.key, purpose=purpose, now=now) if spoken else None,
    )


def covering_consent(
    human: DigitalHuman, *, purpose: str = "", portrait: str = "", now: datetime | None = None
) -> Consent | None:
    """The consent to show this digital human; None for a drawn one.

    `portrait` is the file name of the picture, by default the one that it has now. Raises as `decide` does.
    """
    if Statement.objects.about_picture(human, portrait).exists():
        return None
    given = list(Consent.objects.covering(human, portrait))
    found = _active(given, purpose, now)
    if found is None:
        raise consent_error(_refusal_code(given, now) or _code_without_face_consent(human))
    return found


def covering_voice_consent(engine: str, key: str, *, purpose: str = "", now: datetime | None = None) -> Consent | None:
    """The consent to use this voice of an engine; None for a synthetic one. Raises as `decide` does."""
    if not is_cloned(engine, key):
        return None
    given = list(Consent.objects.covering_voice(engine, key))
    found = _active(given, purpose, now)
    if found is None:
        raise consent_error(VOICE + (_refusal_code(given, now) or _code_without_voice_consent(engine, key)))
    return found


def is_cloned(engine: str, key: str) -> bool:
    """Whether a voice is cloned from a person: unless a statement about each of its rows says that it is synthetic.

    A voice without a row is cloned if a consent ever covered it; else it is one of the engine's own, on trial.
    """
    rows = Voice.objects.filter(engine=engine, key=key)
    if rows.exists():
        return rows.cloned().exists()
    return Likeness.objects.filter(voice_key=voice_identity(engine, key)).exists()


def engine_voice_allowed(engine: str, key: str, *, now: datetime | None = None) -> bool:
    """Whether a voice may be used for at least one purpose."""
    if not is_cloned(engine, key):
        return True
    return Consent.objects.covering_voice(engine, key).active(now).exists()


def voice_allowed(voice: Voice, *, now: datetime | None = None) -> bool:
    """Whether a voice may be used for at least one purpose. No query if `annotate_voice_consents` was applied."""
    if is_synthetic(voice):
        return True
    known: bool | None = getattr(voice, "voice_consented", None)
    return engine_voice_allowed(voice.engine, voice.key, now=now) if known is None else known


def is_synthetic(voice: Voice) -> bool:
    """Whether a statement says so of this voice. No query if `annotate_voice_consents` was applied."""
    known: bool | None = getattr(voice, "stated", None)
    return voice.origin == Voice.Origin.SYNTHETIC if known is None else known


def is_drawn(human: DigitalHuman) -> bool:
    """Whether a statement says so of its portrait. No query if `annotate_consents` was applied."""
    known: bool | None = getattr(human, "stated", None)
    return human.origin == DigitalHuman.Origin.DRAWN if known is None else known


def decide_for_render(render: Render, *, now: datetime | None = None) -> ConsentDecision:
    """The consents that permit a render now; see `decide`."""
    portrait = str(render.recipe.get("portrait", ""))
    return ConsentDecision(
        face=covering_consent(render.digital_human, purpose=render.purpose, portrait=portrait, now=now),
        statement=Statement.objects.about_picture(render.digital_human, portrait).first(),
        voice=_covering_voice_consent(render, purpose=render.purpose, now=now),
        partner=_decide_for_partner(render, render.partner, now) if render.partner else None,
    )


def _decide_for_partner(render: Render, partner: DigitalHuman, now: datetime | None) -> ConsentDecision:
    """As for the digital human of a render, for its partner."""
    portrait, voice = _partner_of(render)
    found = covering_voice_consent(*voice, purpose=render.purpose, now=now)
    if found is None and render.partner_voice_consent_id is not None:
        _check_partner(render, partner, now=now, locked=False)
        found = render.partner_voice_consent
    return ConsentDecision(
        face=covering_consent(partner, purpose=render.purpose, portrait=portrait, now=now),
        statement=Statement.objects.about_picture(partner, portrait).first(),
        voice=found,
    )


def covering_narration_consent(narration: Narration, *, now: datetime | None = None) -> Consent | None:
    """The consent that permits a narration now; see `covering_voice_consent`."""
    return _covering_voice_consent(narration, now=now)


def check(work: Render | Narration, *, now: datetime | None = None, locked: bool = False) -> None:
    """Raise `ConsentError` where a render or narration must not, or must no longer, be shown or heard.

    `locked` locks the consent or statement until the transaction ends, so that it cannot be withdrawn meanwhile.
    """
    if isinstance(work, Render):
        portrait = str(work.recipe.get("portrait", ""))
        shown = work.consent_id is None and not _is_stated(work.digital_human, portrait, locked=locked)
        _check(work.consent_id, needed=shown, prefix="", now=now, locked=locked)
        if work.partner is not None:
            _check_partner(work, work.partner, now=now, locked=locked)
    heard = work.voice_consent_id is None and _is_heard(work) and is_cloned(*_voice_of(work))
    _check(work.voice_consent_id, needed=heard, prefix=VOICE, now=now, locked=locked)


def _check_partner(render: Render, partner: DigitalHuman, *, now: datetime | None, locked: bool) -> None:
    portrait, voice = _partner_of(render)
    shown = render.partner_consent_id is None and not _is_stated(partner, portrait, locked=locked)
    _check(render.partner_consent_id, needed=shown, prefix="", now=now, locked=locked)
    heard = render.partner_voice_consent_id is None and is_cloned(*voice)
    _check(render.partner_voice_consent_id, needed=heard, prefix=VOICE, now=now, locked=locked)


def is_consent_reason(code: str) -> bool:
    """Whether a reason code says that a consent is missing, or no longer active."""
    return code in CONSENT


def consent_error(code: str) -> ConsentError:
    """The error of this code, in the active language."""
    words, remedy = CONSENT[code]
    return ConsentError(str(words), code=code, remedy=str(remedy))


def allowed_humans(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """Those that may be shown and heard for at least one purpose."""
    return annotate_consents(humans, now=now).filter(FACE_ALLOWED & VOICE_ALLOWED)


def human_allowed(human: DigitalHuman, *, now: datetime | None = None) -> bool:
    """Whether it may be shown and heard for at least one purpose. No query if `annotate_consents` was applied."""
    return _face_allowed(human, now) and human_voice_allowed(human, now=now)


def human_voice_allowed(human: DigitalHuman, *, now: datetime | None = None) -> bool:
    """Whether its voice may be used for at least one purpose; as `human_allowed`."""
    stated: bool | None = getattr(human, "voice_stated", None)
    if is_synthetic(human.voice) if stated is None else stated:
        return True
    known: bool | None = getattr(human, "voice_consented", None)
    return engine_voice_allowed(human.voice.engine, human.voice.key, now=now) if known is None else known


def annotate_consents(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """With `face_consented` and `voice_consented`, `stated` and `voice_stated`: whether active consents cover their
    portrait and their voice, and whether statements do."""
    active = Consent.objects.active(now)
    faces = Likeness.objects.filter(digital_human=OuterRef("pk"), portrait=OuterRef("portrait"), consent__in=active)
    name = Concat(OuterRef("voice__engine"), Value(":"), OuterRef("voice__key"))
    voices = Likeness.objects.filter(voice_key=name, consent__in=active)
    drawn = Statement.objects.kept().filter(digital_human=OuterRef("pk"), portrait=OuterRef("portrait"))
    synthetic = Statement.objects.kept().filter(voice=OuterRef("voice"), voice_key=name)
    return humans.select_related("voice").annotate(
        face_consented=Exists(faces),
        voice_consented=Exists(voices),
        stated=Exists(drawn),
        voice_stated=Exists(synthetic),
    )


def annotate_voice_consents(voices: QuerySet[Voice], *, now: datetime | None = None) -> QuerySet[Voice]:
    """With `voice_consented` and `stated`: whether an active consent covers each, or a statement."""
    name = Concat(OuterRef("engine"), Value(":"), OuterRef("key"))
    given = Likeness.objects.filter(voice_key=name, consent__in=Consent.objects.active(now))
    synthetic = Statement.objects.kept().filter(voice=OuterRef("pk"), voice_key=name)
    return voices.annotate(voice_consented=Exists(given), stated=Exists(synthetic))


def annotate_render_counts(given: QuerySet[Consent]) -> QuerySet[Consent]:
    """With `render_count`: how many renders depend on each."""
    renders = Render.objects.filter(rests_on(OuterRef("pk")))
    count = (
        renders.order_by().annotate(count=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("count")
    )
    return given.annotate(render_count=Coalesce(Subquery(count), 0))


FACE_ALLOWED = Q(stated=True) | Q(face_consented=True)
VOICE_ALLOWED = Q(voice_stated=True) | Q(voice_consented=True)
"""Conditions on digital humans with the annotations of `annotate_consents`."""


def allowed_renders(now: datetime | None = None, *, path: str = "") -> Q:
    """The condition for renders that may be shown; `path` is the lookup that leads to them, like "render__"."""
    active = Consent.objects.active(now)
    alone = Q(**{f"{path}partner": None})
    both = _allowed(active, path, "") & (alone | _allowed(active, path, "partner_"))
    earlier = _spoken_before_cloned()
    return both & (~Q(**{f"{path}pk__in": earlier}) if earlier is not None else Q())


def _allowed(active: QuerySet[Consent], path: str, whose: str) -> Q:
    """The condition for renders in which one person may be shown and heard."""
    face = Q(**{f"{path}{whose}consent__in": active})
    drawn = Q(**{f"{path}{whose}consent": None, f"{path}{whose}statement__in": Statement.objects.kept()})
    voice = Q(**{f"{path}{whose}voice_consent__in": active}) | Q(**{f"{path}{whose}voice_consent": None})
    return (face | drawn) & voice


def _spoken_before_cloned() -> QuerySet[Render, int] | None:
    """Renders from before their voice was declared cloned; None where no voice is cloned."""
    cloned = Voice.objects.cloned().values_list("engine", "key")
    heard = {"voice_consent": None, "recipe__recording__isnull": True, "recipe__loop__isnull": True}
    voices = [Q(recipe__speech_engine=engine, recipe__voice=key, **heard) for engine, key in cloned]
    of_partner = {"partner__isnull": False, "partner_voice_consent": None}
    voices += [
        Q(recipe__partner__speech_engine=engine, recipe__partner__voice=key, **of_partner) for engine, key in cloned
    ]
    if not voices:
        return None
    return Render.objects.filter(reduce(or_, voices)).values_list("pk", flat=True)


def _face_allowed(human: DigitalHuman, now: datetime | None) -> bool:
    if is_drawn(human):
        return True
    known: bool | None = getattr(human, "face_consented", None)
    return Consent.objects.covering(human).active(now).exists() if known is None else known


def _is_stated(human: DigitalHuman, portrait: str, *, locked: bool) -> bool:
    """Whether a statement says that the picture is drawn."""
    rows = Statement.objects.about_picture(human, portrait)
    return (rows.select_for_update() if locked else rows).first() is not None


def _check(pk: int | None, *, needed: bool, prefix: str, now: datetime | None, locked: bool) -> None:
    if pk is None and not needed:
        return
    rows = Consent.objects.select_for_update() if locked else Consent.objects.all()
    consent = rows.filter(pk=pk).first() if pk else None
    if consent is None:
        raise consent_error(f"{prefix}consent_missing")
    if consent.state(now) != Consent.State.ACTIVE:
        raise consent_error(prefix + _refusal_code([consent], now))


def _covering_voice_consent(
    work: Render | Narration, *, purpose: str = "", now: datetime | None = None
) -> Consent | None:
    """The consent to the voice of a render or narration. A voice that was cloned when requested is still checked."""
    if not _is_heard(work):
        return None
    engine, key = _voice_of(work)
    found = covering_voice_consent(engine, key, purpose=purpose, now=now)
    if found is None and work.voice_consent_id is not None:
        check(work, now=now)
        return work.voice_consent
    return found


def _is_heard(work: Render | Narration) -> bool:
    """Whether a voice is used: a recording replaces it, a narration never has one, an idle video is silent."""
    return isinstance(work, Narration) or not {"recording", "loop"} & work.recipe.keys()


def _voice_of(work: Render | Narration) -> tuple[str, str]:
    voice = work.digital_human.voice
    return work.recipe.get("speech_engine", voice.engine), work.recipe.get("voice", voice.key)


def _partner_of(render: Render) -> tuple[str, tuple[str, str]]:
    """The portrait of the partner of a render, and its voice by engine and name; the present ones where its recipe was
    erased."""
    assert render.partner is not None
    frozen, voice = render.recipe.get("partner", {}), render.partner.voice
    return frozen.get("portrait", ""), (frozen.get("speech_engine", voice.engine), frozen.get("voice", voice.key))


def _active(given: list[Consent], purpose: str, now: datetime | None) -> Consent | None:
    return next((one for one in given if one.state(now) == Consent.State.ACTIVE and one.covers(purpose)), None)


def _refusal_code(given: list[Consent], now: datetime | None) -> str:
    found = {
        Consent.State.ACTIVE: "consent_purpose",
        Consent.State.WITHDRAWN: "consent_withdrawn",
        Consent.State.EXPIRED: "consent_expired",
        Consent.State.PENDING: "consent_pending",
    }
    flaws = {found[consent.state(now)] for consent in given}
    return next((code for code in WORST if code in flaws), "")


def _code_without_face_consent(human: DigitalHuman) -> str:
    return "consent_portrait" if human.likenesses.exists() else "consent_missing"


def _code_without_voice_consent(engine: str, key: str) -> str:
    rows = Voice.objects.filter(engine=engine, key=key, likenesses__isnull=False)
    return "consent_other" if rows.exists() else "consent_missing"
