"""Messages of the schedules of 0.5 that were held for a dialogue when the update came."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Session
from core.work.base import FAR
from tests.support import factories
from wecom.models import Outbound

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(application) -> Outbound:
    """A message to Zhang San, who was asked something by a flow."""
    flow = factories.make_flow()
    services.publish(flow)
    flow.refresh_from_db()
    services.start_flow(services.conversation_with("zhangsan", application=application), flow, cid="c1")
    Outbound.objects.filter(cid="c1").update(status="done", finished_at=timezone.now())
    held = {"status": "queued", "reason": "dialogue", "due_at": FAR, "gave_way": True}
    return factories.make_outbound(application, recipients=["zhangsan"], **held)


@pytest.mark.databases
def test_what_waits_goes_once_its_dialogue_has_ended(held):
    assert services.let_rested_go() == 0
    Session.objects.update(status="completed", finished_at=timezone.now())
    assert services.let_rested_go() == 1
    held.refresh_from_db()
    assert (held.reason, held.gave_way, held.due_at <= timezone.now()) == ("", False, True)


def test_a_dialogue_without_an_answer_holds_it_for_half_an_hour(held):
    assert services.let_rested_go(now=timezone.now() + timedelta(minutes=29)) == 0
    assert services.let_rested_go(now=timezone.now() + timedelta(minutes=31)) == 1
