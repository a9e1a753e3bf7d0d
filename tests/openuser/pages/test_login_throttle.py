"""Guesses are slowed down and stopped by account and address, keep nobody else out, and are told of."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.utils import timezone

from openuser import retention
from openuser.pages import login_throttle
from openuser.pages.login_throttle import Failures

pytestmark = pytest.mark.django_db
PASSWORD = "right-password-1"
COMPANY, HOME = "198.51.100.7", "203.0.113.1"  # an address that all share, and another
NOW = timezone.now()


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", password=PASSWORD)


def log_in(password: str = PASSWORD, *, name: str = "boss", address: str = COMPANY, **headers: str):
    form = {"username": name, "password": password}
    return Client().post("/admin/login/?next=/admin/", form, REMOTE_ADDR=address, headers=headers)


def failed(count: int, *, name: str = "boss", address: str = COMPANY, ago: timedelta = timedelta()) -> None:
    """Failures as they are recorded, the last of them some time ago."""
    row = AccessAttempt.objects.create(
        username=name, ip_address=address, user_agent=f"{AccessAttempt.objects.count()}", failures_since_start=count
    )
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - ago)


def guess(times: int, **place: str) -> None:
    """Wrong passwords, each after the wait that the one before asks for."""
    for number in range(times):
        AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(seconds=70))
        log_in(f"wrong-{number}", **place)


def has_logged_in(name: str, address: str) -> None:
    AccessLog.objects.create(username=name, ip_address=address)


def test_the_numbers_are_ten_a_hundred_and_a_quarter_of_an_hour():
    assert (settings.AXES_FAILURE_LIMIT, settings.LOGIN_ADDRESS_FAILURES) == (10, 100)
    assert timedelta(minutes=15) == settings.AXES_COOLOFF_TIME


def test_each_wrong_password_is_slower_until_the_tenth_stops():
    waits = [Failures(here=number, last_here=NOW).wait(NOW).total_seconds() for number in range(12)]
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 900, 900]
    assert [Failures(here=number).is_stopped for number in (9, 10)] == [False, True]


@pytest.mark.databases
def test_the_tenth_wrong_password_stops_the_account_at_this_address_alone(boss):
    failed(9, ago=timedelta(minutes=2))
    assert log_in("wrong").status_code == 429
    assert log_in().status_code == 429
    assert log_in(address=HOME).status_code == 302


def test_a_guesser_behind_the_same_address_keeps_no_colleague_out(boss):
    for number in range(9):
        failed(10, name=f"colleague{number}")
    assert log_in(name="colleague0").status_code == 429
    assert log_in().status_code == 302


@pytest.mark.databases
def test_a_hundred_failures_stop_an_address_for_those_it_never_saw(boss):
    User.objects.create_superuser("known", password=PASSWORD)
    has_logged_in("known", COMPANY)
    failed(99, name="somebody", ago=timedelta(minutes=2))
    assert log_in("wrong", name="other").status_code == 429
    assert log_in().status_code == 429
    assert log_in(name="known").status_code == 302
    assert log_in(address=HOME).status_code == 302


@pytest.mark.databases
def test_guesses_from_many_addresses_never_lock_the_owner_out(boss):
    has_logged_in("boss", COMPANY)
    for number in range(200):
        failed(1, address=f"192.0.2.{number}")
    assert log_in().status_code == 302  # where the owner works
    assert log_in(address=HOME).status_code == 302  # and where the owner never was


@pytest.mark.parametrize(
    ("elsewhere", "is_known", "tries"),
    [(0, False, 10), (9, False, 10), (10, False, 3), (99, False, 3), (100, False, 1), (100, True, 10)],
)
def test_an_account_that_many_guess_leaves_each_unknown_address_fewer_tries(elsewhere, is_known, tries):
    assert Failures(elsewhere=elsewhere, is_known=is_known).tries == tries


def test_a_wait_is_told_and_holds_for_the_right_password(boss):
    failed(3, ago=timedelta(seconds=2))
    page = log_in("wrong").content.decode()
    assert "Try again in 2 seconds." in page
    assert log_in().status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=3))
    assert log_in().status_code == 302


def test_a_log_in_forgives_only_what_was_guessed_at_its_address(boss):
    failed(2)
    failed(10, address=HOME)
    failed(5, name="other")
    assert log_in().status_code == 302
    assert sorted(AccessAttempt.objects.values_list("username", "ip_address")) == [("boss", HOME), ("other", COMPANY)]


def test_names_without_an_account_are_slowed_down_alike(boss):
    for name in ("boss", "nobody"):
        failed(3, name=name, ago=timedelta(seconds=5))
    pages = [log_in("wrong", name=name) for name in ("boss", "nobody")]
    assert [page.status_code for page in pages] == [200, 200]
    assert ["Try again in 2 seconds." in page.content.decode() for page in pages] == [True, True]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:1:2:3", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("unix:", "0.0.0.0", True),
        ("", "0.0.0.0", True),
    ],
)
def test_failures_count_by_address_and_for_ipv6_by_network(rf, one, other, is_same):
    first, second = (login_throttle.address_of(rf.get("/", REMOTE_ADDR=address)) for address in (one, other))
    assert (first == second) == is_same


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


@pytest.mark.databases
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
