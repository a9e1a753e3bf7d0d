"""The reasons why a person is not shown or heard: no consent, or not any more, in words for people."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Refusals of a photograph's digital human and of a cloned voice: the reason, and the remedy.
CONSENT: dict[str, tuple[Any, Any]] = {
    "consent_missing": (
        _("No consent of the person in this photograph is recorded."),
        _("Ask the person, and record their consent under Consents, or choose another digital human."),
    ),
    "statement_unconfirmed": (
        _("The picture looks like a photograph, and no second person has confirmed that it is drawn."),
        _(
            "Record a consent of the person under Consents, or let a second person confirm the statement with "
            "evidence, on its page under Statements."
        ),
    ),
    "consent_portrait": (
        _("The consent was given for another picture than this one."),
        _("Record a consent for this picture under Consents."),
    ),
    "consent_pending": (
        _("The consent of the person in this photograph is not valid yet."),
        _("Wait for the day on which it begins, or record another under Consents."),
    ),
    "consent_expired": (
        _("The consent of the person in this photograph has expired."),
        _("Ask the person again, and record the new consent under Consents."),
    ),
    "consent_withdrawn": (
        _("The person in this photograph has withdrawn the consent."),
        _("Choose another digital human, or record a new consent of this person under Consents."),
    ),
    "consent_purpose": (
        _("The person in this photograph has not agreed to this purpose."),
        _("Ask the person, and record a consent for it under Consents, or choose another digital human."),
    ),
    "voice_consent_missing": (
        _("No consent of the person from whom this voice is cloned is recorded."),
        _("Ask the person, and record their consent under Consents, or choose another voice."),
    ),
    "voice_consent_other": (
        _("The consent was given for another voice of this engine than this one."),
        _("Record a consent for this voice under Consents."),
    ),
    "voice_consent_pending": (
        _("The consent of the person from whom this voice is cloned is not valid yet."),
        _("Wait for the day on which it begins, or record another under Consents."),
    ),
    "voice_consent_expired": (
        _("The consent of the person from whom this voice is cloned has expired."),
        _("Ask the person again, and record the new consent under Consents."),
    ),
    "voice_consent_withdrawn": (
        _("The person from whom this voice is cloned has withdrawn the consent."),
        _("Choose another voice, or record a new consent of this person under Consents."),
    ),
    "voice_consent_purpose": (
        _("The person from whom this voice is cloned has not agreed to this purpose."),
        _("Ask the person, and record a consent for it under Consents, or choose another voice."),
    ),
}
