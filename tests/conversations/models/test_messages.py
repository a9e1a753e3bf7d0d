"""Queries on desks, conversations and messages, each at its border."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Content, Conversation, Desk, Message, WatchLink
from tests.support import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def application():
    return factories.make_application()


@pytest.fixture
def member(application):
    return factories.make_member(application)


@pytest.fixture
def make(application, member):
    def message(**fields) -> Message:
        fields = {"direction": "out", "state": "waiting", "application": application, "member": member, **fields}
        return Message.objects.create(content=Content.objects.create(text="Hello"), **fields)

    return message


@pytest.mark.parametrize(("ours", "words"), [(None, ""), ("  ", ""), (" Ms Li \n", "Ms Li")])
def test_a_desk_names_its_people_without_blanks(application, ours, words):
    if ours is not None:
        factories.make_desk(application, contact=ours)
    assert Desk.objects.contact_of(application) == words


@pytest.mark.parametrize(("cards", "shown"), [(None, True), (True, True), (False, False)])
def test_cards_are_shown_unless_a_desk_switches_them_off(application, cards, shown):
    if cards is not None:
        factories.make_desk(application, progress_cards=cards)
    assert Desk.objects.shows_cards(application) is shown


def test_the_first_language_is_that_of_the_desk_else_of_the_house(application, settings):
    settings.LANGUAGE_CODE = "en"
    assert Desk.objects.first_language(application) == "en"
    factories.make_desk(application, language="zh-hans")
    assert Desk.objects.first_language(application) == "zh-hans"


def test_a_chosen_language_is_spoken_now_and_after_its_end(application, member):
    row = Conversation.objects.create(application=application, member=member, language="zh-hans")
    Conversation.objects.all().follow_language([member.pk], "en")
    row.refresh_from_db()
    assert (row.language, row.chosen_language) == ("en", "en")
    Conversation.objects.all().follow_language([member.pk], "")
    row.refresh_from_db()
    assert (row.language, row.chosen_language) == ("en", "")


def test_the_language_is_that_of_before_else_chosen_else_of_the_desk(application):
    factories.make_desk(application, language="zh-hans")
    spoke = factories.make_member(application, "spoke", language="zh-hans")
    chose = factories.make_member(application, "chose", language="en")
    new = factories.make_member(application, "new")
    Conversation.objects.create(application=application, member=spoke, language="en")
    languages = Conversation.objects.languages(application, [spoke, chose, new])
    assert languages == {"spoke": "en", "chose": "en", "new": "zh-hans"}


def test_a_sender_is_found_whatever_the_case_and_only_in_the_application(application, member):
    row = Conversation.objects.create(application=application, member=member)
    other = factories.make_application(corporation=application.corporation, agent_id=7)
    found = [
        Conversation.objects.of_sender(factories.make_callback(where, from_user_id="ZhangSan")).first()
        for where in (application, other)
    ]
    assert found == [row, None]


def test_a_conversation_is_made_once_in_the_language_of_its_member(application):
    member = factories.make_member(application, language="en")
    first = Conversation.objects.locked(application, member)
    assert first.language == "en"
    assert Conversation.objects.locked(application, member) == first
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("chosen_by_member", "chosen_here", "language"),
    [("", "", "en"), ("zh-hans", "", "zh-hans"), ("", "zh-hans", "zh-hans")],
)
def test_a_chosen_language_is_kept_whatever_the_member_writes(application, chosen_by_member, chosen_here, language):
    member = factories.make_member(application, language=chosen_by_member)
    row = Conversation.objects.create(application=application, member=member, chosen_language=chosen_here)
    row.notice_language("Hello, how do I report a day of leave?", is_first=True)
    assert row.language == language


def test_misses_in_a_row_count_to_a_thousand_until_an_answer(application, member):
    row = Conversation.objects.create(application=application, member=member)
    row.note_reply(found=False, suggested=[3, 4])
    row.note_reply(found=False)
    row.refresh_from_db()
    assert (row.misses, row.suggested) == (2, [])
    row.misses = 999
    row.note_reply(found=False)
    row.note_reply(found=False, suggested=[5])
    row.refresh_from_db()
    assert (row.misses, row.suggested) == (1000, [5])
    row.note_reply(found=True)
    row.refresh_from_db()
    assert (row.misses, row.suggested) == (0, [])


def test_an_unchanged_count_writes_nothing(application, member, django_assert_num_queries):
    row = Conversation.objects.create(application=application, member=member)
    with django_assert_num_queries(0):
        row.note_reply(found=True)


@pytest.mark.parametrize(("text", "shown"), [("x" * 61, "x" * 60), ("", "text")])
def test_a_content_is_called_by_its_first_words_else_its_kind(text, shown):
    assert str(Content(kind="text", text=text)) == shown


@pytest.mark.parametrize(
    ("hours", "fields", "is_listed"),
    [
        (23.9, {}, True),
        (24.1, {}, False),
        (1, {"status": "failed"}, False),
        (1, {"msgid": ""}, False),
    ],
)
def test_a_sent_message_can_be_recalled_for_a_day(application, make, hours, fields, is_listed):
    fields = {"status": "done", "msgid": "m", "finished_at": NOW - timedelta(hours=hours), **fields}
    message = make(outbound=factories.make_outbound(application, **fields))
    assert list(Message.objects.all().recallable(NOW)) == [message] * is_listed


def test_a_recalled_message_is_not_recalled_again(application, make):
    outbound = factories.make_outbound(application, status="done", msgid="m", finished_at=NOW)
    make(outbound=outbound)
    factories.make_recall(application, outbound=outbound)
    assert not Message.objects.all().recallable(NOW).exists()


def test_each_part_of_a_message_leads_to_it(application, make):
    first = factories.make_outbound(application)
    last = factories.make_outbound(application, first_part=first)
    message, other = make(outbound=last), make(outbound=factories.make_outbound(application))
    assert list(Message.objects.with_part(first)) == [message]
    assert list(Message.objects.with_part(last)) == [message]
    assert list(Message.objects.with_part(other.outbound)) == [other]


@pytest.mark.parametrize(
    ("render", "minutes", "narration", "age", "is_released"),
    [
        ("queued", 11, None, 0, False),  # waits: neither ended nor near its deadline
        ("queued", 10, None, 0, True),  # the deadline is as near as the margin
        ("done", 60, None, 0, True),
        ("failed", 60, None, 0, True),
        ("running", 60, None, 0, False),
        ("queued", 5, "queued", 9, False),  # the narration still has time
        ("queued", 5, "queued", 10, True),
        ("queued", 0, "running", 0, True),  # the deadline is over
        ("queued", 10, "done", 0, True),
        ("queued", 60, "done", 0, False),
    ],
)
def test_a_message_is_released_when_its_wait_is_over(make, render, minutes, narration, age, is_released):
    spoken = factories.make_narration(status=narration) if narration else None
    if spoken:
        type(spoken).objects.update(created_at=NOW - timedelta(minutes=age))
    deadline = NOW + timedelta(minutes=minutes)
    message = make(render=factories.make_render(status=render), deadline_at=deadline, narration=spoken)
    found = Message.objects.releasable(now=NOW, margin=timedelta(minutes=10))
    assert list(found) == [message] * is_released


@pytest.mark.parametrize("state", ["received", "sending", "cancelled"])
def test_only_waiting_messages_are_released(make, state):
    make(render=factories.make_render(status="done"), state=state)
    assert not Message.objects.releasable(now=NOW, margin=timedelta(minutes=10)).exists()
    assert not Message.objects.waiting().exists()


def test_the_reason_of_a_message_without_a_video_has_words(make):
    assert make().why_words == ""
    assert make(why="no_consent").why_words


class TestWatchLinks:
    """A link to a video, or to an uploaded file."""

    @pytest.mark.parametrize(("text", "title"), [(" Hello\nthere ", "Hello"), ("x" * 81, "x" * 80)])
    def test_a_video_has_its_first_line_as_title(self, application, text, title):
        render = factories.make_render(text=text, size=0, video="renders/a.mp4", poster="renders/a.jpg")
        link = WatchLink(render=render, application=application)
        assert link.title == title
        assert link.words == render.shown_text
        assert link.size == 0
        assert (link.file("video"), link.file("poster")) == ("renders/a.mp4", "renders/a.jpg")

    def test_a_file_has_its_name_as_title(self, application):
        upload = factories.make_upload(application, filename="Welcome day.mp4", path="uploads/a.mp4", size=7)
        link = WatchLink(upload=upload, application=application)
        assert (link.title, link.words, link.size) == ("Welcome day", "", 7)
        assert (link.file("video"), link.file("poster")) == ("uploads/a.mp4", "")
        assert str(link) == f"{upload} · {application}"

    def test_a_link_without_a_video_is_empty(self, application):
        link = WatchLink(application=application)
        assert (link.title, link.words, link.size, link.file("video")) == ("", "", 0, "")
