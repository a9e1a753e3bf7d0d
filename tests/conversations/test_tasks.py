"""Each task has the name by which a row or the clock wakes it, and does its work."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone

from conversations import tasks
from conversations.flows import publication
from conversations.models import Content, Document, Embedding, Errand, Message, MoveBatch, Session
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
NAMES = ["embed", "embed_missing", "errand", "move_sessions", "read_document", "release", "tell_answers", "tick"]


def test_each_task_is_known_by_its_name():
    ours = sorted(name for name in current_app.tasks if name.startswith("conversations."))
    assert ours == [f"conversations.{name}" for name in NAMES]


@pytest.mark.parametrize("model", [Document, Embedding, Errand, MoveBatch])
def test_each_kind_of_work_names_a_task_that_there_is(model):
    assert model.task in current_app.tasks


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name in ("embed", "errand", "move_sessions", "read_document")]
)
def test_a_task_of_a_row_that_is_gone_does_nothing(name):
    assert getattr(tasks, name)(0) is None


def test_the_clock_wakes_tasks_that_there_are():
    woken = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {f"conversations.{name}" for name in ("release", "tick", "embed_missing", "tell_answers")} <= woken
    assert {name for name in woken if name.startswith("conversations.")} <= set(current_app.tasks)


def test_a_waiting_message_whose_video_has_failed_is_released(application):
    conversation = factories.make_conversation(application)
    row = Message.objects.create(
        application=application,
        member=conversation.member,
        direction="out",
        state="waiting",
        content=Content.objects.create(text="Hello", kind="video"),
        render=factories.make_render(status="failed", reason="no_face"),
        deadline_at=timezone.now() + timedelta(hours=1),
    )
    tasks.release()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("sending", "degraded:text")


def test_a_session_without_an_answer_in_time_expires(application):
    past = timezone.now() - timedelta(minutes=1)
    version = publication.publish(factories.make_flow())
    row = make_row(
        Session,
        conversation=factories.make_conversation(application),
        version=version,
        state="ask_text",
        status="active",
        due_at=past,
        ends_at=past,
    )
    tasks.tick()
    row.refresh_from_db()
    assert row.status == "expired"
