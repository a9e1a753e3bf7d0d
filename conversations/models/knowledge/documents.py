"""Documents that the digital human quotes, and the passages that they are cut into."""

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from conversations.language import detect_language
from conversations.models.knowledge.entries import KnowledgeEntry, KnowledgeRevision
from core.work.base import Work


class Document(KnowledgeEntry, Work):
    """A document (文档) whose passages members are quoted. Reading it is work; a newer file takes its place."""

    task = "conversations.read_document"
    lease = timedelta(seconds=120)  # extended while its passages are embedded
    max_attempts = 3

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        WORD = "word", "Word"
        MARKDOWN = "markdown", "Markdown"
        HTML = "html", "HTML"
        TEXT = "text", _("plain text")

    class Reason(models.TextChoices):
        UNREADABLE = "unreadable", _("the file cannot be read")
        GONE = "gone", _("the file is gone")
        BUSY = "busy", _("the service is busy")

    title = models.CharField(_("title"), max_length=120, unique=True, help_text=_("As members know it: it is quoted."))
    file = models.FileField(
        _("file"), upload_to="documents/", help_text=_("PDF, Word (.docx), Markdown, HTML or plain text.")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, editable=False)
    page_count = models.PositiveIntegerField(_("pages"), default=0, editable=False)
    passage_count = models.PositiveIntegerField(_("passages"), default=0, editable=False)
    detail = models.CharField(_("detail"), max_length=300, blank=True, editable=False)

    class Meta(KnowledgeEntry.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]
        indexes = [models.Index(fields=["status", "due_at"], name="document_due")]

    def __str__(self) -> str:
        return self.title

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """With its passages, as a change that every process takes over."""
        with transaction.atomic():
            KnowledgeRevision.objects.next()
            return super().delete(*args, **options)


class Passage(models.Model):
    """A passage of a document (段落), with its vector."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="passages", verbose_name=_("document"))
    number = models.PositiveIntegerField(_("number"))
    page = models.PositiveIntegerField(_("page number"), null=True, blank=True)
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    model = models.CharField(max_length=120, blank=True, editable=False)
    vector = models.BinaryField(default=b"", editable=False)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["document", "number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="passage_once_in_document")]

    def __str__(self) -> str:
        return f"{self.document_id} #{self.number}"

    @property
    def shown_language(self) -> str:
        """The language that it is written in; empty if it shows none."""
        return detect_language(self.text, default="", is_first=True)
