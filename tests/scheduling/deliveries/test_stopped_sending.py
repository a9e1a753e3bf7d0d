"""All sending is stopped: what plain messages have not sent waits, and goes on unless it is too late by then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Render
from conversations import services as conversations
from conversations.models import FlowStart
from scheduling import services
from scheduling.models import Batch, Campaign
from tests.scheduling.support.campaigns import make_campaign, outcomes, work
from tests.scheduling.support.plain_messages import clock, run_due, send_plain
from tests.support import factories
from tests.support.problem_details import problem
from wecom.models import Corporation, Outbound

pytestmark = pytest.mark.django_db
NINE = clock("2026-11-25T09:00")
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def said(application) -> Campaign:
    """A campaign that spoke to Zhang San, just before everything was stopped."""
    campaign = send_plain()
    run_due("2026-11-25T09:00")
    services.stop_sending(application.corporation, why="写错了", now=NINE + A_MINUTE)
    return campaign


def going() -> list[str]:
    """The messages that go out or have."""
    return [row.content["content"] for row in Outbound.objects.exclude(status="cancelled").order_by("pk")]


def allow(application, after: timedelta) -> None:
    services.allow_sending(application.corporation, now=NINE + after)
    work(NINE + after, calls=False)


def test_what_was_said_is_taken_back_while_replies_go_out(application, said):
    work(NINE + 2 * A_MINUTE, calls=False)
    assert going() == []
    reply = factories.make_outbound(application, recipients=["zhangsan"])
    assert Outbound.work_rows().claimable(timezone.now()).filter(pk=reply.pk).exists()


@pytest.mark.databases
def test_it_goes_on_once_sending_is_allowed(application, said):
    allow(application, 5 * A_MINUTE)
    assert (going(), outcomes(said)) == (["早上好！"], {"planned": 1})


@pytest.mark.databases
@pytest.mark.parametrize(("grace", "expected"), [(10, []), (200, ["早上好！"])])
def test_it_expires_if_it_was_held_for_longer_than_the_grace_period(application, said, grace, expected):
    Campaign.objects.update(grace_minutes=grace)
    allow(application, timedelta(hours=3))
    assert going() == expected
    assert outcomes(said) == ({"planned": 1} if expected else {"expired:expired": 1})
    said.refresh_from_db()
    assert said.state == ("running" if expected else "scheduled")


def test_moments_while_sending_is_stopped_are_not_caught_up_with(application):
    campaign = send_plain()
    services.stop_sending(application.corporation, why="写错了", now=NINE - A_MINUTE)
    for day in (25, 26):
        run_due(f"2026-11-{day}T09:00")
    services.run_campaign_now(campaign, now=clock("2026-11-26T10:00"))
    work(clock("2026-11-26T10:00"), calls=False)
    services.allow_sending(application.corporation, now=clock("2026-11-26T15:00"))
    work(clock("2026-11-26T15:00"), calls=False)
    assert going() == []
    run_due("2026-11-27T09:00")
    assert going() == ["早上好！"]
    assert outcomes(campaign) == {"expired:expired": 3, "planned": 1}


def test_what_others_approved_or_chose_goes_on_however_late(application):
    factories.make_member(application, "lisi", status="active")
    services.start_campaign(make_campaign("迟了也要说", policy="alone"), alone=True, now=NINE)
    work(NINE, calls=False)
    services.stop_sending(application.corporation, why="写错了", now=NINE + A_MINUTE)
    allow(application, timedelta(hours=3))
    assert going() == ["迟了也要说"]


def test_a_worker_that_has_claimed_the_call_makes_none(application):
    send_plain()
    run_due("2026-11-25T09:00")
    claimed = Outbound.claim(Outbound.objects.get().pk)
    assert claimed is not None
    services.stop_sending(application.corporation, why="写错了")
    assert not claimed.has_lease()


def test_what_may_have_arrived_is_not_held(application):
    send_plain()
    run_due("2026-11-25T09:00")
    Outbound.objects.update(first_attempt_at=NINE, was_ambiguous=True, reason="ambiguous")
    services.stop_sending(application.corporation, why="写错了")
    assert (Outbound.objects.get().status, Outbound.objects.get().reason) == ("queued", "ambiguous")


def test_a_video_that_is_ready_only_then_waits_as_well(application):
    send_plain(message_type="video")
    run_due("2026-11-25T09:00")
    services.stop_sending(application.corporation, why="写错了", now=NINE + A_MINUTE)
    Render.objects.update(status="failed", reason="engine")
    work(NINE + 2 * A_MINUTE, calls=False)
    assert (going(), Batch.objects.get().reason) == ([], "paused")


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
    services.allow_sending(Corporation.objects.create(corp_id="ww2", name="别家"), now=NINE + 2 * A_MINUTE)
    work(NINE + 2 * A_MINUTE, calls=False)
    assert going() == []


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
