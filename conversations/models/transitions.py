"""The draft of a flow: the transitions between its states."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conversations.machine.edges import On, Operator
from conversations.machine.formulas.tokens import MOST_CHARACTERS
from conversations.models.states import State


class Transition(models.Model):
    """The next state (转移), and its condition. The first one that fits is taken."""

    class When(models.TextChoices):
        NEXT = On.NEXT.value, _("it is done")
        RETRIES = On.RETRIES.value, _("asked too often")
        EXPIRED = On.EXPIRED.value, _("no answer in time")
        FAILED = On.FAILED.value, _("it failed")
        TIMEOUT = On.TIMEOUT.value, _("the call took too long")

    class Test(models.TextChoices):
        ALWAYS = Operator.ALWAYS.value, _("always")
        IS = Operator.IS.value, _("is")
        IS_NOT = Operator.IS_NOT.value, _("is not")
        CONTAINS = Operator.CONTAINS.value, _("contains")
        MORE = Operator.MORE.value, _("is more than")
        LESS = Operator.LESS.value, _("is less than")
        FORMULA = Operator.FORMULA.value, _("formula holds")

    state = models.ForeignKey(State, models.CASCADE, related_name="transitions", verbose_name=_("from"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    when = models.CharField(_("when"), max_length=8, choices=When, default=When.NEXT)
    slot = models.CharField(_("answer"), max_length=40, blank=True, help_text=_("Empty: the answer of this step."))
    test = models.CharField(_("condition"), max_length=8, choices=Test, default=Test.ALWAYS)
    value = models.CharField(
        _("value"), max_length=MOST_CHARACTERS, blank=True, help_text=_("Or the formula, like days > 3.")
    )
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
