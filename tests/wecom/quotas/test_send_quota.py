"""Send limits: what the platform would drop or refuse waits here, counted across all workers."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.support import factories
from wecom import services
from wecom.client import access_tokens, api, call_limit_breaker
from wecom.contents import Text
from wecom.exceptions import LimitedError
from wecom.models import CallQuota, Circuit, DailyQuota, Outbound, SendReservation
from wecom.outbox import dispatcher
from wecom.quotas import send_quota
from wecom.quotas.send_quota import delete_old_counts

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 25, 12, tzinfo=call_limit_breaker.CHINA)


def deliver(rows, now: datetime) -> list[str]:
    """Let a worker try each; what became of them."""
    for row in rows:
        dispatcher.deliver(row.pk, now=now)
        row.refresh_from_db()
    return [f"{row.status} {row.reason}".strip() for row in rows]


def wait(seconds: float, emulator) -> datetime:
    """Move the platform's clock and ours."""
    emulator.api("POST", "clock", json={"advance": seconds})
    return timezone.now() + timedelta(seconds=seconds)


def test_of_forty_messages_in_a_minute_ten_come_later(connected, emulator, person):
    rows = [services.send_text(person.user_id, content=f"消息{number}") for number in range(40)]
    now = timezone.now()
    first = deliver(rows, now)
    assert (first.count("done"), len(person.texts())) == (30, 30)
    assert first[30] == "queued quota"
    assert rows[30].due_at <= now + timedelta(seconds=61)
    assert {row.attempts for row in rows[30:]} == {0}
    assert not any(row.tries.exists() for row in rows[30:])
    assert deliver(rows[30:], wait(61, emulator)).count("done") == 10
    assert person.texts() == [f"消息{number}" for number in range(40)]


def test_a_member_gets_a_thousand_messages_an_hour(connected):
    outbound = factories.make_outbound(connected)
    SendReservation.objects.bulk_create(
        SendReservation(
            application=connected, user_id="zhangsan", at=NOON + timedelta(seconds=3 * number), outbound=outbound
        )
        for number in range(1000)
    )
    now = NOON + timedelta(seconds=3001)
    assert send_quota.reserve(outbound, now) == NOON + timedelta(hours=1) + send_quota.SLACK
    assert send_quota.reserve(outbound, NOON + timedelta(seconds=3601)) is None
    assert send_quota.reserve(factories.make_outbound(connected, recipients=["lisi"]), now) is None


@pytest.mark.databases
def test_a_message_to_many_counts_for_each_of_them(connected, emulator, person):
    other = emulator.hire()
    names = [person.user_id, other.user_id]
    together = [
        services.enqueue_message(connected, Text(content=f"大家好{number}"), to=names, priority=0)
        for number in range(20)
    ]
    alone = [services.send_text(person.user_id, content=f"你好{number}") for number in range(12)]
    now = timezone.now()
    assert deliver(together, now).count("done") == 20
    assert deliver(alone, now).count("done") == 10
    assert (len(person.texts()), len(other.texts())) == (30, 20)
    assert deliver(alone[10:], wait(61, emulator)).count("done") == 2
    assert (len(person.texts()), len(other.texts())) == (32, 20)


def test_a_message_to_many_waits_while_one_of_them_has_had_enough(connected, emulator, person):
    other = emulator.hire()
    rows = [services.send_text(person.user_id, content=f"消息{number}") for number in range(30)]
    both = services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, other.user_id])
    assert deliver([*rows, both], timezone.now()) == ["done"] * 30 + ["queued quota"]
    assert other.texts() == []


@pytest.mark.databases
def test_workers_at_once_never_send_more_than_the_limit_to_one_member(connected, emulator, person):
    others = [emulator.hire().user_id for _ in range(4)]
    texts = [Text(content=f"消息{number}") for number in range(40)]
    # To two each, so that no order keeps one behind the other.
    rows = [
        services.enqueue_message(connected, text, to=[person.user_id, others[n % 4]]) for n, text in enumerate(texts)
    ]
    start = Barrier(8)

    def work(share: int) -> None:
        start.wait()
        try:
            for row in rows[share::8]:
                dispatcher.deliver(row.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert Outbound.objects.filter(status="done").count() == len(person.texts()) == 30
    assert SendReservation.objects.filter(user_id=person.user_id).count() == 30


def test_the_days_share_of_an_application_is_200_times_the_accounts(connected, emulator, person):
    connected.corporation.accounts = 2
    connected.corporation.save()
    DailyQuota.objects.create(application=connected, day=send_quota.quota_day(timezone.now()), recipients=398)
    other = emulator.hire()
    two = services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, other.user_id], priority=0)
    one = services.send_text(person.user_id, content="你好")
    now = timezone.now()
    assert deliver([two, one], now) == ["done", "queued quota"]
    assert one.due_at.astimezone(call_limit_breaker.CHINA).hour == 0
    assert one.due_at > now
    assert send_quota.quota_day(one.due_at) == send_quota.quota_day(now) + timedelta(days=1)
    assert deliver([one], one.due_at) == ["done"]


@pytest.mark.parametrize(("at", "day"), [("2026-11-25T15:59:59Z", 25), ("2026-11-25T16:00:00Z", 26)])
def test_the_day_of_a_quota_is_chinas(at, day):
    assert send_quota.quota_day(datetime.fromisoformat(at)).day == day


def test_a_large_campaign_starts_at_the_beginning_of_a_day(connected):
    connected.corporation.accounts = 1
    connected.corporation.save()
    crowd = factories.make_outbound(connected, recipients=[f"person{number}" for number in range(300)], reach=300)
    assert send_quota.reserve(crowd, NOON) is None
    assert send_quota.reserve(factories.make_outbound(connected), NOON) == call_limit_breaker.next_quota_day(NOON)


@pytest.mark.databases
def test_what_was_certainly_not_accepted_does_not_count(connected, emulator, person):
    emulator.fault("busy")
    row = services.send_text(person.user_id, content="你好")
    deliver([row], timezone.now())
    assert not SendReservation.objects.exists()
    today = send_quota.quota_day(timezone.now())
    assert send_quota.used_on(connected, today) == 0
    deliver([row], timezone.now())
    assert (SendReservation.objects.count(), send_quota.used_on(connected, today)) == (1, 1)


def test_what_may_have_arrived_counts(connected, emulator, person):
    emulator.fault("reset-after")
    deliver([services.send_text(person.user_id, content="你好")], timezone.now())
    assert SendReservation.objects.count() == 1


def test_a_slow_message_counts_from_its_arrival(connected, emulator, person):
    emulator.fault("slow", seconds=0.8)
    row = services.send_text(person.user_id, content="你好")
    now = timezone.now()
    deliver([row], now)
    assert SendReservation.objects.get().at >= now + timedelta(seconds=0.8)


def test_ten_thousand_calls_of_an_interface_a_minute_are_the_companys_most(connected, emulator, person):
    token = access_tokens.valid_token(connected)
    slot = datetime.fromtimestamp(timezone.now().timestamp() // 10 * 10, tz=timezone.now().tzinfo)
    CallQuota.objects.create(corporation=connected.corporation, api="user/get", slot=slot, calls=9_999)
    api.get(connected, "user/get", token=token, userid=person.user_id)
    with pytest.raises(LimitedError) as caught:
        api.get(connected, "user/get", token=token, userid=person.user_id)
    assert timezone.now() < caught.value.until < timezone.now() + timedelta(seconds=11)
    assert emulator.calls("user/get") == 1
    api.get(connected, "department/list", token=token)


@pytest.mark.databases
def test_the_calls_of_one_companys_applications_count_together(connected):
    sibling = factories.make_application(corporation=connected.corporation, agent_id=7)
    stranger = factories.make_application()
    CallQuota.objects.create(corporation=connected.corporation, api="message/send", slot=NOON, calls=10_000)
    now = NOON + timedelta(seconds=30)
    assert send_quota.reserve(factories.make_outbound(connected), now) is not None
    assert send_quota.reserve(factories.make_outbound(sibling), now) is not None
    assert send_quota.reserve(factories.make_outbound(stranger), now) is None
    assert send_quota.reserve(factories.make_outbound(connected), NOON + timedelta(seconds=71)) is None


def test_a_closed_interface_is_closed_for_its_company_alone(connected, emulator, person, settings):
    settings.WECOM = {**settings.WECOM, "RETRY_BASE_SECONDS": 1.0}
    emulator.fault("rate-limited", path="user/get")
    token = access_tokens.valid_token(connected)
    for _ in range(3):
        with pytest.raises(LimitedError):
            api.get(connected, "user/get", token=token, userid=person.user_id)
    assert emulator.calls("user/get") == 1
    assert deliver([services.send_text(person.user_id, content="你好")], timezone.now()) == ["done"]
    Circuit.objects.update(until=timezone.now())
    api.get(connected, "user/get", token=token, userid=person.user_id)
    assert not Circuit.objects.exists()


@pytest.mark.databases
def test_the_first_message_that_goes_through_opens_its_interface_again(connected, emulator, person):
    now = timezone.now()
    closed = {"api": "message/send", "errcode": 45009, "step": 1, "since": now - timedelta(minutes=2)}
    Circuit.objects.create(corporation=connected.corporation, until=now - timedelta(seconds=1), **closed)
    assert deliver([services.send_text(person.user_id, content="你好")], timezone.now()) == ["done"]
    assert not Circuit.objects.exists()


@pytest.mark.databases
def test_below_half_of_the_limits_no_sender_waits_for_another(connected):
    connected.corporation.accounts = 100
    connected.corporation.save()
    rows = [
        factories.make_outbound(connected, recipients=[f"person{number}"], order_key=f"{connected.pk}:person{number}")
        for number in range(3)
    ]
    send_quota.reserve(rows[0], NOON)
    with CaptureQueriesContext(connection) as asked:
        assert send_quota.reserve(rows[1], NOON) is None
    statements = [one["sql"] for one in asked if "corporation" in one["sql"] and "SELECT" in one["sql"]]
    assert len(statements) == 1
    assert "FOR NO KEY UPDATE" not in statements[0]
    DailyQuota.objects.create(application=connected, day=NOON.date(), recipients=9_998, shard=send_quota.SHARDS)
    with CaptureQueriesContext(connection) as locked:
        assert send_quota.reserve(rows[2], NOON) is None
    assert len(locked) > len(asked)
    assert send_quota.used_on(connected, NOON.date()) == 10_001
    calls = CallQuota.objects.filter(corporation=connected.corporation, api=send_quota.API)
    assert call_limit_breaker.calls_within(calls, NOON, timedelta(minutes=1)) == 3


@pytest.mark.databases
@pytest.mark.parametrize(
    ("sent", "ago", "plenty"), [(14, 10, True), (15, 10, False), (15, 70, True), (499, 70, True), (500, 70, False)]
)
def test_a_member_past_half_of_the_limit_is_counted_one_by_one(connected, monkeypatch, sent, ago, plenty):
    monkeypatch.setattr(random, "randrange", lambda most: most - 1)
    row = factories.make_outbound(connected, order_key=f"{connected.pk}:zhangsan")
    at = NOON - timedelta(seconds=ago)
    values = {"application": connected, "user_id": "zhangsan", "at": at, "outbound": row}
    SendReservation.objects.bulk_create(SendReservation(**values) for _ in range(sent))
    send_quota.reserve(row, NOON)
    assert DailyQuota.objects.get().shard == (send_quota.SHARDS - 1 if plenty else 0)


@pytest.mark.databases
def test_counts_that_no_limit_needs_are_deleted(connected):
    outbound = factories.make_outbound(connected)
    send_quota.reserve(outbound, NOON)
    delete_old_counts(NOON + timedelta(minutes=59))
    assert (SendReservation.objects.count(), CallQuota.objects.count()) == (1, 1)
    delete_old_counts(NOON + timedelta(days=40))
    assert [kind.objects.count() for kind in (SendReservation, CallQuota, DailyQuota)] == [0, 0, 0]


@pytest.mark.databases
def test_a_reply_goes_before_the_bulk_that_was_queued_first(connected, emulator, person):
    crowd = [emulator.hire().user_id for _ in range(3)]
    bulk = [services.enqueue_message(connected, Text(content=f"通知{number}"), to=crowd) for number in range(50)]
    reply = services.send_text(person.user_id, content="马上回你")
    dispatcher.deliver(bulk[0].pk)  # the first thing that a worker finds in a broker full of bulk
    reply.refresh_from_db()
    assert reply.status == "done"
    assert person.texts() == ["马上回你"]
    assert Outbound.objects.filter(status="done").count() == 2
