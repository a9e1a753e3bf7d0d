"""Conversations that HR draws, and the published versions that run."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.machine.values import Machine
from conversations.models.messages import Desk
from conversations.models.translations import OF_FLOWS, translations_of
from core.parties.acting_client import ClientNameField
from wecom.models import Department

SLASHES = ("/", "／")
KEPT = 200  # versions that a process keeps read
_read: dict[tuple[int, datetime], Machine] = {}


class FlowQuerySet(models.QuerySet["Flow"]):
    """Queries on flows."""

    def live(self) -> "FlowQuerySet":
        """Flows that members can start: published and enabled."""
        return self.filter(enabled=True, live__isnull=False)


class Flow(models.Model):
    """A conversation with steps (流程). Its states are a draft; only published versions run."""

    class Event(models.TextChoices):
        ENTER = "enter_agent", _("the application is opened")
        SUBSCRIBE = "subscribe", _("the application is given to the member")

    name = models.CharField(_("name"), max_length=60, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=Desk.Language,
        default=Desk.Language.CHINESE,
        help_text=_("Language of its texts and of the notices between them."),
    )
    also_in = models.CharField(
        _("also in"),
        max_length=8,
        choices=Desk.Language,
        blank=True,
        default="",
        db_default="",
        help_text=_("Each text has a second one in this language; members get the one in theirs."),
    )
    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("Off: members can't start it. Running sessions can finish.")
    )
    triggers = models.TextField(
        _("starts with"),
        blank=True,
        help_text=_("Messages that start it, one a line, like “create video”. * stands for any words: 我要*请假*."),
    )
    command = models.CharField(
        _("command"),
        max_length=32,
        blank=True,
        validators=[RegexValidator(r"^/[^\s/]+$", _("A command begins with / and has no blanks, like /onboarding."))],
        help_text=_("Starts it too, like /onboarding."),
    )
    menu_key = models.CharField(
        _("menu key"), max_length=128, blank=True, help_text=_("The key of the menu button that starts it.")
    )
    event = models.CharField(
        _("event"),
        max_length=12,
        choices=Event,
        blank=True,
        default="",
        db_default="",
        help_text=_("Starts it instead of the greeting. While another flow waits for an answer, it waits too."),
    )
    departments = models.ManyToManyField(
        Department,
        related_name="+",
        blank=True,
        verbose_name=_("departments"),
        help_text=_(
            "Starts for members who join one of these departments, or one below: once for each joining, by day, when "
            "no question waits for them. Those who joined in the last 24 hours count, too."
        ),
    )
    card_key = models.CharField(
        _("value of a button"),
        max_length=128,
        blank=True,
        default="",
        db_default="",
        help_text=_("A tap on a button with this value starts it, on any card that is sent."),
    )
    expire_after = models.PositiveIntegerField(
        _("ends after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Minutes from its start, whatever is answered. Empty: only silence ends it."),
    )
    expire_text = models.TextField(
        _("text at that end"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the built-in text, which offers to go on."),
    )
    translations = translations_of(OF_FLOWS)
    live = models.ForeignKey(
        "FlowVersion",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("version that runs"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = FlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        ordering = ["name"]
        permissions = [("publish_flow", "Can publish a flow")]
        constraints = [
            models.UniqueConstraint(fields=["command"], condition=~models.Q(command=""), name="flow_unique_command"),
            models.UniqueConstraint(fields=["menu_key"], condition=~models.Q(menu_key=""), name="flow_unique_menu_key"),
            models.UniqueConstraint(fields=["card_key"], condition=~models.Q(card_key=""), name="flow_unique_card_key"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.command = self.command.strip().lower()
        if self.also_in == self.language:
            raise ValidationError({"also_in": _("This is its own language. Choose the other one, or none.")})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it speaks, its own first."""
        return (self.language, self.also_in) if self.also_in else (self.language,)

    def name_in(self, language: str) -> str:
        """Its name for members of this language."""
        words = self.translations.get(language, {}) if self.translations and language in self.languages else {}
        return str(words.get("name") or self.name)

    @property
    def trigger_words(self) -> list[str]:
        return [line for line in self._lines() if not line.startswith(SLASHES) and "*" not in line]

    @property
    def patterns(self) -> list[str]:
        """Lines of `triggers` with a star, which stands for any words."""
        return [line for line in self._lines() if not line.startswith(SLASHES) and "*" in line]

    @property
    def commands(self) -> list[str]:
        """Its command and the aliases of it: the lines of `triggers` that begin with a slash."""
        aliases = (f"/{line[1:].lower()}" for line in self._lines() if line.startswith(SLASHES))
        return list(dict.fromkeys(name for name in (self.command, *aliases) if name))

    def _lines(self) -> list[str]:
        return [line.strip() for line in self.triggers.splitlines() if line.strip()]


class FlowVersion(models.Model):
    """A flow as it was published. Never changed: sessions keep the version they began with."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="versions", verbose_name=_("flow"))
    number = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"), editable=False)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    despite = models.CharField(
        _("published all the same"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("Why, although golden conversations differ."),
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("published by")
    )
    client = ClientNameField(_("published by the program"))

    class Meta:
        verbose_name = _("flow version")
        verbose_name_plural = _("flow versions")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_unique_number")]

    def __str__(self) -> str:
        return f"{self.flow} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not kwargs.get("force_insert"):
            raise ValidationError(_("A published version cannot be changed; publish a new one."))
        super().save(*args, **kwargs)

    @property
    def machine(self) -> Machine:
        """The flow as it runs, read once in a process. Raises `ValueError` for a format that is not read any more."""
        version = (self.pk, self.published_at)  # a key alone may come back after a restore
        machine = _read.get(version)
        if machine is None:
            machine = Machine.from_json(self.definition)
            while len(_read) >= KEPT:
                _read.pop(next(iter(_read)), None)
            _read[version] = machine
        return machine
