"""The consents of people to be shown, or to be heard by a voice cloned from theirs: the evidence, and until when.

A consent is never changed and never deleted. To allow less, withdraw it and record another.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars import validators
from avatars.models.humans import DigitalHuman
from avatars.models.voices import Voice, voice_identity

EVIDENCE = "consents"
"""The folder of the evidence; openuser/pages/media_files.py serves it only with the permission `read_consent`."""


def evidence_name(instance: models.Model, filename: str) -> str:
    """A random name, as a portrait's."""
    suffix = filename.rsplit(".", 1)[-1].lower()
    return f"{EVIDENCE}/{secrets.token_hex(16)}.{suffix}"


def today() -> Any:
    """The date here, not in Greenwich."""
    return timezone.localdate()


class ConsentQuerySet(models.QuerySet["Consent"]):
    def active(self, now: datetime | None = None) -> "ConsentQuerySet":
        """Neither withdrawn, nor over, nor yet to begin."""
        day = timezone.localdate(now)
        open_end = models.Q(valid_until=None) | models.Q(valid_until__gte=day)
        return self.filter(open_end, withdrawn_at=None, valid_from__lte=day)

    def covering(self, human: DigitalHuman, portrait: str = "") -> "ConsentQuerySet":
        """Consents for this portrait of a digital human, in any state; the newest first."""
        name = portrait or str(human.portrait.name)
        return self.filter(likenesses__digital_human=human, likenesses__portrait=name).order_by("-pk")

    def covering_voice(self, engine: str, key: str) -> "ConsentQuerySet":
        """Consents for this voice of an engine, in any state; the newest first."""
        return self.filter(likenesses__voice_key=voice_identity(engine, key)).order_by("-pk")


class Consent(models.Model):
    """A person agrees that digital humans show their face, or speak with a voice cloned from theirs."""

    class Purpose(models.TextChoices):
        CHAT = "chat", _("conversations with colleagues")
        CAMPAIGN = "campaign", _("campaigns")
        EXTERNAL = "external", _("outside the company: shared links and files")

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PENDING = "pending", _("not yet valid")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")

    person = models.CharField(_("person"), max_length=80, help_text=_("Full name of the person shown or heard."))
    reference = models.CharField(
        _("reference"),
        max_length=120,
        blank=True,
        help_text=_("How to find this person: a user ID, a phone number, a contract number."),
    )
    digital_humans = models.ManyToManyField(
        DigitalHuman, through="Likeness", related_name="consents", verbose_name=_("digital humans")
    )
    voices = models.ManyToManyField(Voice, through="Likeness", related_name="consents", verbose_name=_("voices"))
    purposes: "models.JSONField[Any, Any]" = models.JSONField(_("purposes"), default=list)
    evidence = models.FileField(
        _("evidence"),
        upload_to=evidence_name,
        validators=[FileExtensionValidator(validators.EVIDENCE_KINDS), validators.check_evidence],
        help_text=_("The signed form, or a recording of the statement: PDF, picture, MP3, M4A or MP4 up to 20 MB."),
    )
    evidence_sha256 = models.CharField(_("hash of the evidence"), max_length=64, editable=False)
    valid_from = models.DateField(_("valid from"), default=today)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Last day. Leave it empty for consent until withdrawal.")
    )
    recorded_by = models.CharField(_("recorded by"), max_length=150, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.CharField(_("withdrawal recorded by"), max_length=150, blank=True, editable=False)
    withdrawn_reason = models.CharField(_("reason of the withdrawal"), max_length=300, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        permissions = [("read_consent", "Can read the evidence of a consent")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="consent_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by="") | models.Q(withdrawn_at__isnull=False),
                name="consent_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["withdrawn_at"], name="consent_withdrawn")]

    def __str__(self) -> str:
        return f"{self.person} #{self.pk}"

    def state(self, now: datetime | None = None) -> "Consent.State":
        day = timezone.localdate(now)
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        if self.valid_from > day:
            return self.State.PENDING
        return self.State.EXPIRED if self.valid_until is not None and self.valid_until < day else self.State.ACTIVE

    def covers(self, purpose: str) -> bool:
        """Whether the person agreed to this; trying a digital human out needs no purpose of its own."""
        return not purpose or purpose in self.purposes

    @property
    def ends_at(self) -> datetime | None:
        """The first moment at which it is no longer valid; None for one without an end."""
        if self.valid_until is None:
            return None
        morning = datetime.combine(self.valid_until + timedelta(days=1), datetime.min.time())
        return timezone.make_aware(morning)

    @property
    def purpose_words(self) -> list[str]:
        """Its purposes, in the reader's language."""
        return purpose_words(self.purposes)


def purpose_words(purposes: Iterable[str]) -> list[str]:
    """The labels of purposes."""
    return [str(Consent.Purpose(purpose).label) for purpose in purposes if purpose in Consent.Purpose.values]


class Likeness(models.Model):
    """The coverage of a consent: a digital human with exactly the picture that it was given for, or a voice by exactly
    the name that its engine has for it. Another picture, and another voice, need another consent."""

    consent = models.ForeignKey(Consent, models.CASCADE, related_name="likenesses", verbose_name=_("consent"))
    digital_human = models.ForeignKey(
        DigitalHuman,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="likenesses",
        verbose_name=_("digital human"),
    )
    portrait = models.CharField(_("portrait"), max_length=200, blank=True, editable=False)
    voice = models.ForeignKey(
        Voice, models.CASCADE, null=True, blank=True, related_name="likenesses", verbose_name=_("voice")
    )
    voice_key = models.CharField(_("engine's name for it"), max_length=250, blank=True, editable=False, db_index=True)

    class Meta:
        verbose_name = _("likeness")
        verbose_name_plural = _("likenesses")
        constraints = [
            models.UniqueConstraint(fields=["consent", "digital_human"], name="likeness_once_per_consent"),
            models.UniqueConstraint(fields=["consent", "voice"], name="likeness_voice_once_per_consent"),
            models.CheckConstraint(
                condition=models.Q(digital_human=None, portrait="") ^ models.Q(voice=None, voice_key=""),
                name="likeness_of_face_or_voice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consent} · {self.digital_human or self.voice}"
