"""Members' runs through published flows."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.machine.places import Outcome
from conversations.models.flows import Flow, FlowVersion
from conversations.models.messages import Conversation
from wecom.models import Download


class SessionQuerySet(models.QuerySet["Session"]):
    """Queries on sessions."""

    def active(self) -> "SessionQuerySet":
        """Those in which the bot expects something of the member, or a person talks with them."""
        return self.filter(status=Session.Status.ACTIVE)

    def sleeping(self) -> "SessionQuerySet":
        return self.filter(status=Session.Status.SLEEPING)

    def begun_in(self, flow: Flow) -> "SessionQuerySet":
        """Those that began with a flow, in any of its sub-flows now."""
        outermost = models.Q(callers__depth=0, callers__version__flow=flow)
        return self.filter(outermost | models.Q(depth=0, version__flow=flow))

    def unfinished(self) -> "SessionQuerySet":
        return self.filter(status__in=Session.UNFINISHED)

    def active_in(self, conversation: Conversation) -> "Session | None":
        """The session that waits for the member's answer."""
        rows = self.active().filter(conversation=conversation).select_related("version")
        session = rows.defer("version__definition").first()  # which a process has read before, mostly
        if session is not None:
            session.conversation = conversation  # with its member and application, where they are loaded
        return session

    def sleeping_in(self, conversation: Conversation) -> "Session | None":
        """The session that fell asleep last."""
        rows = self.sleeping().filter(conversation=conversation).order_by("-asked_at", "-pk")
        return rows.select_related("version__flow", "conversation").first()


class Session(models.Model):
    """One member's run through a flow version. Code that advances it locks its conversation and compares `revision`.

    In a sub-flow `version`, `state` and the answers are those of the sub-flow; `callers` are the flows around it. While
    it sleeps the member is answered as without a flow, and may be in another one.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("waits for an answer")
        SLEEPING = "sleeping", _("waits until a time")
        COMPLETED = Outcome.COMPLETED.value, _("completed")
        CANCELLED = Outcome.CANCELLED.value, _("cancelled by the member")
        GAVE_UP = Outcome.GAVE_UP.value, _("ended: no fitting answer")
        EXPIRED = Outcome.EXPIRED.value, _("expired")
        INTERRUPTED = "interrupted", _("another flow was started")
        STOPPED = "stopped", _("stopped by an operator")
        FAILED = Outcome.FAILED.value, _("failed")

    UNFINISHED: ClassVar = (Status.ACTIVE, Status.SLEEPING)

    version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="sessions", verbose_name=_("flow version"))
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="sessions", verbose_name=_("conversation")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.ACTIVE)
    state = models.CharField(_("step"), max_length=40, blank=True)
    slots = models.JSONField(_("slots"), default=dict)
    # The names of what `slots` has the user ID or number of, and what the open question offers to choose from.
    labels = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()), editable=False)
    offered: "models.JSONField[Any, Any]" = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField()), editable=False
    )
    # The file that is being fetched as an answer, and the correlation ID of its message.
    awaited_file = models.ForeignKey(Download, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    file_cid = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    data = models.JSONField(_("data it began with"), default=dict)
    path = models.JSONField(default=list)
    sources = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, models.JSONField()), editable=False
    )
    # The call that is under way, and the correlation IDs of the texts that came meanwhile.
    call_key = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    held: "models.JSONField[Any, Any]" = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField()), editable=False
    )
    # In how many flows it is besides this one: see `SessionCaller`.
    depth = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    reminded = models.BooleanField(_("reminded"), default=False)
    revision = models.PositiveIntegerField(default=0)
    task_id = models.CharField(max_length=128, blank=True, db_index=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = models.DateTimeField(_("next reminder or end"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at the latest"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True, default="", db_default="", editable=False)
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=models.Q(status="active"), name="session_one_active"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="session_due"),
            models.Index(fields=["conversation", "started_at"], name="session_thread"),
            models.Index(fields=["version", "finished_at"], name="session_finished"),
            models.Index(fields=["cid"], name="session_cid"),
            models.Index(fields=["version", "status", "state", "finished_at"], name="session_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.version} #{self.pk}"

    @property
    def first_version(self) -> FlowVersion:
        """The version that it began with, in any sub-flow now: its flow is the one that the member knows."""
        around = self.callers.select_related("version__flow").first() if self.depth else None
        return around.version if around else self.version

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_unfinished(self) -> bool:
        return self.status in self.UNFINISHED
