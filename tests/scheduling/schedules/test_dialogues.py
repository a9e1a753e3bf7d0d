"""What a schedule says never falls between a question and its answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Render
from conversations import services as conversations
from conversations.models import Session
from scheduling import services
from tests.scheduling.support.schedules import clock, make_schedule
from tests.support import factories
from wecom.models import Outbound

pytestmark = pytest.mark.django_db
NINE = clock("2026-11-25T09:00")


@pytest.fixture
def asked(application) -> Session:
    """Zhang San was asked something by a flow."""
    return ask(application)


def ask(application) -> Session:
    flow = factories.make_flow()
    conversations.publish(flow)
    flow.refresh_from_db()
    talk = conversations.conversation_with("zhangsan", application=application)
    session = conversations.start_flow(talk, flow, cid="c1")
    Outbound.objects.filter(cid="c1").update(status=Outbound.Status.DONE, finished_at=timezone.now())
    return session


def _due() -> list[list[str]]:
    due = Outbound.work_rows().claimable(timezone.now()).order_by("pk")
    return list(due.values_list("recipients", flat=True))


@pytest.mark.databases
def test_a_schedule_waits_for_the_end_of_a_dialogue(application, asked):
    services.run_due(make_schedule(user_ids=["lisi", "zhangsan"]).pk, now=NINE)
    assert _due() == [["lisi"]]
    assert conversations.let_rested_go() == 0
    Session.objects.filter(pk=asked.pk).update(status=Session.Status.COMPLETED, finished_at=timezone.now())
    assert conversations.let_rested_go() == 1
    assert _due() == [["lisi"], ["zhangsan"]]


def test_the_dialogue_goes_on_meanwhile(application, asked):
    services.run_due(make_schedule().pk, now=NINE)
    held = Outbound.objects.exclude(cid="c1").get()
    factories.make_outbound(application, recipients=["zhangsan"], order_key=held.order_key)
    assert (held.reason, _due()) == ("dialogue", [["zhangsan"]])


def test_a_dialogue_without_an_answer_holds_it_for_half_an_hour(application, asked):
    services.run_due(make_schedule().pk, now=NINE)
    assert conversations.let_rested_go(now=timezone.now() + timedelta(minutes=29)) == 0
    assert conversations.let_rested_go(now=timezone.now() + timedelta(minutes=31)) == 1


def test_a_video_that_is_ready_in_a_dialogue_waits_as_well(application):
    services.run_due(make_schedule(message_type="video").pk, now=NINE)
    ask(application)
    Render.objects.update(status="failed", reason="engine")
    conversations.release(Render.objects.get())
    assert set(Outbound.objects.exclude(cid="c1").values_list("reason", flat=True)) == {"dialogue"}
