"""Fields that answers and documents have in common: the members and days that they are for, and the number of their
last change.
"""

import time
from datetime import date

from django.db import models, transaction
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from conversations.models.messages import Desk
from conversations.models.preferences import Topic
from core.read_once import kept
from wecom.models import Department, Tag

REVISION = "knowledge revision"  # its key in `core.read_once`


class KnowledgeRevisionQuerySet(models.QuerySet["KnowledgeRevision"]):
    """The one row."""

    def current(self) -> int:
        """The number of the last change; 0 before the first."""
        return self.values_list("number", flat=True).first() or 0

    def kept(self) -> int:
        """`current`, read once in a turn."""
        return kept(REVISION, self.current)

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
    """The number of the last change to the searched rows: each process compares it before it searches."""

    number = models.BigIntegerField(default=0)

    objects = KnowledgeRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision of the knowledge")
        verbose_name_plural = _("revisions of the knowledge")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="knowledge_revision_only_one")]

    def __str__(self) -> str:
        return str(self.number)


class KnowledgeEntry(models.Model):
    """A row that answers questions: its topic, and the days, members and language that it is for."""

    topic = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("topic"),
        help_text=_("Such as pay, leave or IT. Members who then ask for a person get the operators of this topic."),
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

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_from__lte=models.F("valid_until")),
                name="%(class)s_valid_period",
                violation_error_message=_("It ends before it begins."),
            )
        ]

    def is_valid_on(self, day: date) -> bool:
        """Whether it is given on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )
