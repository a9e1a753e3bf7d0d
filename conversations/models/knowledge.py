"""What the digital human knows: questions and answers that HR edits in a table, and their vectors."""

import time
from collections.abc import Iterable
from typing import Any, Self

from django.db import models, transaction
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from conversations.language import detect_language
from core.work.base import Work


class KnowledgeRevisionQuerySet(models.QuerySet["KnowledgeRevision"]):
    """The one row."""

    def current(self) -> int:
        """The number of the last change; 0 before the first."""
        return self.values_list("number", flat=True).first() or 0

    def next(self) -> int:
        """A number for a change, larger than all before, and larger than those of a database restored since.

        Call it in the transaction of the change: others wait until that ends, so that numbers appear in their order.
        """
        assert transaction.get_connection(self.db).in_atomic_block
        now = time.time_ns() // 1_000
        if not self.update(number=Greatest(models.F("number") + 1, now)):
            self.get_or_create(pk=1, defaults={"number": now})
        return self.current()


class KnowledgeRevision(models.Model):
    """The number of the last change to what is searched: each process compares it before it searches."""

    number = models.BigIntegerField(default=0)

    objects = KnowledgeRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision of the knowledge")
        verbose_name_plural = _("revisions of the knowledge")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="knowledge_revision_only_one")]

    def __str__(self) -> str:
        return str(self.number)


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Writes in bulk, which count as changes too."""

    @transaction.atomic
    def update(self, **fields: Any) -> int:
        return super().update(**{"revision": KnowledgeRevision.objects.next()} | fields)

    @transaction.atomic
    def bulk_create(self, objs: Iterable["Answer"], *args: Any, **options: Any) -> list["Answer"]:
        number, rows = KnowledgeRevision.objects.next(), list(objs)
        for row in rows:
            row.revision = number
        return super().bulk_create(rows, *args, **options)

    @transaction.atomic
    def bulk_update(self, objs: Iterable["Answer"], fields: Iterable[str], *args: Any, **options: Any) -> int:
        number, rows = KnowledgeRevision.objects.next(), list(objs)
        for row in rows:
            row.revision = number
        return super().bulk_update(rows, [*fields, "revision"], *args, **options)

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        KnowledgeRevision.objects.next()
        return super().delete()

    def without_vector(self, model: str) -> Self:
        """Rows whose vector is missing, of another model, or older than their words."""
        fresh = Embedding.objects.filter(answer=models.OuterRef("pk"), answer_revision=models.OuterRef("revision"))
        return self.filter(~models.Exists(fresh.filter(model=model)))


class Answer(models.Model):
    """One answer and the ways to ask for it."""

    question = models.CharField(_("question"), max_length=200, unique=True)
    other_wordings = models.TextField(
        _("other wordings"), blank=True, help_text=_("One a line: other ways to ask the same, or keywords.")
    )
    answer = models.TextField(_("answer"))
    enabled = models.BooleanField(_("enabled"), default=True)
    revision = models.BigIntegerField(default=0, db_default=0, db_index=True, editable=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.question

    def save(self, *args: Any, **options: Any) -> None:
        """As ever, with the number of this change."""
        with transaction.atomic():
            self.revision = KnowledgeRevision.objects.next()
            if (fields := options.get("update_fields")) is not None:
                options["update_fields"] = {*fields, "revision"}
            super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            KnowledgeRevision.objects.next()
            return super().delete(*args, **options)

    @property
    def language(self) -> str:
        """The language of its answer; empty if that shows none."""
        return detect_language(f"{self.question} {self.answer}", default="", is_first=True)

    @property
    def wordings(self) -> list[str]:
        lines = [self.question, *self.other_wordings.splitlines()]
        return [line.strip() for line in lines if line.strip()]


class Embedding(Work):
    """The vector of an answer (向量), by which questions in other words find it; computed in the background."""

    task = "conversations.embed"

    class Reason(models.TextChoices):
        REFUSED = "refused", _("the service refused")
        BUSY = "busy", _("the service is busy")

    answer = models.OneToOneField(
        Answer, models.CASCADE, related_name="embedding", verbose_name=_("question and answer")
    )
    answer_revision = models.BigIntegerField(default=0, editable=False)
    model = models.CharField(_("model"), max_length=120, blank=True, editable=False)
    vector = models.BinaryField(default=b"", editable=False)
    revision = models.BigIntegerField(default=0, db_index=True, editable=False)

    class Meta:
        verbose_name = _("vector of an answer")
        verbose_name_plural = _("vectors of answers")
        indexes = [models.Index(fields=["status", "due_at"], name="embedding_due")]

    def __str__(self) -> str:
        return f"{self.model} #{self.pk}"
