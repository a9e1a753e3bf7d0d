"""The doctor in the admin, and the connection test on an application's page."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from openuser.doctor.all_checks import all_checks
from openuser.roles import Role
from tests.support import factories
from wecom.models import Application

pytestmark = pytest.mark.django_db(transaction=True)
LINE = re.compile(r'data-check="([^"]+)" data-level="([^"]*)" data-code="([^"]*)"')


@pytest.fixture
def boss() -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.create_superuser("boss"))
    return client


def lines(page) -> dict[str, tuple[str, str]]:
    """The level and the code of each line, by its key."""
    return {key: (level, code) for key, level, code in LINE.findall(page.content.decode())}


def test_the_page_names_every_check_and_runs_none(boss):
    factories.make_application()
    page = boss.get(reverse("doctor"))
    assert list(lines(page)) == [check.key for check in all_checks()]
    assert {level for level, _code in lines(page).values()} == {""}


def test_a_line_is_checked_alone_and_a_script_gets_that_line_only(boss, settings):
    settings.SITE_URL = "your-domain.com"
    whole = lines(boss.post(reverse("doctor"), {"only": "settings"}))
    assert whole["settings"] == ("bad", "address")
    assert {level for key, (level, _code) in whole.items() if key != "settings"} == {""}
    part = boss.post(reverse("doctor"), {"only": "settings"}, headers={"X-Part": "lines"})
    assert lines(part) == {"settings": ("bad", "address")}
    assert "<html" not in part.content.decode()


def test_a_line_waits_for_what_was_found_bad_before(boss):
    part = boss.post(reverse("doctor"), {"only": "render", "bad": ["broker", "nonsense"]}, headers={"X-Part": "lines"})
    assert lines(part) == {"render": ("skipped", "not_checked")}
    assert "Broker" in part.content.decode()


def test_all_lines_at_once_without_a_script(boss, connected, settings):
    settings.SITE_URL = "http://127.0.0.1:9"
    found = lines(boss.post(reverse("doctor")))
    assert found[f"public-url:{connected.pk}"] == ("bad", "refused")
    assert found[f"token:{connected.pk}"] == ("good", "")
    assert all(level for level, _code in found.values())


def test_an_unknown_check_is_no_page(boss):
    assert boss.post(reverse("doctor"), {"only": "nonsense"}).status_code == 400


@pytest.mark.parametrize("role", list(Role))
def test_it_is_for_operators_and_administrators(role):
    user = User.objects.create_user(f"a-{role.value}", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user)
    allowed = role in (Role.OPERATOR, Role.ADMINISTRATOR)
    assert client.get(reverse("doctor")).status_code == (200 if allowed else 403)
    assert (reverse("doctor") in client.get(reverse("admin:index")).content.decode()) == allowed


def test_the_connection_of_an_application_is_tested_on_its_page(boss, connected, emulator):
    page = boss.get(reverse("admin:wecom_application_change", args=[connected.pk])).content.decode()
    address = reverse("admin:wecom_application_test_connection", args=[connected.pk])
    assert address in page
    part = boss.post(address, headers={"X-Part": "lines"})
    found = {key.split(":")[0]: level for key, (level, _code) in lines(part).items()}
    assert found == dict.fromkeys(("stored-keys", "token", "trusted-ip", "visible-range"), "good")
    emulator.fault("untrusted-ip", path="agent/get")
    whole = boss.post(address)
    assert lines(whole)[f"trusted-ip:{connected.pk}"] == ("bad", "untrusted_ip")
    assert "127.0.0.1" in whole.content.decode()
    assert str(connected) in unescape(whole.content.decode())


def test_a_wrong_secret_is_asked_about_once_however_often_somebody_presses(boss, connected, emulator):
    Application.objects.update(secret="wrong-secret")
    address = reverse("admin:wecom_application_test_connection", args=[connected.pk])
    codes = [lines(boss.post(address, headers={"X-Part": "lines"}))[f"token:{connected.pk}"][1] for _ in range(3)]
    assert codes == ["secret", "held", "held"]
    assert emulator.calls("gettoken") == 1


def test_the_callback_address_can_be_copied(boss, settings):
    application = factories.make_application(is_default=True)
    other = factories.make_application(agent_id=7)
    settings.WECOM = {**settings.WECOM, "WEBHOOK_URL": "https://example.com/hook"}
    settings.SITE_URL = "https://example.com/"
    for row, address in (
        (application, "https://example.com/hook"),
        (other, f"https://example.com/api/v1/integrations/wechat/webhook/{other.webhook_key}"),
    ):
        page = boss.get(reverse("admin:wecom_application_change", args=[row.pk])).content.decode()
        assert f'data-testid="callback-address">{address}</code>' in page
        assert 'data-copy="callback-address"' in page
