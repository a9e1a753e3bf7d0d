"""The vectors of answers, computed in the background."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.knowledge.answers import Answer
from core.work.base import Work


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
