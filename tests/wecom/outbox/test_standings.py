"""What a message's attempt depends on is read along with few statements, and is that of now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.benchmarks.support.statements import recorded
from tests.wecom.support.deliveries import deliver
from wecom import services
from wecom.models import Guard, Outbound, SendReservation
from wecom.outbox import standings
from wecom.quotas import send_quota

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_a_text_to_one_member_takes_few_statements(connected, person):
    deliver(services.send_text(person.user_id, content="早上好"))
    outbound = services.send_text(person.user_id, content="晚上好")
    with recorded() as statements:
        assert deliver(outbound).status == "done"
    asked = [sql for sql in statements.sql if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 11, statements.listed()


def test_an_equal_text_gets_another_number_until_the_platform_forgets(connected, person):
    first, second, third = (services.send_text(person.user_id, content="再说一次") for _ in range(3))
    assert [deliver(first).repeat, deliver(second).repeat] == [0, 1]
    Outbound.objects.filter(status="done").update(finished_at=timezone.now() - timedelta(hours=6))
    assert deliver(third).repeat == 0


def test_an_equal_text_that_gave_way_keeps_its_number(connected, person):
    first, second = (services.send_text(person.user_id, content="再说一次") for _ in range(2))
    Outbound.objects.filter(pk=first.pk).update(gave_way=True, due_at=timezone.now() + timedelta(hours=1))
    assert deliver(second).status == "done"
    Outbound.objects.filter(pk=first.pk).update(due_at=timezone.now())
    assert deliver(first).repeat == 1


def test_a_usage_that_was_read_long_ago_is_read_again(connected, person):
    outbound = Outbound.claim(services.send_text(person.user_id, content="一").pk)
    standing = standings.read(outbound, now=timezone.now())
    assert standing.fresh_usage() == send_quota.company_usage(connected, timezone.now(), member=person.user_id)
    object.__setattr__(standing, "read_at", standing.read_at - 2)
    assert standing.fresh_usage() is None


def test_a_usage_that_is_read_along_counts_what_was_sent(connected, person):
    now = timezone.now()
    outbound = services.send_text(person.user_id, content="一")
    rows = [
        SendReservation(application=connected, user_id=person.user_id, at=now, outbound=outbound) for _ in range(15)
    ]
    SendReservation.objects.bulk_create(rows)
    assert standings.read(Outbound.claim(outbound.pk), now=now).usage.own == (15, 15)


def test_a_guard_that_waits_for_a_person_is_not_read_along(connected, person, settings, tmp_path):
    settings.WECOM = settings.WECOM | {"RESTORE_GUARD_FILE": str(tmp_path / "senders.json")}
    deliver(services.send_text(person.user_id, content="一"))
    outbound = Outbound.claim(services.send_text(person.user_id, content="二").pk)
    assert standings.read(outbound, now=timezone.now()).guard == Guard.objects.get()
    for held in ({"held_since": timezone.now()}, {"held_since": None, "forgotten": 3}):
        Guard.objects.update(**held)
        assert standings.read(outbound, now=timezone.now()).guard is None
