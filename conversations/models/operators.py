"""People who answer members: operators, and the groups that say which topics they answer and when they are there."""

from datetime import time
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.preferences import Topic
from wecom.models import Application, Member

NINE, SIX = time(9), time(18)


def keep_while_unfinished(collector: Any, field: Any, tickets: models.QuerySet[Any], using: str) -> None:
    """Keep a group with unfinished tickets from deletion; closed tickets lose their group.

    Without a group all operators would read messages that members wrote to this one alone.
    """
    models.RESTRICT(collector, field, tickets.exclude(status="closed"), using)
    models.SET_NULL(collector, field, tickets.filter(status="closed"), using)


class Operator(models.Model):
    """A person who answers members: on their phone as a member, at the desk as an account, or both."""

    name = models.CharField(_("name"), max_length=60, help_text=_("As members read it when this person answers."))
    member = models.OneToOneField(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="operator",
        verbose_name=_("member"),
        help_text=_("Gets a card for each question and answers in WeChat Work."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="operator",
        verbose_name=_("account"),
        help_text=_("Answers on the desk's page here."),
    )
    enabled = models.BooleanField(_("enabled"), default=True, help_text=_("Off: gets no cards and takes no questions."))

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ("name", "pk")
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="operator_has_name")]

    def __str__(self) -> str:
        return self.name


class OperatorGroupQuerySet(models.QuerySet["OperatorGroup"]):
    """Queries on groups of operators."""

    def for_topic(self, application: Application, topic: Topic | None) -> "OperatorGroup | None":
        """The group of this application that answers a topic; else the one that answers every topic, else any."""
        rows = list(self.filter(application=application, enabled=True).order_by("pk").prefetch_related("topics"))
        wanted = topic.pk if topic else None
        named = (row for row in rows if any(one.pk == wanted for one in row.topics.all()))
        general = (row for row in rows if not row.topics.all())
        return next(named, None) or next(general, None) or next(iter(rows), None)


class OperatorGroup(models.Model):
    """Who answers which topics of an application, when they are there, and how soon they answer."""

    class Days(models.TextChoices):
        WORKING = "working", _("working days")
        ALL = "all", _("every day")

    name = models.CharField(_("name"), max_length=30, help_text=_("As members read it, such as “IT help”."))
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="operator_groups", verbose_name=_("application")
    )
    topics: "models.ManyToManyField[Topic, Any]" = models.ManyToManyField(
        Topic,
        blank=True,
        related_name="operator_groups",
        verbose_name=_("topics"),
        help_text=_("What they answer. None: everything that no other group answers."),
    )
    operators: "models.ManyToManyField[Operator, Any]" = models.ManyToManyField(
        Operator, blank=True, related_name="groups", verbose_name=_("operators")
    )
    days = models.CharField(_("on which days"), max_length=8, choices=Days, default=Days.WORKING)
    opens_at = models.TimeField(_("there from"), default=NINE)
    closes_at = models.TimeField(
        _("there until"), default=SIX, help_text=_("The same time as the beginning: around the clock.")
    )
    answer_within = models.PositiveSmallIntegerField(
        _("answer within"),
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("Minutes. After that, members are told once and offered something else."),
    )
    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("Off: members are not passed on to this group.")
    )

    objects = OperatorGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of operators")
        verbose_name_plural = _("groups of operators")
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["application", "name"], name="operatorgroup_unique_name"),
            models.CheckConstraint(condition=models.Q(answer_within__gte=1), name="operatorgroup_answers"),
        ]

    def __str__(self) -> str:
        return self.name
