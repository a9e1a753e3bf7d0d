"""What the digital human knows: questions and answers that HR edits in a table."""

import time
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from conversations.language import detect_language
from conversations.models.messages import Desk
from wecom import contents
from wecom.exceptions import ContentError
from wecom.models import Department, Tag


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


class Answer(models.Model):
    """One answer (问答) and the ways to ask for it: what it says and how, in which days and for whom."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        MARKDOWN = "markdown", _("Markdown")
        CARD = "card", _("card with a link")
        IMAGE = "image", _("picture")
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
    topic = models.CharField(
        _("topic"), max_length=60, blank=True, default="", db_default="", help_text=_("Such as pay, leave or IT.")
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=Desk.Language,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the language it is written in. Members of this language get it first."),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day on which it is given.")
    )
    departments = models.ManyToManyField(
        Department,
        related_name="+",
        blank=True,
        verbose_name=_("departments"),
        help_text=_("Only members of these departments, or of those below them, get it. Empty: everybody."),
    )
    tags = models.ManyToManyField(
        Tag,
        related_name="+",
        blank=True,
        verbose_name=_("tags"),
        help_text=_("Members with one of these tags get it too."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    revision = models.BigIntegerField(default=0, db_default=0, db_index=True, editable=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_from__lte=models.F("valid_until")),
                name="answer_valid_period",
                violation_error_message=_("It ends before it begins."),
            )
        ]

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
        """Refuse what WeChat Work would refuse, with the field and what to do."""
        if self.kind in self.FILES and not self.file:
            raise ValidationError({"file": _("Choose the file to send.")})
        if self.kind not in self.FILES and not self.answer.strip() and not (self.kind == self.Kind.VIDEO and self.file):
            raise ValidationError({"answer": _("Write what to answer.")})
        if self.kind == self.Kind.CARD and not self.url.startswith(("https://", "http://")):
            raise ValidationError({"url": _("A card leads to a page: enter its address, with https://.")})
        try:
            self.content()
        except ContentError as error:
            field = {"title": "title", "url": "url"}.get(error.field, "answer")
            raise ValidationError({field: f"{error.message} {error.remedy}".strip()}) from error

    def content(self) -> contents.Content | None:
        """The message of a Markdown answer or a card; None for other kinds. Raises `ContentError`."""
        if self.kind == self.Kind.MARKDOWN:
            return contents.Markdown(content=contents.to_markdown(self.answer))
        if self.kind == self.Kind.CARD:
            return contents.TextCard(title=self.title or self.question, description=self.answer, url=self.url)
        return None

    def is_valid_on(self, day: date) -> bool:
        """Whether it is given on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def shown_language(self) -> str:
        """Its language, else that it is written in; empty if it shows none."""
        return self.language or detect_language(f"{self.question} {self.answer}", default="", is_first=True)

    @property
    def wordings(self) -> list[str]:
        lines = [self.question, *self.other_wordings.splitlines()]
        return [line.strip() for line in lines if line.strip()]
