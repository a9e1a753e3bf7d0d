"""What the digital human knows: questions and answers that HR edits in a table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.language import detect_language


class Answer(models.Model):
    """One answer and the ways to ask for it."""

    question = models.CharField(_("question"), max_length=200, unique=True)
    other_wordings = models.TextField(
        _("other wordings"), blank=True, help_text=_("One a line: other ways to ask the same, or keywords.")
    )
    answer = models.TextField(_("answer"))
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.question

    @property
    def language(self) -> str:
        """The language of its answer; empty if that shows none."""
        return detect_language(f"{self.question} {self.answer}", default="", is_first=True)

    def is_in(self, language: str) -> bool:
        """Whether its answer is in this language, or shows none."""
        return self.language in ("", language)

    @property
    def wordings(self) -> list[str]:
        lines = [self.question, *self.other_wordings.splitlines()]
        return [line.strip() for line in lines if line.strip()]
