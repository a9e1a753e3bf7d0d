"""The forecast: when the queue ends and how much quota is used, as services, over REST and in the admin."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import factories
from wecom import services
from wecom.client import call_limit_breaker
from wecom.models import CallQuota, Circuit, DailyQuota, Guard, Outbound, SendReservation

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, tzinfo=call_limit_breaker.CHINA)


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


def queue(application, count: int, *, user_id: str = "", reach: int = 1) -> None:
    Outbound.objects.bulk_create(
        Outbound(
            application=application,
            recipients=[user_id or f"person{number}"],
            reach=reach,
            msgtype="text",
            content={"content": "你好"},
            order_key=f"{application.pk}:{user_id or f'person{number}'}" if reach == 1 else "",
        )
        for number in range(count)
    )


def ahead(application, **more) -> tuple[float | None, str]:
    """In how many seconds all is through, and why."""
    told = services.forecast_for(application, now=NOW, **more)
    return (told.through_at - NOW).total_seconds() if told.through_at else None, told.because


def test_nothing_that_waits_is_through_now(application):
    assert ahead(application) == (0, "nothing")


def test_few_messages_take_as_long_as_their_calls(application):
    queue(application, 50)
    assert ahead(application) == (10, "speed")


@pytest.mark.databases
def test_the_speed_is_what_was_measured_lately(application):
    Outbound.objects.bulk_create(
        Outbound(application=application, msgtype="text", status="done", finished_at=NOW - timedelta(seconds=30))
        for _ in range(2400)
    )
    queue(application, 200)
    assert ahead(application) == (10, "speed")


@pytest.mark.databases
def test_the_forecast_knows_the_limits_of_one_person(application):
    queue(application, 40, user_id="zhangsan")
    assert ahead(application) == (60.5, "member")
    queue(application, 970, user_id="zhangsan")
    seconds, because = ahead(application)
    assert (because, 3600 < seconds < 3602) == ("member", True)


def test_what_the_person_got_lately_counts_too(application):
    outbound = factories.make_outbound(application, status="done")
    SendReservation.objects.bulk_create(
        SendReservation(application=application, user_id="zhangsan", at=NOW - timedelta(seconds=20), outbound=outbound)
        for _ in range(30)
    )
    queue(application, 1, user_id="zhangsan")
    assert ahead(application) == (40.5, "member")


@pytest.mark.databases
def test_more_than_the_days_share_is_through_on_a_later_day(application):
    application.corporation.accounts = 10
    application.corporation.save()
    DailyQuota.objects.create(application=application, day=NOW.date(), recipients=1500)
    assert ahead(application, messages=1, recipients=500)[1] == "speed"
    seconds, because = ahead(application, messages=5, recipients=4500)
    assert because == "day"
    assert NOW + timedelta(seconds=seconds) == datetime(2026, 11, 27, 0, 3, tzinfo=call_limit_breaker.CHINA)


def test_more_calls_than_a_minute_takes_go_on_in_the_next(application):
    CallQuota.objects.create(corporation=application.corporation, api="message/send", slot=NOW, calls=9_990)
    assert ahead(application, messages=11, recipients=11) == (60, "calls")


def test_a_closed_interface_a_held_application_and_an_unconfirmed_database_are_named(application):
    queue(application, 1)
    until = NOW + timedelta(hours=1)
    Circuit.objects.create(
        corporation=application.corporation, api="message/send", errcode=45009, since=NOW, until=until
    )
    assert ahead(application) == (3600, "circuit")
    application.held_until = until
    assert ahead(application) == (None, "held")
    Guard.objects.create(pk=Guard.ONLY, held_since=NOW, held_because="restored")
    assert ahead(application) == (None, "guarded")


def fill(application) -> None:
    application.corporation.accounts = 5
    application.corporation.save()
    outbound = factories.make_outbound(application, recipients=["zhangsan", "lisi"], reach=2)
    now = datetime.now(tz=call_limit_breaker.CHINA)
    DailyQuota.objects.create(application=application, day=now.date(), recipients=800)
    SendReservation.objects.bulk_create(
        SendReservation(application=application, user_id="zhangsan", at=now, outbound=outbound) for _ in range(27)
    )
    CallQuota.objects.create(corporation=application.corporation, api="message/send", slot=now, calls=27)


def test_quotas_are_told_over_rest(application):
    fill(application)
    (quota,) = factories.make_api("messages:read").get("/api/v1/quotas/").json()["applications"]
    assert quota["application"] == application.pk
    assert quota["day"] == {"used": 800, "limit": 1000}
    assert quota["calls_minute"] == {"used": 27, "limit": 10_000}
    assert quota["members"] == [
        {"user_id": "zhangsan", "minute": {"used": 27, "limit": 30}, "hour": {"used": 27, "limit": 1000}}
    ]
    assert (quota["forecast"]["messages"], quota["forecast"]["recipients"]) == (1, 2)
    assert quota["forecast"]["because"] == "speed"
    assert factories.make_api("members:read").get("/api/v1/quotas/").status_code == 403


def test_the_page_shows_usage_and_the_queues_end(application):
    fill(application)
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get(reverse("quotas"))
    words = page.content.decode()
    assert "800 / 1000" in words
    assert "width: 80%" in words
    assert "27 / 30" in words
    assert "1 message waits" in words
    assert "sent by" in words
    part = client.get(reverse("quotas"), {"part": "1"}).content.decode()
    assert "27 / 30" in part
    assert "<html" not in part


def test_the_page_is_for_those_who_may_see_deliveries():
    client = Client()
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get(reverse("quotas")).status_code == 403


@pytest.mark.databases
def test_more_applications_take_no_more_statements(application):
    queue(application, 3, user_id="zhangsan")
    with CaptureQueriesContext(connection) as few:
        (alone,) = services.list_quotas(NOW)
    for number in range(3):
        queue(
            factories.make_application(corporation=application.corporation, agent_id=2000 + number), 2, user_id="lisi"
        )
    with CaptureQueriesContext(connection) as many:
        found = services.list_quotas(NOW)
    assert len(many) == len(few) <= 7
    assert found[0].forecast == alone.forecast
    assert [(one.forecast.messages, one.forecast.recipients) for one in found] == [(3, 3), (2, 2), (2, 2), (2, 2)]
