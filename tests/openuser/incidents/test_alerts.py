"""An alert goes through each channel once: with retries where it certainly did not arrive, and not after a crash."""

import os
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone

from openuser.incidents import alerts
from openuser.models import Alert, Incident
from tests.core.support.work_kinds import expire
from tests.openuser.support.group_robot import group_robot
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def channels(settings):
    settings.WEBHOOKS = {**settings.WEBHOOKS, "NETWORKS": ["127.0.0.0/8"]}
    settings.ALERTS = {**settings.ALERTS, "MAIL_TO": ["ops@example.com"]}
    settings.SITE_URL, settings.LANGUAGE_CODE = "https://openuser.example.com", "en"


@pytest.fixture
def robot(settings):
    with group_robot() as found:
        settings.ALERTS["GROUP_URL"] = found.url
        yield found


def deliver(alert: Alert) -> Alert:
    alert.refresh_from_db()
    alerts.deliver(alert.pk, now=max(alert.due_at, timezone.now()))
    alert.refresh_from_db()
    return alert


def test_an_alert_says_what_is_wrong_what_to_do_and_where(robot):
    alert = factories.make_alert(incident=factories.make_incident(details={"host": "a", "folder": "/var", "free": 7}))
    assert deliver(alert).status == "done"
    assert robot.texts == [
        "[OpenUser] Incident: A disk is full\n"
        "On a only 7 MB are free in /var. Videos wait.\n"
        "Free some space, shorten the retention of videos, or move MEDIA_ROOT to a larger disk.\n"
        "https://openuser.example.com/admin/doctor/"
    ]


def test_a_recovery_says_how_long_it_lasted(robot):
    now = timezone.now()
    incident = factories.make_incident(opened_at=now - timedelta(minutes=12), resolved_at=now)
    deliver(factories.make_alert(incident=incident, news=Alert.News.RESOLVED))
    assert robot.texts[0].startswith("[OpenUser] Over: A disk is full\nIt lasted 12 minutes.")


def test_the_language_is_that_of_the_installation(robot, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    deliver(factories.make_alert())
    assert "磁盘" in robot.texts[0]


@pytest.mark.parametrize("errcode", [45009, -1])
def test_a_busy_robot_is_asked_again(robot, errcode: int):
    robot.errcodes = [errcode, 0]
    alert = factories.make_alert()
    assert deliver(alert).reason == "refused"
    assert deliver(alert).status == "done"
    assert len(robot.texts) == 1


def test_a_robot_that_cannot_be_reached_is_asked_again(settings, robot):
    url, settings.ALERTS["GROUP_URL"] = settings.ALERTS["GROUP_URL"], "http://127.0.0.1:9/hook"
    alert = factories.make_alert()
    assert (deliver(alert).status, alert.reason) == ("queued", "unreachable")
    settings.ALERTS["GROUP_URL"] = url
    assert deliver(alert).status == "done"


def test_a_wrong_key_ends_the_alert_and_shows(robot, caplog):
    robot.errcodes = [93000]
    alert = deliver(factories.make_alert())
    assert (alert.status, alert.reason) == ("failed", "refused")
    assert "Nobody was alerted." in caplog.text


def test_a_worker_that_dies_after_telling_does_not_tell_again(robot, settings):
    alert = factories.make_alert()
    settings.CRASH_AT = "alert.called"
    pid = os.fork()
    if pid == 0:
        connections["default"].connection = None  # the parent's
        alerts.deliver(alert.pk)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 137
    settings.CRASH_AT = ""
    expire(alert)
    assert (deliver(alert).status, alert.reason) == ("done", "uncertain")
    assert len(robot.texts) == 1


def test_mail_goes_to_everybody_under_a_lasting_id():
    alert = factories.make_alert(channel=Alert.Channel.MAIL)
    assert deliver(alert).status == "done"
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ops@example.com"], "[OpenUser] Incident: A disk is full")
    assert sent.extra_headers["Message-ID"] == f"<incident-{alert.incident_id}-opened@openuser>"


def test_a_mail_server_that_is_away_is_asked_again(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    alert = deliver(factories.make_alert(channel=Alert.Channel.MAIL))
    assert (alert.status, alert.reason) == ("queued", "unreachable")


def test_a_channel_that_was_switched_off_ends_its_alerts(settings):
    settings.ALERTS = {**settings.ALERTS, "GROUP_URL": ""}
    alert = deliver(factories.make_alert())
    assert (alert.status, alert.reason) == ("failed", "off")


def test_that_it_is_over_is_told_after_that_it_began(robot):
    incident = factories.make_incident()
    began, over = (
        factories.make_alert(incident=incident, news=news, order_key="incident:1:group") for news in Alert.News
    )
    assert deliver(over).status == "queued"
    deliver(began)
    deliver(over)
    assert [text.partition(":")[0] for text in robot.texts] == ["[OpenUser] Incident", "[OpenUser] Over"]
    assert Incident.objects.count() == 1
