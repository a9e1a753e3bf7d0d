"""Documents that the digital human quotes, and the passages that they are cut into."""

import math
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
    lease = timedelta(seconds=120)  # longer than the file takes to open; extended with each few passages
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
    # The passages of this edition are quoted. Those of the next one are stored while the file is read.
    edition = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    found_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # passages of the next edition
    embedded_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # of these, with a vector
    cutter = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)  # the way it was cut
    pace = models.FloatField(null=True, editable=False)  # seconds from one of these to the next, as it went lately

    class Meta(KnowledgeEntry.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]
        indexes = [models.Index(fields=["status", "due_at"], name="document_due")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_opening(self) -> bool:
        """Whether its file is being read, or waits for that: how many passages it has is not known yet."""
        return not self.is_finished and not self.found_count

    @property
    def seconds_left(self) -> int | None:
        """How long the passages that are left will take at the pace of the last ones; None before there is one."""
        if self.is_finished or not self.found_count or self.pace is None:
            return None
        return math.ceil((self.found_count - self.embedded_count) * self.pace)

    @property
    def quoted(self) -> "models.QuerySet[Passage]":
        """The passages that members get."""
        return self.passages.filter(edition=self.edition)

    def read_anew(self) -> bool:
        """Queue it to be read from the beginning; False while it is being read. Its passages stay until then."""
        return self.restart(progress=0, detail="", found_count=0, embedded_count=0, pace=None)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """With its passages, as a change that every process takes over."""
        with transaction.atomic():
            KnowledgeRevision.objects.next()
            return super().delete(*args, **options)


class Passage(models.Model):
    """A passage of a document (段落), with its vector."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="passages", verbose_name=_("document"))
    edition = models.PositiveIntegerField(default=0, db_default=0, editable=False)
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
        constraints = [
            models.UniqueConstraint(fields=["document", "edition", "number"], name="passage_once_in_edition")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} #{self.number}"

    @property
    def shown_language(self) -> str:
        """The language that it is written in; empty if it shows none."""
        return detect_language(self.text, default="", is_first=True)
