"""The page after too many wrong passwords, what is recorded of them, and what the home page tells."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F
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
    """Wrong passwords, each after the wait that the one before asks for."""
    for number in range(times):
        AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(seconds=70))
        log_in(f"wrong-{number}", **place)


def test_the_page_says_how_many_minutes_or_seconds_to_wait(boss):
    guess(10)
    refused = log_in(PASSWORD)
    assert refused.status_code == 429
    assert 890 <= int(refused["Retry-After"]) <= 901
    assert "15 minutes" in refused.content.decode()
    AccessAttempt.objects.update(failures_since_start=6)
    refused = log_in(PASSWORD)
    assert 1 <= int(refused["Retry-After"]) <= 8
    assert f"Try again in {refused['Retry-After']} second" in refused.content.decode()


def test_no_password_is_hashed_while_log_ins_are_paused(boss, monkeypatch):
    guess(10)
    hashed: list[str] = []
    monkeypatch.setattr(User, "check_password", lambda _user, raw: hashed.append(raw))
    log_in(PASSWORD)
    assert hashed == []


def test_the_pause_ends_though_guessing_goes_on(boss):
    guess(10)
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
    assert log_in(PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("header", "sent", "address"),
    [
        ("", "203.0.113.9", "198.51.100.7"),
        ("X-Forwarded-For", "203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "nonsense", "198.51.100.7"),
        ("X-Forwarded-For", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("X-Forwarded-For", "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_address_is_what_a_trusted_proxy_says(boss, settings, header, sent, address):
    settings.CLIENT_ADDRESS_HEADER = header
    log_in("wrong", **{"x-forwarded-for": sent})
    assert AccessAttempt.objects.get().ip_address == address


def test_the_home_page_tells_who_may_see_accounts(boss, client):
    guess(11)
    client.force_login(boss)
    page = client.get("/admin/").content.decode()
    assert "Log-ins paused after wrong passwords" in page
    assert "198.51.100.7" in page


@pytest.mark.parametrize(("days", "is_kept"), [(179, True), (181, False)])
def test_log_ins_and_wrong_passwords_are_kept_for_half_a_year(boss, days, is_kept):
    guess(1)
    assert log_in(PASSWORD, address="203.0.113.1").status_code == 302
    for kind in (AccessFailureLog, AccessLog):
        assert "wrong-0" not in str(kind.objects.values_list())
        kind.objects.update(attempt_time=timezone.now() - timedelta(days=days))
    retention.delete_expired()
    assert AccessFailureLog.objects.exists() == is_kept
    assert AccessLog.objects.exists() == is_kept


def test_a_name_of_no_account_is_not_kept(boss):
    log_in("wrong", name="boss")
    log_in("wrong", name="a password in the wrong field")
    assert sorted(AccessFailureLog.objects.values_list("username", flat=True), key=str) == [None, "boss"]


def test_guesses_push_out_no_record(boss, settings):
    settings.AXES_ACCESS_FAILURE_LOG_PER_USER_LIMIT = 1
    guess(3)
    assert AccessFailureLog.objects.count() == 3


def test_log_ins_are_logged_by_the_number_of_the_account(boss, caplog):
    caplog.set_level("INFO", "openuser")
    client = Client()
    client.post("/admin/login/", {"username": "boss", "password": "wrong-1"})
    client.post("/admin/login/", {"username": "boss", "password": PASSWORD})
    client.post("/admin/logout/")
    told = [(one.getMessage(), vars(one).get("account")) for one in caplog.records if one.name == "openuser.receivers"]
    assert told == [("A log-in failed.", None), ("An account logged in.", boss.pk), ("An account logged out.", boss.pk)]
