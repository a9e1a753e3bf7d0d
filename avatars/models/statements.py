"""Statements: who said, and when, that a picture is drawn or a voice synthetic, so that no consent is needed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from avatars.models.humans import DigitalHuman
from avatars.models.voices import Voice

BUILT_IN = gettext_noop("It comes with OpenUser.")
BEFORE = gettext_noop("Recorded before statements existed.")
OURSELVES = "OpenUser"
"""Who states what comes with OpenUser."""


class StatementQuerySet(models.QuerySet["Statement"]):
    """Queries on statements."""

    def kept(self) -> "StatementQuerySet":
        """Those not withdrawn. Whether one still applies depends on the picture or voice; see `about_picture`."""
        return self.filter(withdrawn_at=None)

    def about_picture(self, human: DigitalHuman, portrait: str = "") -> "StatementQuerySet":
        """Those that hold for this portrait of a digital human, by default the one that it has now."""
        return self.kept().filter(digital_human=human, portrait=portrait or str(human.portrait.name))

    def about_voice(self, voice: Voice) -> "StatementQuerySet":
        """Those that hold for a voice as it is now."""
        return self.kept().filter(voice=voice, voice_key=voice.identity)


class Statement(models.Model):
    """That a picture shows no real person, or that a voice is no real person's: void once the picture or voice changes.

    A statement is never changed. `looks_photographed` is what the measurement of the picture said, None where there
    was none.
    """

    class State(models.TextChoices):
        HOLDS = "holds", _("in force")
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
        ]

    def __str__(self) -> str:
        return f"{self.digital_human or self.voice} #{self.pk}"

    @property
    def state(self) -> "Statement.State":
        """How it stands now."""
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        now = str(self.digital_human.portrait.name) if self.digital_human else self.voice.identity if self.voice else ""
        return self.State.HOLDS if now == (self.portrait or self.voice_key) else self.State.VOID

    @property
    def claim(self) -> str:
        """What it says, in the reader's language."""
        return gettext("drawn, no real person") if self.digital_human_id else gettext("synthetic or built in")

    @property
    def reason_words(self) -> str:
        """The reason, in the reader's language where it is one of ours."""
        return gettext(self.reason) if self.reason in (BUILT_IN, BEFORE) else self.reason
