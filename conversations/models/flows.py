"""Conversations that HR draws: states and transitions to edit, versions to run, sessions that run them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from avatars.models import DigitalHuman, Presentation, RenderTemplate
from conversations.machine.values import NodeKind, On, Operator
from conversations.models.messages import Desk
from conversations.models.preferences import Topic
from core.text.placeholders import SLOT_PATTERN
from core.text.slot_values import SlotType

SLASHES = ("/", "／")
NAME = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Begin with a small letter; then small letters, digits and _."))
SLOT_NAME = RegexValidator(
    rf"^{SLOT_PATTERN}$", _("Begin with a small letter or a Chinese character; then digits and _ too, without blanks.")
)


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
        help_text=_("Starts it instead of the greeting, and not while another flow waits for an answer."),
    )
    card_key = models.CharField(
        _("value of a button"),
        max_length=128,
        blank=True,
        default="",
        db_default="",
        help_text=_("A tap on a button with this value starts it, on any card that is sent."),
    )
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
    published_at = models.DateTimeField(_("published at"), default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("published by")
    )

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


class State(models.Model):
    """A step (步骤): asks for something, says something, makes a video, or ends the flow."""

    class Kind(models.TextChoices):
        ASK = NodeKind.ASK.value, _("ask and wait for the answer")
        SAY = NodeKind.SAY.value, _("say and go on")
        VIDEO = NodeKind.VIDEO.value, _("make a video and go on")
        HANDOFF = NodeKind.HANDOFF.value, _("pass on to a person, then go on")
        END = NodeKind.END.value, _("end")

    class Type(models.TextChoices):
        TEXT = SlotType.TEXT.value, _("text")
        CHOICE = SlotType.CHOICE.value, _("one of the choices below")
        NUMBER = SlotType.NUMBER.value, _("a number")
        YES_NO = SlotType.YES_NO.value, _("yes or no")
        DATE = SlotType.DATE.value, _("date")
        TIME = SlotType.TIME.value, _("time")
        DATETIME = SlotType.DATETIME.value, _("date with time")
        PHONE = SlotType.PHONE.value, _("mobile number")
        EMAIL = SlotType.EMAIL.value, _("e-mail address")

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="states", verbose_name=_("flow"))
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("The first one starts the flow."))
    key = models.CharField(
        _("key"), max_length=40, validators=[NAME], help_text=_("Its name for programs, like ask_text.")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("As it stands in the picture of the flow."))
    kind = models.CharField(_("what it does"), max_length=8, choices=Kind, default=Kind.ASK)
    text = models.TextField(
        _("text"),
        blank=True,
        help_text=_(
            "The text to send. {{name}} stands for the answer kept as “name”, {{name.label}} for the words of a choice."
        ),
    )
    slot = models.CharField(
        _("keeps the answer as"),
        max_length=40,
        blank=True,
        validators=[SLOT_NAME],
        help_text=_("A short name, by which other steps use it. Empty: made from the step's name."),
    )
    slot_type = models.CharField(_("kind of answer"), max_length=12, choices=Type, default=Type.TEXT)
    choices = models.TextField(
        _("choices"),
        blank=True,
        help_text=_("One a line: value = label, other words. People tap, or write the number, the label or a word."),
    )
    as_card = models.BooleanField(
        _("with buttons"),
        default=True,
        help_text=_("Up to six choices show as buttons, up to twenty as boxes to tick."),
    )
    minimum = models.IntegerField(
        _("at least"), null=True, blank=True, help_text=_("In characters, or the number itself.")
    )
    maximum = models.IntegerField(
        _("at most"), null=True, blank=True, help_text=_("In characters, or the number itself.")
    )
    retry_text = models.TextField(_("when the answer does not fit"), blank=True)
    retries = models.PositiveSmallIntegerField(
        _("times to ask again"), default=2, validators=[MaxValueValidator(9)], help_text=_("After that: the way out.")
    )
    mode = models.CharField(
        _("mode of the video"),
        max_length=60,
        blank=True,
        help_text=_("Like lipsync, or {{quality}}; empty: the digital human's own."),
    )
    digital_human = models.ForeignKey(
        DigitalHuman,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("digital human"),
        help_text=_("Empty: the one of the desk."),
    )
    template = models.ForeignKey(
        RenderTemplate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="states",
        verbose_name=_("video template"),
        help_text=_("Its digital human speaks its script instead of the text."),
    )
    presentation = models.ForeignKey(
        Presentation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="states",
        verbose_name=_("presentation"),
        help_text=_("Its scenes instead of the text, in the member's language if all scenes have it."),
    )
    values = models.TextField(
        _("values of its variables"),
        blank=True,
        help_text=_("One a line: variable = value. {{name}} stands for an answer, as in texts."),
    )
    topic = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="states",
        verbose_name=_("topic"),
        help_text=_("Decides which group of operators answers. Empty: the one that answers every topic."),
    )
    remind_after = models.PositiveIntegerField(
        _("remind after"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Minutes of silence.")
    )
    reminder = models.TextField(_("reminder"), blank=True)
    expire_after = models.PositiveIntegerField(
        _("give up after"), default=60, validators=[MinValueValidator(1)], help_text=_("Minutes of silence.")
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "key"], name="state_unique_key"),
            models.CheckConstraint(
                condition=models.Q(template=None) | models.Q(presentation=None),
                name="state_one_video_source",
                violation_error_message=_("Choose a video template or a presentation, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Transition(models.Model):
    """Where a state leads (转移), and on what condition. The first one that fits is taken."""

    class When(models.TextChoices):
        NEXT = On.NEXT.value, _("it is done")
        RETRIES = On.RETRIES.value, _("asked too often")
        EXPIRED = On.EXPIRED.value, _("no answer in time")

    class Test(models.TextChoices):
        ALWAYS = Operator.ALWAYS.value, _("always")
        IS = Operator.IS.value, _("is")
        IS_NOT = Operator.IS_NOT.value, _("is not")
        CONTAINS = Operator.CONTAINS.value, _("contains")
        MORE = Operator.MORE.value, _("is more than")
        LESS = Operator.LESS.value, _("is less than")

    state = models.ForeignKey(State, models.CASCADE, related_name="transitions", verbose_name=_("from"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    when = models.CharField(_("when"), max_length=8, choices=When, default=When.NEXT)
    slot = models.CharField(_("answer"), max_length=40, blank=True, help_text=_("Empty: the answer of this step."))
    test = models.CharField(_("condition"), max_length=8, choices=Test, default=Test.ALWAYS)
    value = models.CharField(_("value"), max_length=100, blank=True)
    target = models.ForeignKey(
        State, models.CASCADE, related_name="arrivals", verbose_name=pgettext_lazy("of a transition", "to")
    )

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.state} → {self.target}"

    def clean(self) -> None:
        if self.target_id and self.state_id and self.target.flow_id != self.state.flow_id:
            raise ValidationError({"target": _("Choose a step of the same flow.")})
        if self.test != self.Test.ALWAYS and not self.value.strip():
            raise ValidationError({"value": _("Say what to compare with.")})
