"""Sends whose answer was lost, and repeats: the same bytes again, or bytes that differ."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from tests.support import factories
from tests.wecom.support.deliveries import deliver, tries
from wecom import services
from wecom.contents import Text
from wecom.models import Attempt, Member, Outbound
from wecom.outbox import dispatcher, payloads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_the_same_text_again_arrives_again(connected, person):
    for _ in range(3):
        deliver(services.send_text(person.user_id, content="好的"))
    assert len(person.texts()) == 3
    assert person.texts() == ["好的"] * 3


def test_a_repeated_text_never_has_bytes_of_four_hours(connected, person):
    bodies = []
    for hours in (0, 3, 6, 9):
        outbound = services.send_text(person.user_id, content="好的")
        at = timezone.now() + timedelta(hours=hours)
        Outbound.objects.filter(pk=outbound.pk).update(created_at=at)
        outbound = deliver(outbound, later=timedelta(hours=hours))
        Outbound.objects.filter(pk=outbound.pk).update(finished_at=at)
        bodies.append(bytes(outbound.body))
    assert all(body != before for before, body in itertools.pairwise(bodies))


@pytest.mark.parametrize("number", [payloads.REPEATS - 1, 32_767])  # the last one, and one of an earlier version
def test_numbers_of_equal_texts_begin_again_where_they_end(connected, person, number):
    last = deliver(services.send_text(person.user_id, content="又一分钟"))
    Outbound.objects.filter(pk=last.pk).update(repeat=number)
    again = [deliver(services.send_text(person.user_id, content="又一分钟")) for _ in range(2)]
    assert [row.repeat for row in again] == [0, 1]
    assert services.resend(Outbound.objects.get(pk=last.pk))
    assert deliver(last).repeat == 2


def test_what_may_have_arrived_waits_no_longer_than_the_platform_remembers(connected, emulator, person):
    emulator.fault("reset-after")
    outbound = deliver(services.send_text(person.user_id, content="还记得吗"))
    Outbound.objects.filter(pk=outbound.pk).update(repeat=payloads.REPEATS - 1)
    assert deliver(outbound, later=timedelta(minutes=131)).reason == "unknown"


def test_a_held_text_and_an_equal_new_one_both_arrive(connected, person):
    old = services.send_text(person.user_id, content="好的")
    Outbound.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=9))
    deliver(old)
    deliver(services.send_text(person.user_id, content="好的"))
    assert len(person.texts()) == 2


def test_equal_messages_that_are_frozen_at_once_have_different_bytes(connected, emulator):
    people = [emulator.hire().user_id for _ in range(2)]
    rows = [services.enqueue_message(connected, Text(content="同时"), to=people) for _ in range(4)]
    deliver(services.send_text(people[0], content="热身"))

    def work(row: Outbound) -> None:
        try:
            dispatcher.deliver(row.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, rows))
    assert len({bytes(row.body) for row in Outbound.objects.filter(pk__in=[row.pk for row in rows])}) == 4


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["reset-after", "late", "truncated", "server-error", "bad-gateway", "html", "empty"])
def test_an_ambiguous_send_is_repeated_with_the_same_bytes(connected, emulator, person, fault):
    emulator.fault(fault, seconds=2) if fault == "late" else emulator.fault(fault)
    outbound = deliver(services.send_text(person.user_id, content="唯一"))
    assert (outbound.status, outbound.reason, outbound.was_ambiguous) == ("queued", "ambiguous", True)
    frozen = bytes(outbound.body)
    outbound = deliver(outbound)
    assert outbound.status == "done"
    assert bytes(outbound.body) == frozen
    assert tries(outbound) == ["ambiguous", "sent"]
    assert person.texts() == ["唯一"]


def test_nobody_knows_after_four_hours_and_a_person_decides(connected, emulator, person):
    emulator.fault("reset-after")
    outbound = deliver(services.send_text(person.user_id, content="谁知道"))
    outbound = deliver(outbound, later=timedelta(hours=5))
    assert (outbound.status, outbound.reason) == ("failed", "unknown")
    assert len(person.texts()) == 1
    assert services.treat_as_sent(outbound)
    outbound.refresh_from_db()
    assert outbound.status == "done"
    services.resend(outbound)
    assert deliver(outbound).status == "done"
    assert len(person.texts()) == 2


@pytest.mark.parametrize(("minutes", "reason"), [(229, ""), (231, "unknown")])
def test_the_same_bytes_go_out_again_for_230_minutes(connected, emulator, person, minutes, reason):
    emulator.fault("reset-after")
    outbound = deliver(services.send_text(person.user_id, content="还来得及"))
    frozen = bytes(outbound.body)
    outbound = deliver(outbound, later=timedelta(minutes=minutes))
    assert outbound.reason == reason
    assert bytes(outbound.body) == frozen


def test_an_ambiguous_send_keeps_its_bytes_though_its_recipient_left(connected, emulator, person):
    emulator.fault("reset-after")
    outbound = deliver(services.send_text(person.user_id, content="再见"))
    frozen = bytes(outbound.body)
    Member.objects.update_or_create(
        corporation=connected.corporation, user_id=person.user_id, defaults={"status": "left"}
    )
    assert bytes(deliver(outbound).body) == frozen
    assert person.texts() == ["再见"]


def test_a_worker_that_died_during_the_call_counts_as_ambiguous(connected, person):
    outbound = services.send_text(person.user_id, content="接班")
    Outbound.claim(outbound.pk)
    Attempt.objects.create(outbound=outbound, number=1)
    Outbound.objects.filter(pk=outbound.pk).update(
        lease_until=timezone.now() - timedelta(hours=1), first_attempt_at=timezone.now()
    )
    outbound = deliver(outbound)
    assert (outbound.status, outbound.was_ambiguous) == ("done", True)
    assert tries(outbound) == ["ambiguous", "sent"]


def test_a_poisonous_message_is_unknown_only_after_a_call(connected):
    for attempts, reason in ((0, "attempts"), (1, "unknown")):
        row = factories.make_outbound(connected, attempts=Outbound.max_attempts)
        if attempts:
            Attempt.objects.create(outbound=row, number=1)
        dispatcher.deliver(row.pk)
        row.refresh_from_db()
        assert (row.status, row.reason) == ("failed", reason)
        assert set(row.results().values()) == {"unknown" if attempts else "failed"}
