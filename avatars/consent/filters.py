"""Conditions and annotations for many rows: digital humans, voices and renders that may be shown or heard now."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from avatars.consent.decisions import is_cloned
from avatars.models import Consent, DigitalHuman, Likeness, Render, Statement, Voice, rests_on

FACE_ALLOWED = Q(stated=True) | Q(face_consented=True)
VOICE_ALLOWED = Q(voice_stated=True) | Q(voice_consented=True)
"""Conditions on digital humans with the annotations of `annotate_consents`."""


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
    """Whether a statement in force says that its portrait is drawn. No query if `annotate_consents` was applied."""
    known: bool | None = getattr(human, "stated", None)
    return Statement.objects.in_force().about_picture(human).exists() if known is None else known


def allowed_humans(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """The digital humans that may be shown and heard for at least one purpose."""
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


def _face_allowed(human: DigitalHuman, now: datetime | None) -> bool:
    if is_drawn(human):
        return True
    known: bool | None = getattr(human, "face_consented", None)
    return Consent.objects.covering(human).active(now).exists() if known is None else known


def annotate_consents(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """With `face_consented` and `voice_consented`, `stated` and `voice_stated`: whether active consents cover their
    portrait and their voice, and whether statements do."""
    active = Consent.objects.active(now)
    faces = Likeness.objects.filter(digital_human=OuterRef("pk"), portrait=OuterRef("portrait"), consent__in=active)
    name = Concat(OuterRef("voice__engine"), Value(":"), OuterRef("voice__key"))
    voices = Likeness.objects.filter(voice_key=name, consent__in=active)
    drawn = Statement.objects.in_force().filter(digital_human=OuterRef("pk"), portrait=OuterRef("portrait"))
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
    drawn = Q(**{f"{path}{whose}consent": None, f"{path}{whose}statement__in": Statement.objects.in_force()})
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
