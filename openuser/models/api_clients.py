"""Clients of the API, and stored responses for idempotency keys."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.parties.acting_client import LONGEST_NAME, ActingClient


class ApiClient(models.Model):
    """A program that uses the API with a token, of which only the hash is stored.

    It is not an account: it has scopes instead of permissions, and it stays when its creator leaves.
    """

    class Scope(models.TextChoices):
        DIGITAL_HUMANS_READ = "digital_humans:read", _("view digital humans and voices")
        DIGITAL_HUMANS_WRITE = "digital_humans:write", _("create and change digital humans")
        CONSENTS_READ = "consents:read", _("view consents with their evidence")
        CONSENTS_WRITE = "consents:write", _("record and withdraw consents")
        RENDERS_READ = "renders:read", _("view and download videos")
        RENDERS_WRITE = "renders:write", _("request and cancel videos")
        CONVERSATIONS_READ = "conversations:read", _("read what members say, in messages, sessions and tickets")
        MESSAGES_READ = "messages:read", _("view messages and their delivery")
        MESSAGES_WRITE = "messages:write", _("send messages and upload their files")
        MEMBERS_READ = "members:read", _("view members")
        MEMBERS_WRITE = "members:write", _("add and rename members")
        FACTS_READ = "facts:read", _("view facts about members, personal ones too")
        FACTS_WRITE = "facts:write", _("define, change and import facts about members")
        PERSONAL_DATA_READ = "personal_data:read", _("export all that is held about a member")
        PERSONAL_DATA_WRITE = "personal_data:write", _("erase all that is held about a member")
        CALLBACKS_READ = "callbacks:read", _("view callbacks without message texts")
        CALLBACKS_TEXT = "callbacks:text", _("read message texts in callbacks")
        CALLBACKS_WRITE = "callbacks:write", _("replay callbacks")
        APPLICATIONS_READ = "applications:read", _("view applications and test their connection")
        APPLICATIONS_WRITE = "applications:write", _("publish the menus of applications")
        PREFERENCES_READ = "preferences:read", _("view topics, and what members have chosen")
        PREFERENCES_WRITE = "preferences:write", _("change topics, and what members have chosen")
        KNOWLEDGE_READ = "knowledge:read", _("view questions and answers")
        KNOWLEDGE_WRITE = "knowledge:write", _("add, change, import and delete questions and answers")
        QUESTIONS_READ = "questions:read", _("read questions without an answer")
        QUESTIONS_WRITE = "questions:write", _("answer and dismiss questions without an answer")
        FLOWS_READ = "flows:read", _("view flows")
        FLOWS_WRITE = "flows:write", _("change and publish flows, and their golden conversations")
        SESSIONS_READ = "sessions:read", _("view sessions")
        SESSIONS_WRITE = "sessions:write", _("start and stop sessions")
        TICKETS_READ = "tickets:read", _("view tickets, their notes and operators")
        TICKETS_WRITE = "tickets:write", _("open, answer, assign and close tickets")
        LANGUAGE_MODEL_READ = "language_model:read", _("view what the language model is used for and costs")
        CAMPAIGNS_READ = "campaigns:read", _("view campaigns, runs and deliveries")
        CAMPAIGNS_WRITE = "campaigns:write", _("create, change and delete campaigns")
        CAMPAIGNS_APPROVE = "campaigns:approve", _("approve campaigns")
        CAMPAIGNS_SEND = "campaigns:send", _("start, pause and cancel campaigns")
        CAMPAIGNS_ALONE = "campaigns:alone", _("start campaigns without approval")
        SCHEDULES_READ = "schedules:read", _("view schedules and runs")
        SCHEDULES_WRITE = "schedules:write", _("create, change, run and delete schedules")
        SCHEDULES_DRAFT = "schedules:draft", _("draft schedules and ask for publishing")
        WORKING_DAYS_READ = "working_days:read", _("view working days and holidays")
        WORKING_DAYS_WRITE = "working_days:write", _("import working days and holidays")
        WEBHOOKS_READ = "webhooks:read", _("view webhook endpoints and deliveries")
        WEBHOOKS_WRITE = "webhooks:write", _("create, change and delete webhook endpoints")
        INCIDENTS_READ = "incidents:read", _("view incidents")

    # REST framework reads these from `request.user`.
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    name = models.CharField(
        _("name"), max_length=LONGEST_NAME, unique=True, help_text=_("The system that uses it, such as “OA”.")
    )
    scopes: "models.JSONField[Any, Any]" = models.JSONField(_("scopes"), default=list)
    rate = models.PositiveIntegerField(
        _("requests a minute"), default=600, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("Disabling revokes the token at once; enabling allows it again.")
    )
    expires_at = models.DateTimeField(
        _("expires at"), null=True, blank=True, help_text=_("Leave it empty for no expiry.")
    )
    may_approve = models.BooleanField(
        _("may approve"),
        default=False,
        db_default=False,
        help_text=_("Without it a client approves nothing, whatever its scopes. Only an administrator changes it."),
    )
    prefix = models.CharField(_("token begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    token_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("token made by"),
        help_text=_("This account has seen the token: what the client writes, it does not approve."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return self.name

    def is_valid_at(self, now: datetime) -> bool:
        """Whether it is enabled and not expired."""
        return self.enabled and (self.expires_at is None or self.expires_at > now)

    @property
    def acting(self) -> ActingClient:
        """Its name in rows that it causes."""
        holder = self.token_by_id or self.created_by_id
        return ActingClient(key=self.pk, name=self.name, holder=holder, may_approve=self.may_approve)


class ApiAnswer(models.Model):
    """An idempotency key: claimed before the POST has an effect, then with the response for retries."""

    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    lease_owner = models.CharField(max_length=32)
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    headers: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)

    class Meta:
        verbose_name = _("API answer")
        verbose_name_plural = _("API answers")
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="api_answer_unique_key")]
        indexes = [models.Index(fields=["created_at"], name="api_answer_age")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
