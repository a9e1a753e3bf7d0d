"""Facts of members beside WeChat Work's directory: a start date, a city, facts of its own.

A fact has one kind, and each kind has a column, so that a segment compares dates and numbers in SQL. Nothing ties a
value to its definition: the built-in facts of `wecom.facts` have no row.
"""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from wecom.models.company import Corporation
from wecom.models.directory import Member

BUILT_IN_FACTS = ("start_date", "manager", "city", "birthday", "contract_end", "time_zone")
MEMBER_VARIABLES = ("name", "alias", "position", "department", "user_id", "language")
RESERVED_KEYS = (*BUILT_IN_FACTS, *MEMBER_VARIABLES)
LONGEST_TEXT = 200


class FactKind(models.TextChoices):
    """The kinds of values of facts."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")


class FactDefinition(models.Model):
    """A fact of the company's own."""

    corporation = models.ForeignKey(
        Corporation, models.CASCADE, related_name="fact_definitions", verbose_name=_("corporation")
    )
    key = models.CharField(
        _("identifier"),
        max_length=40,
        validators=[
            RegexValidator(
                r"\A[a-z][a-z0-9_]{0,39}\Z",
                _("Write a small letter first, then small letters, digits and underscores, like shirt_size."),
                code="fact_key",
            )
        ],
        help_text=_("Texts use it as {{key}}, files as the name of a column. It never changes."),
    )
    name = models.CharField(_("name"), max_length=64)
    name_en = models.CharField(_("English name"), max_length=64, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=FactKind, help_text=_("It never changes."))
    choices: "models.JSONField[Any, Any]" = models.JSONField(_("choices"), default=list, blank=True)
    personal = models.BooleanField(
        _("personal"),
        default=False,
        help_text=_("Lists and previews hide the value. Only who may read personal facts sees it."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("fact of your own")
        verbose_name_plural = _("facts of your own")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "key"], name="factdefinition_unique_key"),
            models.UniqueConstraint(fields=["corporation", "name"], name="factdefinition_unique_name"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["text", "number", "date", "choice"]), name="factdefinition_known_kind"
            ),
            models.CheckConstraint(
                condition=~models.Q(key__in=["", *RESERVED_KEYS]),
                name="factdefinition_free_key",
                violation_error_code="fact_key_taken",
                violation_error_message=_("This key belongs to a built-in fact or variable. Choose another one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.key


class MemberFact(models.Model):
    """A fact of one member: one value per key, in the column of its kind. A choice is a text."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="facts", verbose_name=_("member"))
    key = models.CharField(_("identifier"), max_length=40)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT, blank=True, default="")
    number = models.DecimalField(_("number"), max_digits=20, decimal_places=6, null=True, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        permissions = [("read_memberfact", _("Can read personal facts in full"))]
        constraints = [
            models.UniqueConstraint(fields=["member", "key"], name="memberfact_unique_key"),
            models.CheckConstraint(
                condition=(
                    (~models.Q(text="") & models.Q(number=None, date=None))
                    | models.Q(text="", number__isnull=False, date=None)
                    | models.Q(text="", number=None, date__isnull=False)
                ),
                name="memberfact_one_value",
            ),
        ]
        # The member comes last, so that a segment of a million is answered from the index alone.
        indexes = [
            models.Index(
                fields=["key", "date", "member"], condition=models.Q(date__isnull=False), name="memberfact_date"
            ),
            models.Index(fields=["key", "text", "member"], name="memberfact_text"),
            models.Index(
                fields=["key", "number", "member"], condition=models.Q(number__isnull=False), name="memberfact_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.member_id}"


class FactImport(models.Model):
    """A file of facts between its preview and its confirmation. The file itself is not kept.

    The row is deleted when the values are taken over or dismissed, and by itself at `expires_at`. `content` are the
    findings of `wecom.facts.sheet_import`, encrypted, because it is full of personal values.
    """

    corporation = models.ForeignKey(
        Corporation, models.CASCADE, related_name="fact_imports", verbose_name=_("corporation")
    )
    requested_by = models.CharField(_("asked by"), max_length=150)
    content = EncryptedTextField(editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), editable=False)

    class Meta:
        verbose_name = _("import of facts")
        verbose_name_plural = _("imports of facts")

    def __str__(self) -> str:
        return f"#{self.pk}"
