"""Answers that operators have ready at the desk, by language and topic."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.messages import Desk
from conversations.models.preferences import Topic
from conversations.models.tickets import Ticket


class CannedAnswerQuerySet(models.QuerySet["CannedAnswer"]):
    """Queries on canned answers."""

    def for_ticket(self, ticket: Ticket) -> "CannedAnswerQuerySet":
        """Those of the ticket's topic or of none, in the member's language first."""
        rows = self.filter(models.Q(topic=None) | models.Q(topic=ticket.topic_id))
        theirs = models.Case(models.When(language=ticket.conversation.language, then=0), default=1)
        return rows.order_by(theirs, "title", "pk")


class CannedAnswer(models.Model):
    """A text that operators insert with one choice and may change before they send it."""

    title = models.CharField(_("title"), max_length=60, help_text=_("As operators find it at the desk."))
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=8, choices=Desk.Language, default=Desk.Language.CHINESE)
    topic = models.ForeignKey(
        Topic,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="canned_answers",
        verbose_name=_("topic"),
        help_text=_("Empty: offered for every ticket."),
    )

    objects = CannedAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned answer")
        verbose_name_plural = _("canned answers")
        ordering = ("title", "pk")
        constraints = [
            models.UniqueConstraint(fields=["title", "language"], name="cannedanswer_unique_title"),
        ]

    def __str__(self) -> str:
        return self.title
