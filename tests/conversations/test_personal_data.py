"""What an erasure and an expiry leave of conversations: each holding that does more than delete."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import (
    CareCase,
    CareSubject,
    Content,
    Message,
    QuestionOccurrence,
    Session,
    SessionCaller,
    Ticket,
    UnansweredQuestion,
)
from core.personal_data.holding_registry import holding_of, holdings
from core.personal_data.holdings import Person
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BEFORE = NOW - timedelta(days=30)


@pytest.fixture
def application():
    return factories.make_application()


@pytest.fixture
def mine(application):
    return factories.make_conversation(application, "zhangsan")


@pytest.fixture
def other(application):
    return factories.make_conversation(application, "lisi")


@pytest.fixture
def person(mine):
    member = mine.member
    return Person(pk=member.pk, user_id=member.user_id, names=(), corporation=member.corporation_id, alias="gone")


def said(conversation, content, **fields) -> Message:
    fields = {"direction": "in", "state": "received", **fields}
    return Message.objects.create(
        application=conversation.application, member=conversation.member, content=content, **fields
    )


def erase(model, person) -> int:
    holding = holding_of(model)
    return holding.erase(holding.find(person), person)


def test_words_that_others_got_stay_for_the_others(mine, other, person):
    shared, own = (Content.objects.create(text=text, kind="text") for text in ("to all", "to one"))
    said(mine, shared)
    said(mine, own)
    theirs = said(other, shared)
    erase(Content, person)
    own.refresh_from_db()
    theirs.content.refresh_from_db()
    assert (own.text, theirs.content.text) == ("", "to all")
    assert not Message.objects.filter(member=mine.member, content=shared).exists()
    assert {row.content.kind for row in Message.objects.filter(member=mine.member)} == {"text"}


@pytest.mark.parametrize("kinds", [("text", "video"), ("text", "text")])
def test_shared_contents_of_each_kind_are_replaced(mine, other, person, kinds):
    for number, kind in enumerate(kinds):
        content = Content.objects.create(text=f"words {number}", kind=kind)
        said(mine, content)
        said(other, content)
    erase(Content, person)
    rows = Message.objects.filter(member=mine.member).order_by("pk")
    assert [row.content.kind for row in rows] == list(kinds)
    assert {row.content.text for row in rows} == {""}
    assert {row.content.text for row in Message.objects.filter(member=other.member)} == {"words 0", "words 1"}


@pytest.mark.parametrize(
    ("ages", "left"),
    [
        ((31,), ""),
        ((29,), "words"),
        ((31, 29), "words"),  # another got it lately
        ((40, 31), ""),
    ],
)
def test_words_expire_with_the_last_of_their_messages(mine, ages, left):
    content = Content.objects.create(text="words")
    for age in ages:
        said(mine, content, created_at=NOW - timedelta(days=age))
    assert holding_of(Content).expire(BEFORE, NOW) == (0 if left else 1)
    content.refresh_from_db()
    assert content.text == left


def test_words_without_a_message_stay(mine):
    content = Content.objects.create(text="words")
    holding_of(Content).expire(BEFORE, NOW)
    content.refresh_from_db()
    assert content.text == "words"


def test_a_video_that_an_erased_person_waits_for_is_cancelled(mine, other, person):
    waiting, theirs = (
        said(who, Content.objects.create(), direction="out", state="waiting", deadline_at=NOW, cause={"act": "x"})
        for who in (mine, other)
    )
    sent = said(mine, Content.objects.create(), direction="out", state="sending")
    erase(Message, person)
    for row in (waiting, theirs, sent):
        row.refresh_from_db()
    assert (waiting.state, waiting.deadline_at, waiting.cause) == ("cancelled", None, {})
    assert (theirs.state, sent.state) == ("waiting", "sending")


def question(text: str, *conversations, **fields) -> UnansweredQuestion:
    row = UnansweredQuestion.objects.create(
        question=text, plain=text.lower(), times=len(conversations), vector=b"1", model="m", **fields
    )
    for number, conversation in enumerate(conversations):
        QuestionOccurrence.objects.create(
            question=row, conversation=conversation, words=f"{text} {number}", asked_at=NOW
        )
    return row


def test_a_question_of_one_person_goes_with_them(mine, other, person):
    question("Where", mine)
    left = question("When", other)
    erase(UnansweredQuestion, person)
    assert list(UnansweredQuestion.objects.all()) == [left]
    assert left.occurrences.count() == 1


def test_a_question_that_others_asked_goes_on_in_their_words(mine, other, person):
    row = question("Where", mine, other)
    erase(UnansweredQuestion, person)
    row.refresh_from_db()
    assert (row.question, row.plain, row.times) == ("Where 1", "where1", 1)
    assert (bytes(row.vector), row.model) == (b"", "")


@pytest.mark.parametrize(("status", "count"), [("open", 1), ("dismissed", 1), ("answered", 2)])
def test_a_question_in_the_words_of_another_becomes_one_with_it(mine, other, person, status, count):
    same = question("where1", other)
    question("Where", mine, other, status=status)
    erase(UnansweredQuestion, person)
    assert UnansweredQuestion.objects.count() == count
    assert same.occurrences.count() == (2 if count == 1 else 1)


def test_a_running_session_of_an_erased_person_stops_without_its_answers(mine, person):
    fields = {"conversation": mine, "slots": {"dish": "soup"}, "labels": {"dish": "Soup"}, "data": {"a": "b"}}
    running = make_row(Session, **fields, status="active", due_at=NOW)
    ended = make_row(Session, **fields, status="completed", finished_at=BEFORE)
    make_row(SessionCaller, session=running)
    erase(Session, person)
    for row in (running, ended):
        row.refresh_from_db()
        assert (row.slots, row.labels, row.data, row.offered, row.sources) == ({}, {}, {}, [], {})
    assert (running.status, running.due_at, running.finished_at is not None) == ("stopped", None, True)
    assert (ended.status, ended.finished_at) == ("completed", BEFORE)
    assert not SessionCaller.objects.exists()


@pytest.mark.parametrize(
    ("status", "days", "is_cleared"),
    [("completed", 31, True), ("completed", 29, False), ("active", None, False), ("sleeping", None, False)],
)
def test_the_answers_of_an_ended_session_expire(mine, status, days, is_cleared):
    ended = NOW - timedelta(days=days) if days else None
    row = make_row(Session, conversation=mine, slots={"dish": "soup"}, status=status, finished_at=ended)
    holding_of(Session).expire(BEFORE, NOW)
    row.refresh_from_db()
    assert (row.slots == {}) is is_cleared
    assert row.status == status


@pytest.mark.parametrize("status", ["open", "assigned", "closed"])
def test_a_ticket_of_an_erased_person_is_closed_without_its_subject(mine, person, status):
    closed = {"closed_at": BEFORE, "outcome": "solved"} if status == "closed" else {}
    operator = factories.make_operator(member=None) if status == "assigned" else None
    row = factories.make_ticket(mine, summary="> Help", status=status, operator=operator, **closed)
    erase(Ticket, person)
    row.refresh_from_db()
    assert (row.status, row.summary, row.on_phone) == ("closed", "", False)
    assert row.outcome == ("solved" if status == "closed" else "left")
    assert (row.closed_at == BEFORE) is (status == "closed")


def test_each_holding_of_conversations_says_how_long_it_keeps(settings):
    settings.RETENTION = {**settings.RETENTION, "MESSAGES_DAYS": 11, "SESSIONS_DAYS": 12, "QUESTIONS_DAYS": 13}
    days = {one.model.__name__: one.kind.days() for one in holdings() if one.model._meta.app_label == "conversations"}
    expected = {
        **dict.fromkeys(("Conversation", "Message", "Content", "UnansweredQuestion", "QuestionOccurrence"), 11),
        **dict.fromkeys(("WatchLink", "PreferenceChange", "Ticket", "TicketChange", "TicketLine"), 11),
        **dict.fromkeys(("Session", "SessionCaller", "FlowStart"), 12),
        **dict.fromkeys(("Errand", "MemberModelUsage"), 13),
        "CareCase": 1,
        **dict.fromkeys(("MemberPreference", "MutedTopic", "GoldenConversation", "Operator"), None),
    }
    assert {name: count or None for name, count in days.items()} == expected


def test_an_expiry_ends_with_the_first_batch_of_recent_words(mine, django_assert_max_num_queries):
    for _number in range(3):
        said(mine, Content.objects.create(text="words"), created_at=NOW)
    with django_assert_max_num_queries(8):
        assert holding_of(Content).expire(BEFORE, NOW) == 0


def test_a_care_case_is_kept_as_long_as_its_subject_says(application, mine):
    subject = CareSubject.objects.get(key="distress")
    subject.keep_days = 30
    subject.save()
    who = {"application": application, "member": mine.member, "subject": subject, "said": "x", "found_by": "words"}
    CareCase.objects.create(**who, status="closed", closed_at=NOW - timedelta(days=31))
    young = CareCase.objects.create(**who, status="closed", closed_at=NOW - timedelta(days=29))
    waiting = CareCase.objects.create(**who, opened_at=NOW - timedelta(days=300))
    assert holding_of(CareCase).expire(NOW - timedelta(days=1), NOW) == 1
    assert list(CareCase.objects.order_by("pk")) == [young, waiting]


def test_an_erased_person_has_no_care_cases(application, mine, other, person):
    subject = CareSubject.objects.get(key="distress")
    for one in (mine, other):
        CareCase.objects.create(application=application, member=one.member, subject=subject, said="x", found_by="words")
    assert erase(CareCase, person) == 1
    assert [case.member for case in CareCase.objects.all()] == [other.member]
