"""Questions and answers that HR edits in a table."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from conversations.language import detect_language
from conversations.models.knowledge.entries import KnowledgeEntry, KnowledgeRevision
from wecom import contents
from wecom.exceptions import ContentError

MOST_MESSAGES = 10  # WeChat Work drops what a member gets beyond 30 in a minute, other messages included


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


class Answer(KnowledgeEntry):
    """One answer (问答) and the ways to ask for it: its text and kind, its days and its members."""

    SEARCHED: ClassVar = ("question", "other_wordings", "answer", "title")

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        MARKDOWN = "markdown", _("Markdown")
        CARD = "card", _("card with a link")
        IMAGE = "image", pgettext_lazy("what is sent", "picture")
        FILE = "file", _("file")
        VIDEO = "video", _("video")

    FILES: ClassVar = (Kind.IMAGE, Kind.FILE)

    question = models.CharField(_("question"), max_length=200, unique=True)
    other_wordings = models.TextField(
        _("other wordings"), blank=True, help_text=_("One a line: other ways to ask the same, or keywords.")
    )
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind, default=Kind.TEXT, db_default="text")
    answer = models.TextField(
        _("answer"),
        blank=True,
        help_text=_(
            "Of a picture or file, what is said with it. Of a video without a file, what the digital human says."
        ),
    )
    title = models.CharField(_("title of the card"), max_length=128, blank=True, default="", db_default="")
    url = models.URLField(_("link of the card"), max_length=2048, blank=True, default="", db_default="")
    file = models.FileField(_("file"), upload_to="answers/", blank=True, default="", db_default="")
    objects = AnswerQuerySet.as_manager()

    class Meta(KnowledgeEntry.Meta):
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

    def clean(self) -> None:
        """Refuse values that WeChat Work would refuse, with the field and the remedy."""
        if self.kind in self.FILES and not self.file:
            raise ValidationError({"file": _("Choose the file to send.")})
        if self.kind not in self.FILES and not self.answer.strip() and not (self.kind == self.Kind.VIDEO and self.file):
            raise ValidationError({"answer": _("Write what to answer.")})
        if self.kind == self.Kind.CARD and not self.url.startswith(("https://", "http://")):
            raise ValidationError({"url": _("A card leads to a page: enter its address, with https://.")})
        try:
            content = self.content()
        except ContentError as error:
            field = {"title": "title", "url": "url"}.get(error.field, "answer")
            raise ValidationError({field: str(error)}) from error
        count = 0 if content else len(contents.split_numbered(self.answer))
        if count > MOST_MESSAGES:
            words = gettext(
                "This is too long: members would get it in %(count)d messages, and it may take %(most)d. "
                "Shorten it, or send a file."
            )
            raise ValidationError({"answer": words % {"count": count, "most": MOST_MESSAGES}})

    def content(self) -> contents.Content | None:
        """The message of a Markdown answer or a card; None for other kinds. Raises `ContentError`."""
        if self.kind == self.Kind.MARKDOWN:
            return contents.Markdown(content=contents.to_markdown(self.answer))
        if self.kind == self.Kind.CARD:
            return contents.TextCard(title=self.title or self.question, description=self.answer, url=self.url)
        return None

    @property
    def shown_language(self) -> str:
        """Its language, else that it is written in; empty if it shows none."""
        return self.language or detect_language(f"{self.question} {self.answer}", default="", is_first=True)

    @property
    def wordings(self) -> list[str]:
        lines = [self.question, *self.other_wordings.splitlines()]
        return [line.strip() for line in lines if line.strip()]
