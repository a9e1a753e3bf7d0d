"""The consents that permit a video or voice message: looked up for a request, and checked again for an existing one."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from avatars.consent.refusals import (
    code_without_face_consent,
    code_without_voice_consent,
    consent_error,
    refusal_code,
)
from avatars.models import Consent, DigitalHuman, Likeness, Narration, Render, Statement, Voice, voice_identity

VOICE = "voice_"  # prefix of the codes that are about a voice


@dataclass(frozen=True, kw_only=True)
class ConsentDecision:
    """The consents that permit a video; None for a synthetic voice and for a drawn face, which has a statement.

    `partner` is the decision for the second digital human of a dialogue.
    """

    face: Consent | None = None
    statement: Statement | None = None
    voice: Consent | None = None
    partner: "ConsentDecision | None" = None

    @property
    def columns(self) -> dict[str, Consent | Statement | None]:
        """The columns of a render that record it."""
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
    """The consents that permit a video of this digital human, with its present portrait and voice.

    `purpose` is one of `Consent.Purpose`, "" for a trial; `spoken` is false if its voice is not heard. Raises
    `ConsentError` if no active consent covers it.
    """
    voice = human.voice
    face, statement = _covering_face(human, "", purpose, now)
    return ConsentDecision(
        face=face,
        statement=statement,
        voice=covering_voice_consent(voice.engine, voice.key, purpose=purpose, now=now) if spoken else None,
    )


def covering_consent(
    human: DigitalHuman, *, purpose: str = "", portrait: str = "", now: datetime | None = None
) -> Consent | None:
    """The consent to show this digital human; None for a drawn one.

    `portrait` is the file name of the picture, by default the present one. Raises as `decide` does.
    """
    return _covering_face(human, portrait, purpose, now)[0]


def _covering_face(
    human: DigitalHuman, portrait: str, purpose: str, now: datetime | None
) -> tuple[Consent | None, Statement | None]:
    """The consent to show a face, or the statement that it is drawn."""
    statement = Statement.objects.in_force().about_picture(human, portrait).first()
    if statement is not None:
        return None, statement
    given = list(Consent.objects.covering(human, portrait))
    consent = _active(given, purpose, now)
    if consent is None:
        raise consent_error(refusal_code(given, now) or code_without_face_consent(human, portrait))
    return consent, None


def covering_voice_consent(engine: str, key: str, *, purpose: str = "", now: datetime | None = None) -> Consent | None:
    """The consent to use this voice of an engine; None for a synthetic one. Raises as `decide` does."""
    if not is_cloned(engine, key):
        return None
    given = list(Consent.objects.covering_voice(engine, key))
    consent = _active(given, purpose, now)
    if consent is None:
        raise consent_error(VOICE + (refusal_code(given, now) or code_without_voice_consent(engine, key)))
    return consent


def is_cloned(engine: str, key: str) -> bool:
    """Whether a voice is cloned from a person: unless a statement about each of its rows says that it is synthetic.

    A voice without a row is cloned if a consent ever covered it; else it is one of the engine's own, on trial.
    """
    synthetic = Exists(Voice.objects.synthetic().filter(pk=OuterRef("pk")))
    are_synthetic = list(Voice.objects.filter(engine=engine, key=key).values_list(synthetic, flat=True))
    if are_synthetic:
        return not all(are_synthetic)
    return Likeness.objects.filter(voice_key=voice_identity(engine, key)).exists()


def decide_for_render(render: Render, *, now: datetime | None = None) -> ConsentDecision:
    """The consents that permit a render now; see `decide`."""
    face, statement = _covering_face(render.digital_human, str(render.recipe.get("portrait", "")), render.purpose, now)
    return ConsentDecision(
        face=face,
        statement=statement,
        voice=_covering_voice_consent(render, purpose=render.purpose, now=now),
        partner=_decide_for_partner(render, render.partner, now) if render.partner else None,
    )


def _decide_for_partner(render: Render, partner: DigitalHuman, now: datetime | None) -> ConsentDecision:
    """As for the digital human of a render, for its partner."""
    portrait, voice = _partner_of(render)
    consent = covering_voice_consent(*voice, purpose=render.purpose, now=now)
    if consent is None and render.partner_voice_consent_id is not None:
        _check_partner(render, partner, now=now, locked=False)
        consent = render.partner_voice_consent
    face, statement = _covering_face(partner, portrait, render.purpose, now)
    return ConsentDecision(face=face, statement=statement, voice=consent)


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
        _check_confirmed(work.digital_human, portrait, needed=shown)
        _check(work.consent_id, needed=shown, prefix="", now=now, locked=locked)
        if work.partner is not None:
            _check_partner(work, work.partner, now=now, locked=locked)
    heard = work.voice_consent_id is None and _is_heard(work) and is_cloned(*_voice_of(work))
    _check(work.voice_consent_id, needed=heard, prefix=VOICE, now=now, locked=locked)


def _check_partner(render: Render, partner: DigitalHuman, *, now: datetime | None, locked: bool) -> None:
    portrait, voice = _partner_of(render)
    shown = render.partner_consent_id is None and not _is_stated(partner, portrait, locked=locked)
    _check_confirmed(partner, portrait, needed=shown)
    _check(render.partner_consent_id, needed=shown, prefix="", now=now, locked=locked)
    heard = render.partner_voice_consent_id is None and is_cloned(*voice)
    _check(render.partner_voice_consent_id, needed=heard, prefix=VOICE, now=now, locked=locked)


def _is_stated(human: DigitalHuman, portrait: str, *, locked: bool) -> bool:
    """Whether a statement says that the picture is drawn."""
    rows = Statement.objects.in_force().about_picture(human, portrait)
    return (rows.select_for_update() if locked else rows).first() is not None


def _check_confirmed(human: DigitalHuman, portrait: str, *, needed: bool) -> None:
    """Say that a second person is missing, where one has stated that the picture is drawn."""
    if needed and Statement.objects.about_picture(human, portrait).exists():
        raise consent_error("statement_unconfirmed")


def _check(pk: int | None, *, needed: bool, prefix: str, now: datetime | None, locked: bool) -> None:
    if pk is None and not needed:
        return
    rows = Consent.objects.select_for_update() if locked else Consent.objects.all()
    consent = rows.filter(pk=pk).first() if pk else None
    if consent is None:
        raise consent_error(f"{prefix}consent_missing")
    if consent.state(now) != Consent.State.ACTIVE:
        raise consent_error(prefix + refusal_code([consent], now))


def _covering_voice_consent(
    work: Render | Narration, *, purpose: str = "", now: datetime | None = None
) -> Consent | None:
    """The consent to the voice of a render or narration. A voice that was cloned when requested is still checked."""
    if not _is_heard(work):
        return None
    engine, key = _voice_of(work)
    consent = covering_voice_consent(engine, key, purpose=purpose, now=now)
    if consent is None and work.voice_consent_id is not None:
        check(work, now=now)
        return work.voice_consent
    return consent


def _is_heard(work: Render | Narration) -> bool:
    """Whether a voice is used: a recording replaces it, a narration never has one, an idle video is silent."""
    return isinstance(work, Narration) or not {"recording", "loop"} & work.recipe.keys()


def _voice_of(work: Render | Narration) -> tuple[str, str]:
    recipe = work.recipe
    if "speech_engine" in recipe and "voice" in recipe:
        return recipe["speech_engine"], recipe["voice"]
    voice = work.digital_human.voice
    return recipe.get("speech_engine", voice.engine), recipe.get("voice", voice.key)


def _partner_of(render: Render) -> tuple[str, tuple[str, str]]:
    """The portrait of the partner of a render, and its voice by engine and name; the present ones where its recipe was
    erased."""
    assert render.partner is not None
    frozen, voice = render.recipe.get("partner", {}), render.partner.voice
    return frozen.get("portrait", ""), (frozen.get("speech_engine", voice.engine), frozen.get("voice", voice.key))


def _active(given: list[Consent], purpose: str, now: datetime | None) -> Consent | None:
    return next(
        (consent for consent in given if consent.state(now) == Consent.State.ACTIVE and consent.covers(purpose)), None
    )
