"""Questions that the digital human had no answer to: collected, grouped, and answered by administrators."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.knowledge.answers import Answer
from conversations.models.messages import Conversation
from core.parties.acting_client import ClientNameField

LONGEST = 500  # characters of a question that are kept


class UnansweredQuestionQuerySet(models.QuerySet["UnansweredQuestion"]):
    """Queries on questions without an answer."""

    def open(self) -> "UnansweredQuestionQuerySet":
        return self.filter(status=UnansweredQuestion.Status.OPEN)

    def waiting(self) -> "UnansweredQuestionQuerySet":
        """With the number of members who want to be told, as `waiting`."""
        wishes = QuestionOccurrence.objects.waiting().filter(question=models.OuterRef("pk")).order_by()
        counted = wishes.values("question").annotate(count=models.Count("conversation", distinct=True)).values("count")
        return self.annotate(
            waiting=models.functions.Coalesce(models.Subquery(counted, output_field=models.IntegerField()), 0)
        )


class UnansweredQuestion(models.Model):
    """A question without an answer (未回答的问题), in the words of who asked it first; alike ones are one row."""

    SEARCHED: ClassVar = ("question",)

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        DISMISSED = "dismissed", _("dismissed")

    question = models.CharField(_("question"), max_length=LONGEST)
    plain = models.CharField(max_length=LONGEST, editable=False)
    language = models.CharField(_("language"), max_length=8, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    times = models.PositiveIntegerField(_("asked"), default=0, editable=False)
    first_asked_at = models.DateTimeField(_("first asked"), default=timezone.now, editable=False)
    last_asked_at = models.DateTimeField(_("last asked"), default=timezone.now, editable=False)
    answer = models.ForeignKey(
        Answer, models.SET_NULL, null=True, blank=True, related_name="answered", verbose_name=_("question and answer")
    )
    added_wordings = models.TextField(default="", db_default="", blank=True, editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, editable=False)
    settled_by: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_client = ClientNameField(_("settled by the program"), default="")
    model = models.CharField(max_length=120, blank=True, editable=False)
    vector = models.BinaryField(default=b"", editable=False)

    objects = UnansweredQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question without an answer")
        verbose_name_plural = _("questions without an answer")
        permissions = [("read_unansweredquestion", "Can read questions without an answer")]
        constraints = [
            models.UniqueConstraint(
                fields=["plain"], condition=~models.Q(status="answered"), name="unanswered_question_once"
            )
        ]
        indexes = [
            models.Index(fields=["status", "-times"], name="unanswered_most_asked"),
            models.Index(fields=["status", "-last_asked_at"], name="unanswered_newest"),
            models.Index(fields=["-times", "-last_asked_at"], name="unanswered_all_most_asked"),
            models.Index(fields=["-last_asked_at"], name="unanswered_all_newest"),
        ]

    def __str__(self) -> str:
        return self.question[:60]

    @property
    def wordings(self) -> list[str]:
        """The different words in which it was asked, the most frequent first."""
        said = self.occurrences.values_list("words").annotate(count=models.Count("pk"))
        return [words for words, _count in said.order_by("-count", "words") if words]


class QuestionOccurrenceQuerySet(models.QuerySet["QuestionOccurrence"]):
    """Queries on single times of asking."""

    def waiting(self) -> "QuestionOccurrenceQuerySet":
        """Those whose members want to be told, and have not been."""
        return self.filter(wants_answer=True, told_at=None)


class QuestionOccurrence(models.Model):
    """One time that a member asked something that has no answer, and whether they want to be told."""

    question = models.ForeignKey(
        UnansweredQuestion, models.CASCADE, related_name="occurrences", verbose_name=_("question without an answer")
    )
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="unanswered", verbose_name=_("conversation")
    )
    words = models.CharField(_("words"), max_length=LONGEST)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    wants_answer = models.BooleanField(_("wants to be told"), default=False)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True)

    objects = QuestionOccurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("time that a question was asked")
        verbose_name_plural = _("times that a question was asked")
        indexes = [
            models.Index(fields=["asked_at"], name="occurrence_age"),
            models.Index(
                fields=["question"], condition=models.Q(wants_answer=True, told_at=None), name="occurrence_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.words[:60]
