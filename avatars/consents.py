"""Whether a digital human may be shown: a drawn one always, a photograph's only on a consent of its person.

It is asked for three times: when a film is asked for, when a worker begins it, and before it goes to anybody.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from avatars import reasons
from avatars.exceptions import ConsentError
from avatars.models import Consent, DigitalHuman, Likeness, Render

# What to call it where several consents of one person do not help: the first of these that is the case.
WORST = ("consent_purpose", "consent_withdrawn", "consent_expired", "consent_pending")


def basis(human: DigitalHuman, *, purpose: str = "", portrait: str = "", now: datetime | None = None) -> Consent | None:
    """The consent that a film of this digital human rests on; None for a drawn one.

    `purpose` is one of `Consent.Purpose`, "" to try it out; `portrait` is the name of the picture to be filmed, by
    default the one that it has. Raises `ConsentError` where there is no active consent for that.
    """
    if human.origin == DigitalHuman.Origin.DRAWN:
        return None
    given = list(Consent.objects.covering(human, portrait))
    for consent in given:
        if consent.state(now) == Consent.State.ACTIVE and consent.covers(purpose):
            return consent
    raise refusal(_flaw(given, now) or _flaw_of_others(human))


def basis_of(render: Render, *, now: datetime | None = None) -> Consent | None:
    """The consent on which a render can be made now; see `basis`."""
    portrait = str(render.recipe.get("portrait", ""))
    return basis(render.digital_human, purpose=render.purpose, portrait=portrait, now=now)


def check(render: Render, *, now: datetime | None = None, locked: bool = False) -> None:
    """Raises `ConsentError` where a film that is made must not be shown (any more).

    `locked`: within a transaction, so that nobody withdraws the consent before it ends.
    """
    if render.digital_human.origin == DigitalHuman.Origin.DRAWN and render.consent_id is None:
        return
    rows = Consent.objects.select_for_update() if locked else Consent.objects.all()
    consent = rows.filter(pk=render.consent_id).first() if render.consent_id else None
    if consent is None:
        raise refusal("consent_missing")
    if consent.state(now) != Consent.State.ACTIVE:
        raise refusal(_flaw([consent], now))


def is_about_consent(code: str) -> bool:
    """Whether a reason says that the person in the photograph has not agreed (any more)."""
    return code in reasons.CONSENT


def refusal(code: str) -> ConsentError:
    """The error of this code, in words of the language that is active."""
    words, remedy = reasons.CONSENT[code]
    return ConsentError(str(words), code=code, remedy=str(remedy))


def usable(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """Those that may be shown for some purpose."""
    return annotated(humans, now=now).filter(Q(origin=DigitalHuman.Origin.DRAWN) | Q(consented=True))


def has_basis(human: DigitalHuman, *, now: datetime | None = None) -> bool:
    """Whether it may be shown for some purpose. Asks nothing of the database where `annotated` did."""
    if human.origin == DigitalHuman.Origin.DRAWN:
        return True
    known: bool | None = getattr(human, "consented", None)
    return Consent.objects.covering(human).active(now).exists() if known is None else known


def annotated(humans: QuerySet[DigitalHuman], *, now: datetime | None = None) -> QuerySet[DigitalHuman]:
    """With `consented`, whether an active consent covers the portrait that each has."""
    theirs = Likeness.objects.filter(
        digital_human=OuterRef("pk"), portrait=OuterRef("portrait"), consent__in=Consent.objects.active(now)
    )
    return humans.annotate(consented=Exists(theirs))


def showable(now: datetime | None = None, *, path: str = "") -> Q:
    """Renders that may be shown; `path` leads to them, like "render__"."""
    active = Q(**{f"{path}consent__in": Consent.objects.active(now)})
    drawn = Q(**{f"{path}consent": None, f"{path}digital_human__origin": DigitalHuman.Origin.DRAWN})
    return active | drawn


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
