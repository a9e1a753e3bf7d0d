"""Guessing passwords: paused by account and by address, before anything is hashed; told on the home page."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from openuser import retention

pytestmark = pytest.mark.django_db
PASSWORD = "right-password-1"


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", password=PASSWORD)


def log_in(password: str, *, name: str = "boss", address: str = "198.51.100.7", **headers: str):
    form = {"username": name, "password": password}
    return Client().post("/admin/login/?next=/admin/", form, REMOTE_ADDR=address, headers=headers)


def guess(times: int, **place: str) -> None:
    for number in range(times):
        log_in(f"wrong-{number}", **place)


def test_an_account_is_paused_after_ten_wrong_passwords(boss):
    guess(settings.AXES_FAILURE_LIMIT - 1)
    assert log_in(PASSWORD, address="203.0.113.1").status_code == 302
    guess(settings.AXES_FAILURE_LIMIT)
    refused = log_in(PASSWORD, address="203.0.113.2")
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert "15 minutes" in refused.content.decode()


def test_an_address_is_paused_for_all_accounts(boss):
    for number in range(settings.AXES_FAILURE_LIMIT):
        guess(1, name=f"somebody{number}")
    assert log_in(PASSWORD).status_code == 429
    assert log_in(PASSWORD, address="203.0.113.1").status_code == 302


def test_no_password_is_hashed_while_log_ins_are_paused(boss, monkeypatch):
    guess(settings.AXES_FAILURE_LIMIT)
    hashed: list[str] = []
    monkeypatch.setattr(User, "check_password", lambda _user, raw: hashed.append(raw))
    log_in(PASSWORD)
    assert hashed == []


def test_the_pause_ends_though_guessing_goes_on(boss):
    guess(settings.AXES_FAILURE_LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
    assert log_in(PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("header", "sent", "address"),
    [
        ("", "203.0.113.9", "198.51.100.7"),
        ("X-Forwarded-For", "203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "nonsense", "198.51.100.7"),
    ],
)
def test_the_address_is_what_a_trusted_proxy_says(boss, settings, header, sent, address):
    settings.CLIENT_ADDRESS_HEADER = header
    log_in("wrong", **{"x-forwarded-for": sent})
    assert AccessAttempt.objects.get().ip_address == address


def test_the_home_page_tells_who_may_see_accounts(boss, client):
    guess(settings.AXES_FAILURE_LIMIT + 1)
    client.force_login(boss)
    page = client.get("/admin/").content.decode()
    assert "Log-ins paused after wrong passwords" in page
    assert "198.51.100.7" in page


def test_wrong_passwords_are_forgotten_after_thirty_days(boss):
    guess(1)
    for kind in (AccessAttempt, AccessFailureLog):
        assert "wrong-0" not in str(kind.objects.values_list())
        kind.objects.update(attempt_time=timezone.now() - timedelta(days=31))
    retention.delete_expired()
    assert not AccessAttempt.objects.exists()
    assert not AccessFailureLog.objects.exists()


def test_log_ins_are_logged_by_the_number_of_the_account(boss, caplog):
    caplog.set_level("INFO", "openuser")
    client = Client()
    client.post("/admin/login/", {"username": "boss", "password": "wrong-1"})
    client.post("/admin/login/", {"username": "boss", "password": PASSWORD})
    client.post("/admin/logout/")
    told = [(one.getMessage(), vars(one).get("account")) for one in caplog.records if one.name == "openuser.receivers"]
    assert told == [("A log-in failed.", None), ("An account logged in.", boss.pk), ("An account logged out.", boss.pk)]
