"""The draft of a flow: its states."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from avatars.models import DigitalHuman, Presentation, RenderTemplate
from conversations.machine.calls import Method
from conversations.machine.effects import Form as SayForm
from conversations.machine.formulas.tokens import MOST_CHARACTERS
from conversations.machine.nodes.registry import kinds
from conversations.models.details import (
    CharDetail,
    CountDetail,
    DetailsField,
    NumberDetail,
    TextDetail,
    URLDetail,
    YesNoDetail,
    add_declared,
)
from conversations.models.flows import Flow
from conversations.models.preferences import Topic
from conversations.models.translations import OF_STEPS, translations_of
from core.text.placeholders import SLOT_PATTERN
from core.text.slot_values import SlotType

NAME = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Begin with a small letter; then small letters, digits and _."))
SLOT_NAME = RegexValidator(
    rf"^{SLOT_PATTERN}$", _("Begin with a small letter or a Chinese character; then digits and _ too, without blanks.")
)


def kind_choices() -> list[tuple[str, Any]]:
    """The kinds of steps, each with its act."""
    return [(one.kind, _(one.does)) for one in kinds()]


class State(models.Model):
    """A step (步骤): asks for something, says something, makes a video, decides, waits, or ends the flow."""

    class Form(models.TextChoices):
        TEXT = SayForm.TEXT.value, _("text")
        MARKDOWN = SayForm.MARKDOWN.value, _("Markdown")
        CARD = SayForm.CARD.value, _("card with a link")
        IMAGE = SayForm.IMAGE.value, pgettext_lazy("what is sent", "picture")
        FILE = SayForm.FILE.value, _("file")
        NEWS = SayForm.NEWS.value, _("article (图文)")

    class Unit(models.IntegerChoices):
        MINUTES = 1, _("minutes")
        HOURS = 60, _("hours")
        DAYS = 1440, _("days")

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
        MEMBER = SlotType.MEMBER.value, _("member")
        DEPARTMENT = SlotType.DEPARTMENT.value, _("department")
        PICTURE = SlotType.PICTURE.value, _("a picture")
        FILE = SlotType.FILE.value, _("file")

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="states", verbose_name=_("flow"))
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("The first one starts the flow."))
    key = models.CharField(
        _("key"), max_length=40, validators=[NAME], help_text=_("Its name for programs, like ask_text.")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("As it stands in the picture of the flow."))
    kind = models.CharField(_("what it does"), max_length=8, choices=kind_choices, default="ask")
    form = CharDetail(
        _("form"),
        max_length=8,
        choices=Form,
        default=Form.TEXT,
        help_text=_("How its text is sent."),
    )
    title = CharDetail(_("title"), max_length=128, blank=True, default="")
    link = CharDetail(_("link"), max_length=2048, blank=True, default="", help_text=_("The page that a tap opens."))
    picture_url = URLDetail(
        _("address of its picture"),
        max_length=2048,
        blank=True,
        default="",
        help_text=_("JPG or PNG, reachable by the phones of members."),
    )
    file = models.FileField(_("file"), upload_to="flows/", blank=True, default="", db_default="")
    second_file = models.FileField(
        _("file in the other language"),
        upload_to="flows/",
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the one beside it, in both languages."),
    )
    text = models.TextField(
        _("text"),
        blank=True,
        help_text=_(
            "The text to send. {{name}} stands for the answer kept as “name”, {{name.label}} for the words of a "
            "choice, {{member.name|colleague}} for a fact of the member."
        ),
    )
    slot = models.CharField(
        _("keeps the answer as"),
        max_length=40,
        blank=True,
        validators=[SLOT_NAME],
        help_text=_("A short name, by which other steps use it. Empty: made from the step's name."),
    )
    slot_type = CharDetail(_("kind of answer"), max_length=12, choices=Type, default=Type.TEXT)
    choices = TextDetail(
        _("choices"),
        blank=True,
        help_text=_("One a line: value = label, other words. People tap, or write the number, the label or a word."),
    )
    as_card = YesNoDetail(
        _("with buttons"),
        default=True,
        help_text=_("Up to six choices show as buttons, up to twenty as boxes to tick."),
    )
    minimum = NumberDetail(_("at least"), null=True, blank=True, help_text=_("In characters, or the number itself."))
    maximum = NumberDetail(
        _("at most"), null=True, blank=True, help_text=_("In characters, MB of a file, or the number itself.")
    )
    file_types = CharDetail(
        _("kinds of files"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Endings like jpg, png. Empty: any picture; for a file videos too. Recordings only with amr."),
    )
    validator = CharDetail(
        _("checked by"),
        max_length=40,
        blank=True,
        default="",
        help_text=_("A check in code, after that of the kind of answer. Your own ones: docs/validators.md."),
    )
    retry_text = TextDetail(_("when the answer does not fit"), blank=True)
    retries = CountDetail(
        _("times to ask again"), default=2, validators=[MaxValueValidator(9)], help_text=_("After that: the way out.")
    )
    mode = CharDetail(
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
    values = TextDetail(
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
    formula = CharDetail(
        _("formula"),
        max_length=MOST_CHARACTERS,
        blank=True,
        default="",
        help_text=_("Like days + 1, or member.city. A step that waits goes on at this date or time."),
    )
    wait_for = CountDetail(
        _("waits for"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Or write a formula.")
    )
    wait_unit = CountDetail(_("unit"), choices=Unit, default=Unit.MINUTES)
    method = CharDetail(_("method"), max_length=6, choices=[(one, one) for one in Method], default=Method.POST)
    url = CharDetail(
        _("address"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("Like https://oa.example.com/leaves/{{kind}}. Answers may stand behind the host."),
    )
    headers = TextDetail(
        _("headers"),
        blank=True,
        default="",
        help_text=_("One a line, like Authorization = Bearer {{secret:OA_TOKEN}}. Secrets: OPENUSER_FLOW_SECRETS."),
    )
    body = TextDetail(_("JSON body"), blank=True, default="", help_text=_('Like {"days": "{{days}}"}.'))
    seconds = CountDetail(
        _("seconds for an attempt"), default=15, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    attempts = CountDetail(
        _("attempts"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
        help_text=_("A busy service is called again, with the same Idempotency-Key."),
    )
    results = TextDetail(
        _("keeps of the response"),
        blank=True,
        default="",
        help_text=_("One a line: name of the answer = path of the field, like number = data.items.0.id."),
    )
    subflow = models.ForeignKey(
        Flow,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="callers",
        verbose_name=_("sub-flow"),
        help_text=_("The version that is published when a member comes here runs; then this flow goes on."),
    )
    given = TextDetail(
        _("passes to it"),
        blank=True,
        default="",
        help_text=_("One a line: answer of the sub-flow = formula, like days = leave_days. It does not ask for these."),
    )
    taken = TextDetail(
        _("takes over from it"),
        blank=True,
        default="",
        help_text=_("One a line: answer here = answer of the sub-flow, like contact = phone. Others stay there."),
    )
    remind_after = CountDetail(
        _("remind after"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Minutes of silence.")
    )
    reminder = TextDetail(_("reminder"), blank=True)
    expire_after = CountDetail(
        _("give up after"), default=60, validators=[MinValueValidator(1)], help_text=_("Minutes of silence.")
    )
    translations = translations_of(OF_STEPS)
    details = DetailsField(default=dict, blank=True, editable=False, db_default=models.Value({}, models.JSONField()))

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


add_declared(State)
