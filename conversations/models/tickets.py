"""Tickets (工单): a member is answered by a person, while the bot is silent. Its changes, and its lines."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.messages import Conversation, Message
from conversations.models.operators import Operator, OperatorGroup, keep_while_unfinished
from conversations.models.preferences import Topic
from conversations.models.sessions import Session
from core.parties.acting_client import ClientNameField
from wecom.models import Application, Outbound


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Queries on tickets."""

    def unfinished(self) -> "TicketQuerySet":
        return self.filter(status__in=Ticket.UNFINISHED)

    def late(self, now: datetime) -> "TicketQuerySet":
        """Tickets whose members were promised an answer by now, and that no operator has taken."""
        return self.filter(status=Ticket.Status.OPEN, wait=Ticket.Wait.ANSWER, due_at__lte=now)

    def silencing(self) -> "TicketQuerySet":
        """Tickets during which the bot is silent. After a message was left, it speaks until an operator takes it."""
        return self.unfinished().exclude(status=Ticket.Status.OPEN, wait=Ticket.Wait.LATER)

    def unfinished_in(self, conversation: Conversation) -> "Ticket | None":
        """The member's ticket that is not closed."""
        rows = self.unfinished().select_related("operator__member", "operator__user", "group", "topic", "conversation")
        return rows.filter(conversation=conversation).first()

    def concerning(self, conversation: Conversation) -> "TicketQuerySet":
        """Why the bot is silent in a conversation: the member is answered by a person, or answers one on the phone."""
        asks = models.Q(conversation=conversation)
        answers = models.Q(on_phone=True, operator__member=conversation.member_id)
        rows = self.silencing().select_related("operator__member", "group", "topic", "conversation__member")
        return rows.filter(asks | answers, conversation__application=conversation.application_id)

    def concerning_each(self) -> "TicketQuerySet":
        """`concerning`, for the conversations of a query around this one."""
        asks = models.Q(conversation=models.OuterRef("pk"))
        answers = models.Q(on_phone=True, operator__member=models.OuterRef("member"))
        return self.silencing().filter(asks | answers, conversation__application=models.OuterRef("application"))

    def concerning_user(self, application: Application, user_id: str) -> "TicketQuerySet":
        """`concerning`, for who caused a callback."""
        name = user_id.lower()
        asks = models.Q(conversation__member__user_id=name)
        answers = models.Q(on_phone=True, operator__member__user_id=name)
        return self.silencing().filter(asks | answers, conversation__application=application)

    def served_by(self, operator: "Operator | None") -> "TicketQuerySet":
        """Those whose conversations an operator reads: taken by them, or waiting for their groups, or for any."""
        if operator is None:
            return self.filter(status=Ticket.Status.OPEN, group=None)
        if not operator.enabled:
            return self.none()
        theirs = models.Q(group=None) | models.Q(group__in=operator.groups.all())
        return self.filter(models.Q(operator=operator) | theirs & models.Q(status=Ticket.Status.OPEN))

    def silenced(self) -> models.Q:
        """A condition on conversations: those in which the bot is silent."""
        asks = models.Q(pk__in=self.silencing().values("conversation"))
        on_phone = self.filter(status=Ticket.Status.ASSIGNED, on_phone=True)
        return asks | models.Q(member__in=on_phone.exclude(operator__member=None).values("operator__member"))

    def with_unread(self) -> "models.QuerySet[Ticket]":
        """Each with `unread`: lines of the member since an operator last looked."""
        theirs = TicketLine.objects.filter(ticket=models.OuterRef("pk"), operator=None)
        fresh = theirs.filter(models.Q(ticket__read_at=None) | models.Q(at__gt=models.F("ticket__read_at")))
        # Counted for the rows that are shown: to group all tickets would read them all.
        counted = fresh.order_by().values("ticket").annotate(count=models.Count("pk")).values("count")
        return self.annotate(unread=Coalesce(models.Subquery(counted, models.IntegerField()), 0))


class Ticket(models.Model):
    """A member who is passed on to people. Code that changes it locks its conversation first."""

    class Status(models.TextChoices):
        OPEN = "open", _("waits for an operator")
        ASSIGNED = "assigned", _("being answered")
        CLOSED = "closed", _("closed")

    class Reason(models.TextChoices):
        """Why it was opened."""

        ASKED = "asked", _("the member asked for a person")
        MISSES = "misses", _("no answer was found")
        STEP = "step", _("a step of a flow")
        MESSAGE = "message", _("the member left a message")
        OPERATOR = "operator", _("an operator took over")
        PROGRAM = "program", _("a program asked for it")

    class Wait(models.TextChoices):
        """The event that an open ticket waits for."""

        ANSWER = "answer", _("for an answer")
        MESSAGE = "message", _("for the member's message")
        LATER = "later", _("for an answer, and the bot goes on")

    class Outcome(models.TextChoices):
        """How it ended."""

        SOLVED = "solved", _("solved")
        HANDED_BACK = "handed_back", _("handed back to the digital human")
        LEFT = "left", _("the member went back to the digital human")
        SILENCE = "silence", _("closed after a long silence")

    UNFINISHED: ClassVar = (Status.OPEN, Status.ASSIGNED)

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="tickets", verbose_name=_("conversation")
    )
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="tickets", verbose_name=_("session")
    )
    group = models.ForeignKey(
        OperatorGroup, keep_while_unfinished, null=True, blank=True, related_name="tickets", verbose_name=_("group")
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("topic")
    )
    operator = models.ForeignKey(
        Operator, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("operator")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    wait = models.CharField(_("waits"), max_length=8, choices=Wait, default=Wait.ANSWER)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    on_phone = models.BooleanField(_("answered on the phone"), default=False)
    summary = models.TextField(_("summary"), blank=True, help_text=_("The last messages and answers before it."))
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    due_at = models.DateTimeField(_("answer due at"), null=True, blank=True)
    late_at = models.DateTimeField(_("told that it takes longer"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("first answer at"), null=True, blank=True)
    last_line_at = models.DateTimeField(_("last line at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True, help_text=_("1 to 5."))
    rating_task_id = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ("-pk",)
        permissions = [("answer_ticket", "Can answer members at the desk")]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(status__in=["open", "assigned"]),
                name="ticket_one_unfinished",
            ),
            # A phone has one chat with the application: two members on it could not be told apart.
            models.UniqueConstraint(
                fields=["operator"],
                condition=models.Q(status="assigned", on_phone=True),
                name="ticket_one_on_a_phone",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="assigned") | models.Q(operator__isnull=False),
                name="ticket_assigned_to_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__gte=1, rating__lte=5), name="ticket_rating_1_to_5"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="ticket_due"),
            models.Index(fields=["operator", "status"], name="ticket_operator"),
            models.Index(
                fields=["opened_at"],
                # All that the report sums up, so that it need not read the rows.
                include=["topic", "operator", "group", "taken_at", "closed_at", "late_at", "outcome", "rating", "id"],
                name="ticket_report",
            ),
            models.Index(fields=["-closed_at", "-id"], condition=models.Q(status="closed"), name="ticket_closed"),
            models.Index(fields=["cid"], name="ticket_cid"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_unfinished(self) -> bool:
        return self.status in self.UNFINISHED

    @property
    def is_silencing(self) -> bool:
        """Whether the bot is silent for its member."""
        return self.is_unfinished and not (self.status == self.Status.OPEN and self.wait == self.Wait.LATER)

    def waited(self, now: datetime) -> timedelta:
        """How long the member waited, or has waited until now, for an operator."""
        return (self.taken_at or self.closed_at or now) - self.opened_at

    def handled(self, now: datetime) -> timedelta | None:
        """How long an operator had it, or has had it until now; None if no operator took it."""
        return None if self.taken_at is None else (self.closed_at or now) - self.taken_at


class TicketChange(models.Model):
    """One thing that happened to a ticket, or a note that operators read and members do not."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        TAKEN = "taken", _("taken")
        TAKEN_OVER = "taken_over", _("taken over")
        ASSIGNED = "assigned", _("assigned")
        TRANSFERRED = "moved", _("transferred")
        DECLINED = "declined", _("not taken")
        RELEASED = "released", _("put back")
        NOTE = "note", _("note")
        LATE = "late", _("told that it takes longer")
        CLOSED = "closed", _("closed")
        RATED = "rated", _("rated")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="changes", verbose_name=_("ticket"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    by = models.ForeignKey(
        Operator, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("operator")
    )
    client = ClientNameField()
    to = models.ForeignKey(Operator, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("to"))
    group = models.ForeignKey(
        OperatorGroup, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("group")
    )
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("change of a ticket")
        verbose_name_plural = _("changes of tickets")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.ticket} {self.get_kind_display()}"


class TicketLine(models.Model):
    """One line of a ticket: a message of the member, or of an operator. It is on both phones once."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="lines", verbose_name=_("ticket"))
    operator = models.ForeignKey(
        Operator,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator"),
        help_text=_("Who wrote it; empty: the member."),
    )
    message = models.OneToOneField(
        Message,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="ticket_line",
        verbose_name=_("message"),
        help_text=_("On the member's phone. Empty while its file is being fetched."),
    )
    phone_message = models.OneToOneField(
        Message,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="phone_line",
        verbose_name=_("on the operator's phone"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("line of a ticket")
        verbose_name_plural = _("lines of tickets")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.ticket} · {self.pk}"


class TicketCard(models.Model):
    """The card that asks one operator to take a ticket. It shows who has taken it, once it is decided."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="cards", verbose_name=_("ticket"))
    operator = models.ForeignKey(Operator, models.CASCADE, related_name="cards", verbose_name=_("operator"))
    outbound = models.OneToOneField(
        Outbound, models.CASCADE, related_name="ticket_card", verbose_name=_("outbound message")
    )
    task_id = models.CharField(max_length=120, unique=True, editable=False)
    closed_at = models.DateTimeField(_("showed the end at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("card of a ticket")
        verbose_name_plural = _("cards of tickets")

    def __str__(self) -> str:
        return self.task_id
