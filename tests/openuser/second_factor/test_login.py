"""The second factor: set up on an own page, asked after the password, limited like it, reset by administrators."""

import re
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from openuser.roles import Role
from openuser.second_factor import devices

pytestmark = pytest.mark.django_db
PASSWORD = "right-password-1"
PAGE = "/admin/second-factor/"


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", password=PASSWORD)


@pytest.fixture
def enrolled(boss: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=boss, name="TOTP")


def code_of(device: TOTPDevice, *, later: int = 0) -> str:
    """The code that an app shows, or will show some steps later."""
    totp = TOTP(device.bin_key, drift=later)
    return f"{totp.token():06}"


def wrong_code_of(device: TOTPDevice) -> str:
    near = {code_of(device, later=step) for step in range(-2, 4)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)


def log_in(client: Client, code: str | None = None, *, password: str = PASSWORD, **place: Any) -> Any:
    form = {"username": "boss", "password": password, "next": "/admin/"} | ({} if code is None else {"code": code})
    return client.post("/admin/login/", form, **place)


def is_logged_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def recovery_codes(page: Any) -> list[str]:
    return re.findall(r"<code>(\w{4}-\w{4})</code>", page.content.decode())


def enrol(client: Client, user: User) -> tuple[TOTPDevice, list[str]]:
    client.force_login(user)
    client.get(PAGE)
    device = TOTPDevice.objects.get(user=user)
    return device, recovery_codes(client.post(PAGE, {"act": "enrol", "code": code_of(device)}))


def test_an_account_without_a_device_logs_in_by_password(boss, client):
    assert log_in(client).status_code == 302
    assert is_logged_in(client)


def test_a_page_shows_a_code_to_scan_and_its_key(boss, client):
    client.force_login(boss)
    page = client.get(PAGE).content.decode()
    secret = devices.secret_of(TOTPDevice.objects.get(user=boss))
    assert 'src="data:image/svg+xml' in page
    assert secret in page
    assert client.get(PAGE).content.decode().count(secret) == 1


def test_enrolment_takes_the_first_code_and_shows_recovery_codes_once(boss, client):
    device, codes = enrol(client, boss)
    assert TOTPDevice.objects.get().confirmed
    assert len(set(codes)) == devices.CODES
    page = client.get(PAGE)
    assert recovery_codes(page) == []
    assert devices.secret_of(device) not in page.content.decode()


def test_a_wrong_first_code_enrols_nothing(boss, client):
    client.force_login(boss)
    client.get(PAGE)
    device = TOTPDevice.objects.get()
    page = client.post(PAGE, {"act": "enrol", "code": wrong_code_of(device)})
    assert "This code is wrong" in page.content.decode()
    assert not TOTPDevice.objects.get().confirmed
    assert log_in(Client()).status_code == 302


def test_the_password_alone_opens_no_session(enrolled, client):
    page = log_in(client)
    assert page.status_code == 200
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert not is_logged_in(client)


def test_password_and_code_log_in(enrolled, client):
    assert log_in(client, code_of(enrolled)).status_code == 302
    assert is_logged_in(client)


def test_a_code_is_valid_once(enrolled, client):
    code = code_of(enrolled)
    log_in(client, code)
    assert log_in(Client(), code).status_code == 200


def test_a_right_code_does_not_replace_the_password(enrolled, client):
    page = log_in(client, code_of(enrolled), password="wrong-password-1")
    assert 'autocomplete="one-time-code"' not in page.content.decode()
    assert not is_logged_in(client)


def test_a_recovery_code_logs_in_once(boss, client):
    _device, codes = enrol(client, boss)
    spoken = codes[0].upper().replace("-", " ")
    assert log_in(Client(), spoken).status_code == 302
    assert log_in(Client(), codes[0]).status_code == 200
    assert devices.recovery_codes_left(boss) == devices.CODES - 1


def test_wrong_codes_pause_log_ins_like_wrong_passwords(enrolled, client):
    log_in(client, wrong_code_of(enrolled))
    AccessAttempt.objects.update(failures_since_start=9, attempt_time=timezone.now() - timedelta(minutes=2))
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert log_in(client, wrong_code_of(enrolled)).status_code == 429
    assert log_in(Client(), code_of(enrolled)).status_code == 429
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert log_in(Client(), code_of(enrolled), REMOTE_ADDR="203.0.113.9").status_code == 302
    assert wrong_code_of(enrolled) not in str(AccessAttempt.objects.values_list())


def test_a_wrong_code_after_others_says_how_long_to_wait(enrolled, client):
    log_in(client, wrong_code_of(enrolled))
    AccessAttempt.objects.update(failures_since_start=3, attempt_time=timezone.now() - timedelta(seconds=10))
    assert "Try again in 2 seconds." in log_in(client, wrong_code_of(enrolled)).content.decode()


def test_who_knows_the_password_keeps_the_owner_out_of_nothing(enrolled, client):
    assert log_in(client, code_of(enrolled)).status_code == 302
    TOTPDevice.objects.update(throttling_failure_count=40, throttling_failure_timestamp=timezone.now(), last_t=-1)
    assert log_in(Client(), code_of(enrolled), REMOTE_ADDR="203.0.113.9").status_code == 200
    assert TOTPDevice.objects.get().throttling_failure_count == devices.LONGEST_WAIT
    assert log_in(Client(), code_of(enrolled)).status_code == 302  # where the owner has logged in before


def test_after_a_wrong_code_the_device_waits(enrolled, client):
    log_in(client, wrong_code_of(enrolled))
    assert TOTPDevice.objects.get().throttling_failure_count == 1
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert log_in(client, code_of(enrolled)).status_code == 302


def test_no_code_counts_as_no_failure(enrolled, client):
    log_in(client)
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize(("act", "left"), [("remove", 0), ("renew", devices.CODES)])
def test_changing_the_factor_needs_a_code(boss, client, act, left):
    device, codes = enrol(client, boss)
    client.post(PAGE, {"act": act, "code": wrong_code_of(device)})
    assert devices.recovery_codes_left(boss) == devices.CODES
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    client.post(PAGE, {"act": act, "code": code_of(device, later=1)})
    assert devices.recovery_codes_left(boss) == left
    assert devices.verify(boss, codes[0]) is None
    assert (devices.device_of(boss) is None) == (act == "remove")


def test_administrators_reset_the_factor_of_others(enrolled, client):
    administrator = User.objects.create_user("admin", is_staff=True)
    administrator.groups.add(Group.objects.get(name=Role.ADMINISTRATOR.value))
    client.force_login(administrator)
    client.post(
        reverse("admin:auth_user_reset_second_factor_this", args=[enrolled.user_id]), {"_form_submitted": "True"}
    )
    assert devices.device_of(enrolled.user) is None
    history = client.get(reverse("admin:auth_user_history", args=[enrolled.user_id])).content.decode()
    assert "The second factor was reset." in history


def test_no_admin_page_shows_keys_of_others(enrolled, client):
    client.force_login(enrolled.user)
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert enrolled.key not in client.get(reverse("admin:auth_user_change", args=[enrolled.user_id])).content.decode()


@pytest.mark.parametrize("address", ["/admin/", "/media/portraits/a.png", "/admin/auth/user/"])
def test_where_it_is_required_staff_first_set_it_up(boss, client, settings, address):
    settings.SECOND_FACTOR = "required"
    client.force_login(boss)
    assert client.get(address).headers.get("Location") == PAGE
    assert "requires a second factor" in client.get(PAGE).content.decode()
    enrol(client, boss)
    assert client.get(address).headers.get("Location") != PAGE


def test_a_misspelt_setting_requires_it(boss, client, settings):
    settings.SECOND_FACTOR = "require"
    client.force_login(boss)
    assert client.get("/admin/").headers.get("Location") == PAGE


@pytest.mark.parametrize(("setting", "told"), [("offered", False), ("suggested", True)])
def test_the_home_page_suggests_it_to_superusers(boss, client, settings, setting, told):
    settings.SECOND_FACTOR = setting
    client.force_login(boss)
    assert ("only a password protects it" in client.get("/admin/").content.decode()) == told
    enrol(client, boss)
    assert "only a password protects it" not in client.get("/admin/").content.decode()
