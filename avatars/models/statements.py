"""Statements: who said, and when, that a picture is drawn or a voice synthetic, so that no consent is needed."""

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from avatars import validators
from avatars.models.consents import evidence_name
from avatars.models.humans import DigitalHuman
from avatars.models.voices import Voice
from core.parties.acting_client import PartyRow

BUILT_IN = gettext_noop("It comes with OpenUser.")
BEFORE = gettext_noop("Recorded before statements existed.")
OURSELVES = "OpenUser"
"""The author of statements about portraits and voices that come with OpenUser."""


UNCONFIRMED = models.Q(looks_photographed=True, confirmed_at=None)


class StatementQuerySet(models.QuerySet["Statement"]):
    def kept(self) -> "StatementQuerySet":
        """Statements not withdrawn. Whether one still applies depends on the picture or voice; see `about_picture`."""
        return self.filter(withdrawn_at=None)

    def in_force(self) -> "StatementQuerySet":
        """Statements that count: about a picture that looks like a photograph only with a second person's confirmation.

        A statement about a picture that is not measured yet counts until it is.
        """
        return self.kept().exclude(UNCONFIRMED)

    def unconfirmed(self) -> "StatementQuerySet":
        """Statements about present pictures that a second person has to confirm before they count."""
        return self.kept().filter(UNCONFIRMED, portrait=models.F("digital_human__portrait"))

    def unmeasured(self) -> "StatementQuerySet":
        """Statements about pictures without a measurement."""
        return self.kept().filter(voice=None, looks_photographed=None)

    def about_picture(self, human: DigitalHuman, portrait: str = "") -> "StatementQuerySet":
        """Statements about this portrait of a digital human, by default the present one."""
        return self.kept().filter(digital_human=human, portrait=portrait or str(human.portrait.name))

    def about_voice(self, voice: Voice) -> "StatementQuerySet":
        """Statements about a voice as it is now."""
        return self.kept().filter(voice=voice, voice_key=voice.identity)


class Statement(PartyRow):
    """The assertion that a picture shows no real person, or a voice is no real person's: void once either changes.

    A statement is never changed. A program that made it is named with the account that holds its token.
    `looks_photographed` is the result of measuring the picture, None until then. If true, a second person confirms the
    statement, with evidence: a file or a link.
    """

    class State(models.TextChoices):
        HOLDS = "holds", _("in force")
        UNCONFIRMED = "unconfirmed", _("not in force: a second person has to confirm it with evidence")
        VOID = "void", _("void: the picture or voice has changed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    digital_human = models.ForeignKey(
        DigitalHuman,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("digital human"),
    )
    portrait = models.CharField(_("portrait"), max_length=200, blank=True)
    sha256 = models.CharField(_("SHA-256 of the picture"), max_length=64, blank=True)
    looks_photographed = models.BooleanField(_("looks like a photograph"), null=True)
    voice = models.ForeignKey(
        Voice, models.CASCADE, null=True, blank=True, related_name="statements", verbose_name=_("voice")
    )
    voice_key = models.CharField(_("engine's name for it"), max_length=250, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_by = models.CharField(_("recorded by"), max_length=150, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True, default="", db_default="")
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmation = models.CharField(
        _("how they know"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("Who drew the picture, or with which program it was made."),
    )
    evidence = models.FileField(
        _("evidence"),
        upload_to=evidence_name,
        blank=True,
        default="",
        db_default="",
        validators=[FileExtensionValidator(validators.EVIDENCE_KINDS), validators.check_evidence],
        help_text=_("A licence, an invoice, the drawing in progress: PDF, picture, MP3, M4A or MP4 up to 20 MB."),
    )
    evidence_sha256 = models.CharField(
        _("hash of the evidence"), max_length=64, blank=True, default="", db_default="", editable=False
    )
    evidence_link = models.URLField(_("link to the evidence"), max_length=500, blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawal recorded by"), max_length=150, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digital_human=None, portrait="") ^ models.Q(voice=None, voice_key=""),
                name="statement_of_picture_or_voice",
            ),
            models.UniqueConstraint(
                fields=["digital_human", "portrait"],
                condition=models.Q(withdrawn_at=None),
                name="statement_once_per_picture",
            ),
            models.UniqueConstraint(
                fields=["voice", "voice_key"],
                condition=models.Q(withdrawn_at=None),
                name="statement_once_per_voice",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None)
                | ~models.Q(confirmed_by=models.F("recorded_by")) & ~models.Q(evidence="", evidence_link=""),
                name="statement_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digital_human or self.voice} #{self.pk}"

    @property
    def state(self) -> "Statement.State":
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        now = str(self.digital_human.portrait.name) if self.digital_human else self.voice.identity if self.voice else ""
        if now != (self.portrait or self.voice_key):
            return self.State.VOID
        is_open = self.looks_photographed and self.confirmed_at is None
        return self.State.UNCONFIRMED if is_open else self.State.HOLDS

    @property
    def claim(self) -> str:
        """Its claim, in the reader's language."""
        return gettext("drawn, no real person") if self.digital_human_id else gettext("synthetic or built in")

    @property
    def reason_words(self) -> str:
        """The reason, in the reader's language where it is one of ours."""
        return gettext(self.reason) if self.reason in (BUILT_IN, BEFORE) else self.reason
