"""Delivery by batch against the emulator: whatever happens to one message, none is lost, doubled or overtaken."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.core.support.work_kinds import expire
from tests.support import factories
from tests.wecom.support.deliveries import tries
from wecom import services
from wecom.contents import Text
from wecom.models import Attempt, DailyQuota, Outbound, SendReservation
from wecom.outbox.batches import batch_dispatcher, calls, pace, settlement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

MANY = 8


@pytest.fixture
def people(emulator):
    return [emulator.hire() for _ in range(MANY)]


@pytest.fixture(autouse=True)
def full_pace(monkeypatch):
    """What other tests met does not slow this one down."""
    monkeypatch.setattr(pace, "_slowed", {})


@pytest.fixture
def one_shard(monkeypatch):
    """The first count of a shard takes statements of its own."""
    monkeypatch.setattr(random, "randrange", lambda most: 0)


def statements(captured) -> int:
    # Of a prepared one the driver does not always keep the words.
    return sum(not (one["sql"] or "").startswith(("BEGIN", "COMMIT")) for one in captured)


def queue(people, text: str = "你好", **options) -> list[Outbound]:
    """A message to each of them."""
    return [services.send_text(person.user_id, content=f"{text} {person.user_id}", **options) for person in people]


def wake(outbound: Outbound, **later: float) -> None:
    batch_dispatcher.deliver(outbound.pk, now=timezone.now() + timedelta(**later))


def work_through() -> None:
    """What workers do with everything that is due now."""
    while pks := list(Outbound.work_rows().claimable(timezone.now()).values_list("pk", flat=True)):
        for pk in pks:
            batch_dispatcher.deliver(pk)


def ends(rows) -> list[str]:
    found = Outbound.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    return [f"{row.status} {row.reason}".strip() for row in found]


def have_it_once(people, text: str = "你好") -> bool:
    return [person.texts() for person in people] == [[f"{text} {person.user_id}"] for person in people]


def test_one_wake_delivers_all_that_are_due(connected, people):
    rows = queue(people)
    wake(rows[3])
    assert ends(rows) == ["done"] * MANY
    assert have_it_once(people)
    assert {tuple(tries(row)) for row in rows} == {("sent",)}
    assert Outbound.objects.exclude(msgid="").count() == SendReservation.objects.count() == MANY
    assert sum(DailyQuota.objects.values_list("recipients", flat=True)) == MANY


def test_a_batch_takes_few_statements(connected, people, one_shard):
    rows = queue(people)
    wake(queue([people[0]], "热身")[0])
    with CaptureQueriesContext(connection) as captured:
        wake(rows[0])
    assert ends(rows) == ["done"] * MANY
    assert statements(captured) < 3 * 15 + 2 * MANY


def test_the_only_message_takes_no_more_statements_than_before(connected, person, one_shard):
    wake(queue([person], "热身")[0])
    (row,) = queue([person])
    with CaptureQueriesContext(connection) as captured:
        wake(row)
    assert ends([row]) == ["done"]
    assert statements(captured) <= 15


def test_messages_to_one_member_do_not_overtake_each_other(connected, people):
    first = [services.send_text(people[0].user_id, content=f"第{number}句") for number in range(3)]
    rows = [*first, *queue(people[1:])]
    wake(rows[-1])
    assert ends(first) == ["done", "queued", "queued"]
    work_through()
    assert people[0].texts() == ["第0句", "第1句", "第2句"]


def test_of_equal_messages_a_later_batch_tells_the_second_from_the_first(connected, people):
    for _ in range(2):
        for person in people:
            services.send_text(person.user_id, content="一样")
    work_through()
    assert [len(person.texts()) for person in people] == [2] * MANY


def test_what_is_unusual_is_left_to_its_own_wake(connected, emulator, people):
    usual = queue(people[:3])
    crowd = services.enqueue_message(connected, Text(content="大家好"), to=[one.user_id for one in people], priority=0)
    late = services.enqueue_message(
        connected, Text(content="早"), to=[people[4].user_id], expires_at=timezone.now() - timedelta(minutes=1)
    )
    bulk = services.enqueue_message(connected, Text(content="通知"), to=[people[5].user_id], priority=Outbound.BULK)
    wake(usual[0])
    assert ends([*usual, crowd, late, bulk]) == ["done"] * 3 + ["queued"] * 3


def test_a_busy_platform_stops_the_rest_which_goes_back_untried(connected, emulator, people, monkeypatch):
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    for person in people[2:5]:
        emulator.fault("busy", member=person.user_id)
    rows = queue(people)
    wake(rows[0])
    assert ends(rows) == ["done", "done", *["queued busy"] * calls.MOST_IN_A_ROW, *["queued"] * (MANY - 5)]
    back = Outbound.objects.get(pk=rows[5].pk)
    assert (back.attempts, back.body, back.first_attempt_at, back.lease_owner) == (0, None, None, "")
    assert list(back.tries.values_list("outcome", "detail")) == [("retry", settlement.NOT_CALLED)]
    assert SendReservation.objects.count() == sum(DailyQuota.objects.values_list("recipients", flat=True)) == 2
    Outbound.objects.update(due_at=timezone.now())
    work_through()
    assert have_it_once(people)


@pytest.mark.parametrize("fault", ["busy", "reset-before", "bad-gateway"])
def test_a_call_in_trouble_costs_the_others_of_its_batch_nothing(connected, emulator, people, fault, monkeypatch):
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    for person in people[::2]:
        emulator.fault(fault, member=person.user_id)
    rows = queue(people)
    wake(rows[0])
    assert [end.split()[0] for end in ends(rows)] == ["queued", "done"] * 4
    assert not Attempt.objects.filter(detail=settlement.NOT_CALLED).exists()
    connected.refresh_from_db()
    assert connected.probe_at is None
    Outbound.objects.update(due_at=timezone.now())
    work_through()
    assert have_it_once(people)
    assert max(len(tries(row)) for row in rows) == 2


def test_an_answer_within_a_batch_ends_the_spell_of_a_failure(connected, emulator, people, monkeypatch):
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    emulator.fault("busy", member=people[1].user_id)
    wake(queue(people)[0])
    connected.refresh_from_db()
    assert connected.failing_since is None


@pytest.mark.parametrize("fault", ["reset-after", "bad-gateway", "rate-limited", "untrusted-ip", "token-expired"])
def test_through_a_fault_every_message_arrives_once(connected, emulator, people, fault):
    emulator.fault(fault)
    rows = queue(people)
    wake(rows[0])
    services.save_application(connected)
    for hours in (0, 1):
        for row in rows:
            wake(row, hours=hours)
    assert ends(rows) == ["done"] * MANY
    assert have_it_once(people)


def test_a_wrong_setting_met_in_a_batch_holds_the_rest(connected, emulator, people, monkeypatch):
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    emulator.fault("untrusted-ip", times=99)
    rows = queue(people)
    wake(rows[0])
    made = emulator.calls("message/send")
    work_through()
    assert set(ends(rows)) == {"queued held"}
    assert made == 1
    assert emulator.calls("message/send") == made


def test_who_cannot_be_reached_fails_alone(connected, emulator, people):
    emulator.api("PATCH", f"members/{people[1].user_id}", json={"visible": False})
    rows = queue(people)
    wake(rows[0])
    assert ends(rows) == ["done", "failed recipient", *["done"] * (MANY - 2)]


def test_a_batch_never_passes_the_limit_of_a_day(connected, people):
    connected.corporation.accounts = 1
    connected.corporation.save()
    DailyQuota.objects.create(application=connected, day=timezone.localdate(), recipients=195)
    rows = queue(people)
    wake(rows[0])
    assert ends(rows) == ["done"] * 5 + ["queued quota"] * 3


def test_a_member_past_half_of_the_limit_is_sent_to_alone(connected, people, monkeypatch):
    alone = []
    monkeypatch.setattr(batch_dispatcher.dispatcher, "deliver_claimed", lambda row, *_: alone.append(row.pk))
    row = factories.make_outbound(connected)
    values = {"application": connected, "user_id": people[2].user_id, "at": timezone.now(), "outbound": row}
    SendReservation.objects.bulk_create(SendReservation(**values) for _ in range(15))
    rows = queue(people)
    wake(rows[0])
    assert alone == [rows[2].pk]
    assert ends(rows).count("done") == MANY - 1


@pytest.mark.parametrize("step", ["record_attempts", "make", "settle"])
def test_a_worker_that_dies_loses_and_doubles_nothing(connected, people, monkeypatch, step):
    places = {"record_attempts": batch_dispatcher.restore_guard, "make": calls, "settle": settlement}
    monkeypatch.setattr(places[step], step, die)
    rows = queue(people)
    with pytest.raises(SystemExit):
        wake(rows[0])
    monkeypatch.undo()
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"open"}
    for row in Outbound.objects.all():
        expire(row)
    work_through()
    assert ends(rows) == ["done"] * MANY
    assert have_it_once(people)
    assert {tuple(tries(row)) for row in rows} == {("ambiguous", "sent")}


def test_what_another_worker_took_over_is_not_settled(connected, people, monkeypatch):
    rows, settle = queue(people), settlement.settle

    def settle_late(made, **options):
        Outbound.objects.filter(pk=rows[2].pk).update(lease_owner="another")
        settle(made, **options)

    monkeypatch.setattr(settlement, "settle", settle_late)
    wake(rows[0])
    assert ends(rows) == ["done", "done", "running", *["done"] * (MANY - 3)]
    assert tries(rows[2]) == ["open"]


def test_without_time_for_a_call_the_message_goes_alone(connected, people, settings):
    settings.WORK_LEASE_SCALE = calls.longest_call() / Outbound.lease.total_seconds()
    rows = queue(people)
    wake(rows[0])
    assert ends(rows) == ["done", *["queued"] * (MANY - 1)]


def test_a_reply_stops_a_batch_of_bulk(connected, emulator, people, monkeypatch):
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    monkeypatch.setattr(calls, "LOOK", 0.0)
    emulator.fault("slow", member=people[0].user_id, seconds=0.5)
    rows = [
        services.enqueue_message(connected, Text(content="通知"), to=[one.user_id], priority=Outbound.BULK)
        for one in people[:-1]
    ]
    urgent = batch_dispatcher._goes_on

    def reply_comes(row: Outbound) -> bool:
        if not Outbound.objects.filter(priority=0).exists():
            queue(people[-1:])
        return bool(urgent(row))

    monkeypatch.setattr(batch_dispatcher, "_goes_on", reply_comes)
    wake(rows[0])
    assert ends(rows) == ["done", *["queued"] * (MANY - 2)]
    assert pace.MOST_BULK > MANY


def test_of_bulk_a_worker_takes_no_more_than_may_follow_a_stop(connected, people, monkeypatch):
    monkeypatch.setattr(pace, "MOST_BULK", 3)
    rows = [
        services.enqueue_message(connected, Text(content="通知"), to=[one.user_id], priority=Outbound.BULK)
        for one in people
    ]
    wake(rows[0])
    assert ends(rows) == ["done"] * 3 + ["queued"] * (len(rows) - 3)


def die(*_: object, **__: object) -> None:
    raise SystemExit
