"""Everything that is not a reply is stopped: what schedules have said and not sent waits, and goes on or expires."""

from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Render
from conversations import services as conversations
from conversations.models import FlowStart
from scheduling import services
from tests.scheduling.support.schedules import clock, make_schedule
from tests.support import factories
from tests.support.problem_details import problem
from wecom.models import Corporation, Outbound
from wecom.outbox import dispatcher

pytestmark = pytest.mark.django_db
NINE = clock("2026-11-25T09:00")
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def said(application) -> Outbound:
    """What a schedule said to Zhang San, just before everything was stopped."""
    schedule = make_schedule()
    services.run_due(schedule.pk, now=NINE)
    services.stop_sending(application.corporation, why="写错了", now=NINE + A_MINUTE)
    return Outbound.objects.get(recipients=["zhangsan"])


def _due(outbound: Outbound) -> bool:
    return Outbound.work_rows().claimable(timezone.now()).filter(pk=outbound.pk).exists()


@pytest.mark.databases
def test_what_a_schedule_said_waits_while_replies_go_out(application, said):
    assert (said.status, said.reason) == ("queued", "stopped")
    assert not _due(said)
    reply = factories.make_outbound(application, recipients=["zhangsan"], order_key=said.order_key)
    assert _due(reply)


@pytest.mark.databases
def test_it_goes_on_in_its_order_once_sending_is_allowed(application, said):
    services.allow_sending(application.corporation, now=NINE + 2 * A_MINUTE)
    later = factories.make_outbound(application, recipients=["zhangsan"], order_key=said.order_key)
    assert _due(said)
    assert not _due(later)


def test_it_expires_if_it_was_held_for_longer_than_the_grace_period(application, said):
    allowed = NINE + timedelta(hours=3)
    services.allow_sending(application.corporation, now=allowed)
    dispatcher.deliver(said.pk, now=allowed)
    said.refresh_from_db()
    assert (said.status, said.reason) == ("cancelled", "expired")


def test_a_worker_that_has_claimed_it_makes_no_call(application):
    services.run_due(make_schedule().pk, now=NINE)
    claimed = Outbound.claim(Outbound.objects.get().pk)
    assert claimed is not None
    services.stop_sending(application.corporation, why="写错了")
    assert not claimed.has_lease()


def test_what_may_have_arrived_is_not_held(application):
    services.run_due(make_schedule().pk, now=NINE)
    Outbound.objects.update(first_attempt_at=NINE, was_ambiguous=True, reason="ambiguous")
    services.stop_sending(application.corporation, why="写错了")
    assert Outbound.objects.get().reason == "ambiguous"


def test_what_is_released_only_then_waits_as_well(application):
    """Here the words of a video that could not be made."""
    services.run_due(make_schedule(message_type="video").pk, now=NINE)
    services.stop_sending(application.corporation, why="写错了")
    Render.objects.update(status="failed", reason="engine")
    assert conversations.release(Render.objects.get()) == 1
    held = Outbound.objects.get()
    assert ("早上好！" in held.content["content"], held.reason) == (True, "stopped")


def test_what_a_member_asked_for_is_released_meanwhile(application):
    talk = conversations.conversation_with("zhangsan", application=application)
    conversations.say_video(talk, "欢迎。", cid="c1")
    services.stop_sending(application.corporation, why="写错了")
    Render.objects.update(status="failed", reason="engine")
    conversations.release(Render.objects.get())
    assert Outbound.objects.get().reason == ""


def test_a_flow_for_who_joined_starts_only_when_sending_is_allowed(application):
    flow, noon = factories.make_flow(), NINE + timedelta(hours=3)
    conversations.publish(flow)
    member = factories.make_member(application, "lisi")
    FlowStart.objects.create(flow=flow, application=application, member=member, due_at=noon, created_at=noon)
    services.stop_sending(application.corporation, why="写错了")
    assert conversations.start_for_joined(now=noon) == 0
    services.allow_sending(application.corporation)
    assert conversations.start_for_joined(now=noon + 2 * A_MINUTE) == 1


def test_another_company_goes_on(application, said):
    services.allow_sending(Corporation.objects.create(corp_id="ww2", name="别家"))
    said.refresh_from_db()
    assert said.reason == "stopped"


def test_what_other_systems_send_is_refused_meanwhile(application):
    api = factories.make_api("messages:write", "sessions:write")
    chat, flow = factories.make_group_message(application).chat, factories.make_flow(command="/make")
    conversations.publish(flow)
    words = {"kind": "text", "text": "早上好"}
    requests = {
        "messages": {**words, "to": "zhangsan"},
        "group-messages": {**words, "chat": chat.pk},
        "sessions": {"to": "zhangsan", "flow": flow.pk},
    }
    services.stop_sending(application.corporation, why="写错了", now=NINE)
    for address, body in requests.items():
        refused = api.post(f"/api/v1/{address}/", body, format="json")
        assert problem(refused, 409)["code"] == "sending_stopped"
    services.allow_sending(application.corporation, now=NINE + A_MINUTE)
    for address, body in requests.items():
        assert api.post(f"/api/v1/{address}/", body, format="json").status_code in {201, 202}
