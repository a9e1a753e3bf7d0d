"""What an answer depends on is read in few statements, and a session that has moved on again."""

import pytest

from conversations import services
from conversations.models import Conversation, Session
from conversations.replies import question_preparation, reply_context
from tests.benchmarks.support.statements import recorded
from tests.support import factories
from wecom.callbacks import processor
from wecom.messages import typed

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def asked(person):
    """A member whom a flow has asked something."""
    services.publish(factories.make_flow())
    assert person.says("制作视频") == ["请发送视频文本。"]
    return Conversation.objects.all()


def test_a_session_that_is_known_is_not_read_again(asked):
    known = Session.objects.get(status=Session.Status.ACTIVE)
    with recorded() as statements:
        context = reply_context.read(asked, known=known)
    assert context.session is known
    assert context.session.conversation is context.conversation
    assert len(statements) == 1


def test_a_session_that_has_moved_on_is_read_again(asked):
    known = Session.objects.get(status=Session.Status.ACTIVE)
    Session.objects.update(revision=known.revision + 1, tries=2)
    context = reply_context.read(asked, known=known)
    assert (context.session, context.session.tries) == (known, 2)
    assert context.session is not known


def test_a_session_that_has_ended_meanwhile_is_none(asked):
    known = Session.objects.get(status=Session.Status.ACTIVE)
    Session.objects.update(status=Session.Status.STOPPED)
    assert reply_context.read(asked, known=known).session is None


def test_who_is_with_a_person_is_not_answered_by_the_bot(person):
    person.says("你好")
    rows = Conversation.objects.all()
    assert not reply_context.read(rows).is_silent
    factories.make_ticket(rows.get())
    assert reply_context.read(rows).is_silent


def test_a_question_reads_no_revision_of_the_knowledge_by_itself(person):
    factories.make_answer("年假有几天？", "每年十天。")
    person.says("你好")
    callback = person.writes("年假有几天？")
    with recorded() as statements:
        assert person.handles(callback) == ["每年十天。"]
    assert statements.kinds()["SELECT conversations_knowledgerevision"] == 0, statements.listed()


def test_an_answer_that_was_changed_a_moment_ago_is_the_one_given(person):
    entry = factories.make_answer("年假有几天？", "每年十天。")
    assert person.says("年假有几天？") == ["每年十天。"]
    entry.answer = "每年十五天。"
    entry.save()
    assert person.says("年假有几天？") == ["每年十五天。"]


def test_the_open_question_is_read_once(person, asked):
    callback = person.writes("早上好，各位新同事")
    with recorded() as statements:
        assert "要多清晰" in person.handles(callback)[0]
    assert statements.kinds()["SELECT conversations_session"] == 1, statements.listed()


def test_a_greeting_takes_few_statements(person):
    person.says("你好")
    callback = person.writes("你好")
    with recorded() as statements:
        processor.handle(callback.pk)
    assert person.read() == ["你好！今天想了解什么？"]
    assert len([sql for sql in statements.sql if not sql.startswith(("SAVEPOINT", "RELEASE"))]) == 12, (
        statements.listed()
    )


def test_a_first_message_makes_its_conversation(application):
    text = typed("怎么请假", corp_id="c", agent_id=1, user_id="new", at=factories.make_callback(application).created_at)
    callback = factories.make_callback(application, from_user_id="new")
    rows = Conversation.objects.of_sender(callback)
    assert reply_context.read(rows) is None
    assert question_preparation.prepare(rows, text, now=callback.created_at) is None
