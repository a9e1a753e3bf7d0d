"""The cost of the language model, day by day: for the company, and for each member who asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wecom.models import Corporation, Member


class Usage(models.Model):
    """Questions, tokens and money of one day. Money is in millionths: a price for a million tokens, times tokens."""

    day = models.DateField(_("date"))
    questions = models.PositiveIntegerField(_("questions"), default=0)
    tokens_sent = models.PositiveBigIntegerField(_("tokens sent"), default=0)
    tokens_answered = models.PositiveBigIntegerField(_("tokens answered"), default=0)
    cost = models.PositiveBigIntegerField(_("cost"), default=0, help_text=_("In millionths of the currency."))

    class Meta:
        abstract = True

    @property
    def tokens(self) -> int:
        return self.tokens_sent + self.tokens_answered


class ModelUsage(Usage):
    """The cost of the language model for a company on one day (语言模型用量), and its last error."""

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="model_usage", verbose_name=_("company"))
    failures = models.PositiveIntegerField(_("failures"), default=0)
    rejected = models.PositiveIntegerField(
        _("not sent"), default=0, help_text=_("Answers without a source, or beyond their sources.")
    )
    limited = models.PositiveIntegerField(_("over a limit"), default=0)
    error = models.CharField(_("last error"), max_length=40, blank=True, default="", help_text=_("Its code."))
    error_at = models.DateTimeField(_("last error at"), null=True, blank=True)

    class Meta:
        verbose_name = _("use of the language model")
        verbose_name_plural = _("use of the language model")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["corporation", "day"], name="model_usage_once_a_day")]

    def __str__(self) -> str:
        return f"{self.corporation} · {self.day}"


class MemberModelUsage(Usage):
    """The cost of one member's questions to the language model on one day."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="model_usage", verbose_name=_("member"))

    class Meta:
        verbose_name = _("use of the language model by a member")
        verbose_name_plural = _("use of the language model by members")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["member", "day"], name="member_model_usage_once_a_day")]
        indexes = [models.Index(fields=["day"], name="member_model_usage_day")]

    def __str__(self) -> str:
        return f"{self.member} · {self.day}"
