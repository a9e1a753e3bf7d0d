"""The page of channels says which are set up, and a test alert says how it went and what to do."""

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client

from openuser.models import Alert, WebhookDelivery, WebhookEndpoint
from tests.openuser.support.group_robot import group_robot

pytestmark = pytest.mark.django_db
PAGE = "/admin/openuser/incident/channels/"


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture(autouse=True)
def off(settings):
    settings.WEBHOOKS = {**settings.WEBHOOKS, "NETWORKS": ["127.0.0.0/8"]}
    settings.ALERTS = {**settings.ALERTS, "GROUP_URL": "", "MAIL_TO": []}
    settings.LANGUAGE_CODE = "en"


def shown(client: Client, **form: str) -> str:
    answer = client.post(PAGE, form, follow=True) if form else client.get(PAGE)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_channel_that_is_not_set_up_says_how(boss):
    page = shown(boss)
    for word in ("OPENUSER_ALERT_GROUP_URL", "OPENUSER_ALERT_MAIL_TO", "incident.opened"):
        assert word in page
    assert "Send a test" not in page


def test_a_test_alert_reaches_the_group_and_its_key_is_not_shown(boss, settings):
    with group_robot() as robot:
        settings.ALERTS["GROUP_URL"] = robot.url
        page = shown(boss, channel="group")
    assert "The test alert was sent: group in WeChat Work." in page
    assert robot.texts[0].startswith("[OpenUser] Test alert\nNothing is wrong")
    assert "127.0.0.1" in page
    assert "key=x" not in page
    assert not Alert.objects.exists()


def test_a_robot_that_refuses_is_told_with_its_code_and_the_remedy(boss, settings):
    with group_robot(93000) as robot:
        settings.ALERTS["GROUP_URL"] = robot.url
        page = shown(boss, channel="group")
    assert "it answered with an error (93000). Copy the robot" in page


def test_a_busy_robot_is_asked_again_in_a_minute(boss, settings):
    with group_robot(45009) as robot:
        settings.ALERTS["GROUP_URL"] = robot.url
        assert "It is busy; try again in a minute." in shown(boss, channel="group")


def test_a_test_mail_goes_to_everybody(boss, settings):
    settings.ALERTS["MAIL_TO"] = ["ops@example.com", "it@example.com"]
    assert "The test alert was sent: e-mail." in shown(boss, channel="mail")
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (
        ["ops@example.com", "it@example.com"],
        "[OpenUser] Test alert",
    )


def test_a_mail_server_that_is_away_is_told_with_its_settings(boss, settings):
    settings.ALERTS["MAIL_TO"] = ["ops@example.com"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert "it cannot be reached. Check EMAIL_URL" in shown(boss, channel="mail")


def test_a_webhook_is_tested_by_an_event_whose_page_shows_the_answer(boss):
    endpoint = WebhookEndpoint.objects.create(name="OPS", url="https://ops.example.com", events=["incident.opened"])
    assert "OPS" in shown(boss)
    answer = boss.post(PAGE, {"endpoint": str(endpoint.pk)})
    assert answer["Location"] == f"/admin/openuser/webhookdelivery/{WebhookDelivery.objects.get().pk}/change/"


@pytest.mark.parametrize("form", [{"channel": "pigeon"}, {"endpoint": "x"}, {"endpoint": "99"}, {}])
def test_a_channel_that_is_none_is_not_found(boss, form):
    assert boss.post(PAGE, form).status_code == 404


@pytest.mark.parametrize("form", [{"channel": "mail"}, {"endpoint": "1"}])
def test_who_may_only_look_sends_no_test(form, settings):
    settings.ALERTS["MAIL_TO"] = ["ops@example.com"]
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.groups.add(Group.objects.get(name="viewer"))
    client = Client()
    client.force_login(clerk)
    assert "Send a test alert" not in shown(client)
    assert client.post(PAGE, form).status_code == 403
    assert mail.outbox == []
