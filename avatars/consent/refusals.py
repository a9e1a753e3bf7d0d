"""The reasons of refusals without a consent, in codes and words."""

from datetime import datetime

from avatars.exceptions import ConsentError
from avatars.models import Consent, DigitalHuman, Statement, Voice
from avatars.reasons.consent import CONSENT

# Where several consents cover it and none permits it, the refusal names the first of these that applies.
WORST = ("consent_purpose", "consent_withdrawn", "consent_expired", "consent_pending")


def is_consent_reason(code: str) -> bool:
    """Whether a reason code says that a consent is missing, or no longer active."""
    return code in CONSENT


def consent_error(code: str) -> ConsentError:
    """The error of this code, in the active language."""
    message, remedy = CONSENT[code]
    return ConsentError(str(message), code=code, remedy=str(remedy))


def refusal_code(given: list[Consent], now: datetime | None) -> str:
    codes = {
        Consent.State.ACTIVE: "consent_purpose",
        Consent.State.WITHDRAWN: "consent_withdrawn",
        Consent.State.EXPIRED: "consent_expired",
        Consent.State.PENDING: "consent_pending",
    }
    flaws = {codes[consent.state(now)] for consent in given}
    return next((code for code in WORST if code in flaws), "")


def code_without_face_consent(human: DigitalHuman, portrait: str = "") -> str:
    if Statement.objects.about_picture(human, portrait).exists():
        return "statement_unconfirmed"
    return "consent_portrait" if human.likenesses.exists() else "consent_missing"


def code_without_voice_consent(engine: str, key: str) -> str:
    rows = Voice.objects.filter(engine=engine, key=key, likenesses__isnull=False)
    return "consent_other" if rows.exists() else "consent_missing"
