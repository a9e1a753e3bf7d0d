"""Personal data of conversations, for the registry in `core.personal_data`."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars.models import Narration, Render, Rendition
from conversations.knowledge.likeness import plain
from conversations.models import (
    CareCase,
    CareSubject,
    Content,
    Conversation,
    Errand,
    FlowStart,
    GoldenConversation,
    MemberModelUsage,
    MemberPreference,
    Message,
    MutedTopic,
    Operator,
    PreferenceChange,
    QuestionOccurrence,
    Session,
    SessionCaller,
    Ticket,
    TicketChange,
    TicketLine,
    UnansweredQuestion,
    WatchLink,
)
from core.personal_data.holding_registry import belongs_to, register, without_personal_data
from core.personal_data.holdings import BATCH, BATCHES_A_PASS, Holding, Kind, Person
from core.personal_data.work_rows import WorkHolding
from wecom.models import Download, Upload

MESSAGES = Kind(key="messages", label=_("messages"), days=lambda: settings.RETENTION["MESSAGES_DAYS"])
SESSIONS = Kind(key="sessions", label=_("answers in flows"), days=lambda: settings.RETENTION["SESSIONS_DAYS"])
QUESTIONS = Kind(key="questions", label=_("questions to services"), days=lambda: settings.RETENTION["QUESTIONS_DAYS"])
TRIALS = Kind(key="trials", label=_("golden conversations"))
CARE = Kind(key="care", label=_("care cases"), days=lambda: 1)  # each subject says for how long: see `CareHolding`
CHOICES = Kind(key="choices", label=_("choices of members"))
LEASE = ("lease_owner", "lease_until", "woken_at", "order_key", "gave_way")


class ContentHolding(Holding):
    """The words of messages. Content that many got stays for the others."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person is None:
            super().clear(pks)
            return
        theirs = Message.objects.filter(member=person.pk, content__in=pks)
        others = Message.objects.exclude(member=person.pk).filter(content__in=pks)
        shared = set(others.values_list("content", flat=True))
        for kind in Content.objects.filter(pk__in=shared).values_list("kind", flat=True).distinct():
            same = theirs.filter(content__in=shared, content__kind=kind)
            same.update(content=Content.objects.create(kind=kind))
        super().clear(set(pks) - shared, person)

    def expire(self, before: datetime, now: datetime) -> int:
        """From the oldest on: contents are written with their messages, so a batch of recent ones ends the search.

        Old ones that stay, because others got them lately, do not.
        """
        written = Message.objects.filter(content=OuterRef("pk"))
        worded = Content.objects.exclude(text="").order_by("pk").values_list("pk", flat=True)
        last = count = 0
        for _turn in range(BATCHES_A_PASS):
            some = list(worded.filter(pk__gt=last)[:BATCH])
            rows = Content.objects.filter(Exists(written), ~Exists(written.filter(created_at__gte=before)), pk__in=some)
            with transaction.atomic():
                cleared = rows.update(text="")
            messages = Message.objects.filter(content__in=some)
            is_recent = not cleared and messages.exists() and not messages.filter(created_at__lt=before).exists()
            if is_recent or not some:
                break
            last, count = some[-1], count + cleared
        return count


class MessageHolding(Holding):
    """Messages, whose words are in their contents. Those of an erased person that wait for a video are cancelled."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        super().clear(pks, person)
        if person is not None:
            waiting = self.rows(pks).filter(state=Message.State.WAITING)
            waiting.update(state=Message.State.CANCELLED, deadline_at=None)


class UnansweredHolding(Holding):
    """Questions without an answer. Where others asked the same, it goes on in their words."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person is None:
            super().clear(pks)
            return
        theirs = QuestionOccurrence.objects.filter(conversation__member=person.pk, question__in=pks)
        theirs.delete()
        for question in UnansweredQuestion.objects.filter(pk__in=pks):
            wordings = question.wordings
            if not wordings:
                question.delete()
                continue
            question.question, question.plain = wordings[0], plain(wordings[0])
            question.times, question.vector, question.model = question.occurrences.count(), b"", ""
            clash = UnansweredQuestion.objects.filter(plain=question.plain).exclude(pk=question.pk)
            if question.status != UnansweredQuestion.Status.ANSWERED and clash.exists():
                question.occurrences.all().update(question=clash.first())
                question.delete()
            else:
                question.save()


class SessionHolding(Holding):
    """Runs through flows: they keep their steps, not the answers. Flows around a sub-flow go with them."""

    def expired(self, before: datetime) -> "models.QuerySet[Any]":
        rows = self.rows().filter(self.ended, finished_at__lt=before)
        return rows.exclude(**(self.blank or {}), callers=None)

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        running = self.rows(pks).filter(status__in=Session.UNFINISHED)
        running.update(status=Session.Status.STOPPED, finished_at=timezone.now(), due_at=None)
        SessionCaller.objects.filter(session__in=pks).delete()
        super().clear(pks, person)


class CareHolding(Holding):
    """Care cases: deleted so many days after they were closed as their subject says, and with the person."""

    def expired(self, before: datetime) -> "models.QuerySet[Any]":
        now, closed = before + timedelta(days=self.kind.days()), self.rows().filter(status=CareCase.Status.CLOSED)
        kept = CareSubject.objects.values_list("pk", "keep_days")
        over = [Q(subject=subject, closed_at__lt=now - timedelta(days=days)) for subject, days in kept]
        return closed.filter(reduce(or_, over, Q(pk__in=())))


class TicketHolding(Holding):
    """Tickets: they keep their changes and moments, not their subject. Those that are not closed end."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        unfinished = self.rows(pks).exclude(status=Ticket.Status.CLOSED)
        closed = {"status": Ticket.Status.CLOSED, "outcome": Ticket.Outcome.LEFT, "on_phone": False}
        unfinished.update(**closed, closed_at=timezone.now())
        super().clear(pks, person)


WRITTEN = "what administrators wrote for everyone"
WITHOUT = {
    "conversations.Answer": WRITTEN,
    "conversations.CannedAnswer": WRITTEN,
    "conversations.CareSubject": WRITTEN,
    "conversations.Desk": WRITTEN,
    "conversations.Document": WRITTEN,
    "conversations.DraftSnapshot": WRITTEN,
    "conversations.Embedding": "numbers of what administrators wrote for everyone",
    "conversations.Flow": WRITTEN,
    "conversations.FlowVersion": WRITTEN,
    "conversations.KnowledgeRevision": "one number",
    "conversations.ModelUsage": "sums of the whole company",
    "conversations.MoveBatch": "keys of a publication",
    "conversations.OperatorGroup": WRITTEN,
    "conversations.Passage": WRITTEN,
    "conversations.ProgressCard": "keys of a message and of its card",
    "conversations.SessionMove": "keys of a session and of its versions",
    "conversations.SessionPlan": WRITTEN,
    "conversations.State": WRITTEN,
    "conversations.StateEntry": "which steps a session went through, as the session keeps too",
    "conversations.TicketCard": "keys of a ticket and of its card",
    "conversations.Topic": WRITTEN,
    "conversations.Transition": WRITTEN,
}


def register_models() -> None:
    """Called once, when the app is ready."""
    ended = ~Q(status__in=Session.UNFINISHED)
    answers: dict[str, Any] = {"slots": {}, "labels": {}, "offered": [], "data": {}, "sources": {}}
    register(
        Holding(Conversation, MESSAGES, of=_of_member, blank={}, renamed=lambda person: {"chosen_language": ""}),
        MessageHolding(Message, MESSAGES, of=_of_member, age="created_at", blank={"cause": {}}),
        ContentHolding(Content, MESSAGES, of=lambda person: Q(messages__member=person.pk), blank={"text": ""}),
        SessionHolding(Session, SESSIONS, of=_of_conversation, age="finished_at", ended=ended, blank=answers),
        Holding(SessionCaller, SESSIONS, of=lambda person: Q(session__conversation__member=person.pk)),
        WorkHolding(
            Errand,
            QUESTIONS,
            of=_of_conversation,
            age="created_at",
            blank={"question": "", "detail": ""},
            hidden=LEASE,
        ),
        Holding(MemberModelUsage, QUESTIONS, of=_of_member, age="day"),
        UnansweredHolding(
            UnansweredQuestion,
            MESSAGES,
            of=lambda person: Q(occurrences__conversation__member=person.pk),
            age="last_asked_at",
            hidden=("vector", "model", "plain"),
        ),
        Holding(FlowStart, SESSIONS, of=_of_member, age="created_at", ended=~Q(status=FlowStart.Status.WAITING)),
        Holding(QuestionOccurrence, MESSAGES, of=_of_conversation, age="asked_at"),
        Holding(WatchLink, MESSAGES, of=_of_member),
        Holding(MemberPreference, CHOICES, of=_of_member),
        Holding(MutedTopic, CHOICES, of=_of_member),
        Holding(PreferenceChange, MESSAGES, of=_of_member, age="at"),
        CareHolding(CareCase, CARE, of=_of_member, age="closed_at"),
        Holding(GoldenConversation, TRIALS, of=_of_member),
        Holding(Operator, CHOICES, of=_of_member, blank={}, renamed=lambda person: {"name": person.alias}),
    )
    _register_tickets()
    without_personal_data(WITHOUT)
    _say_whose_files()


def _register_tickets() -> None:
    register(
        TicketHolding(
            Ticket,
            MESSAGES,
            of=_of_conversation,
            age="closed_at",
            ended=Q(status=Ticket.Status.CLOSED),
            blank={"summary": ""},
            hidden=("rating_task_id",),
        ),
        Holding(
            TicketChange,
            MESSAGES,
            of=lambda person: Q(ticket__conversation__member=person.pk),
            age="at",
            blank={"text": ""},
        ),
        Holding(TicketLine, MESSAGES, of=lambda person: Q(ticket__conversation__member=person.pk), blank={}),
    )


def _say_whose_files() -> None:
    """Videos, recordings and files belong to the member whose messages carry them, unless others got the same."""
    for model, field in ((Render, "render"), (Narration, "narration"), (Download, "download")):
        belongs_to(model, of=_carried(field), others=_carried(field, by_others=True))
    belongs_to(
        Render,
        of=lambda person: Q(pk__in=WatchLink.objects.filter(member=person.pk).values("render")),
        others=lambda person: Q(pk__in=_given(WatchLink.objects.exclude(member=person.pk), "render")),
    )
    belongs_to(
        Rendition,
        of=lambda person: Q(render=None, sha256__in=_sent_files(Message.objects.filter(member=person.pk))),
        others=lambda person: Q(render=None, sha256__in=_sent_files(Message.objects.exclude(member=person.pk))),
    )


def _carried(field: str, *, by_others: bool = False) -> Any:
    """Whether messages to a person, or to others, carry a row by this field."""

    def find(person: Person) -> Q:
        rows = Message.objects.all()
        rows = rows.exclude(member=person.pk) if by_others else rows.filter(member=person.pk)
        return Q(pk__in=_given(rows, field))

    return find


def _given(rows: "models.QuerySet[Any]", field: str) -> "models.QuerySet[Any]":
    return rows.filter(**{f"{field}__isnull": False}).values(field)


def _sent_files(rows: "models.QuerySet[Message]") -> "models.QuerySet[Any]":
    return Upload.objects.filter(outbounds__messages__in=rows).values("sha256")


def _of_member(person: Person) -> Q:
    return Q(member=person.pk)


def _of_conversation(person: Person) -> Q:
    return Q(conversation__member=person.pk)
