"""Guesses are slowed down and stopped by account and address; nobody's guesses keep others out."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from openuser.pages import login_throttle
from openuser.pages.login_throttle import Failures

pytestmark = pytest.mark.django_db
PASSWORD = "right-password-1"
COMPANY, HOME = "198.51.100.7", "203.0.113.1"  # an address that all share, and another
NOW = timezone.now()


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", password=PASSWORD)


def log_in(password: str = PASSWORD, *, name: str = "boss", address: str = COMPANY):
    form = {"username": name, "password": password}
    return Client().post("/admin/login/?next=/admin/", form, REMOTE_ADDR=address)


def failed(count: int, *, name: str = "boss", address: str = COMPANY, ago: timedelta = timedelta()) -> None:
    """Failures as they are recorded, the last of them some time ago."""
    row = AccessAttempt.objects.create(
        username=name, ip_address=address, user_agent=f"{AccessAttempt.objects.count()}", failures_since_start=count
    )
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - ago)


def has_logged_in(name: str, address: str) -> None:
    AccessLog.objects.create(username=name, ip_address=address)


def test_the_numbers_are_ten_a_hundred_and_a_quarter_of_an_hour():
    assert (settings.AXES_FAILURE_LIMIT, settings.LOGIN_ADDRESS_FAILURES) == (10, 100)
    assert timedelta(minutes=15) == settings.AXES_COOLOFF_TIME


def test_each_wrong_password_is_slower_until_the_tenth_stops():
    waits = [Failures(here=number, last_here=NOW).wait(NOW).total_seconds() for number in range(12)]
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 900, 900]
    assert [Failures(here=number).is_stopped for number in (9, 10)] == [False, True]


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


def test_a_hundred_failures_stop_an_address_for_those_it_never_saw(boss):
    User.objects.create_superuser("known", password=PASSWORD)
    has_logged_in("known", COMPANY)
    failed(99, name="somebody", ago=timedelta(minutes=2))
    assert log_in("wrong", name="other").status_code == 429
    assert log_in().status_code == 429
    assert log_in(name="known").status_code == 302
    assert log_in(address=HOME).status_code == 302


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
    ],
)
def test_failures_count_by_address_and_for_ipv6_by_network(rf, one, other, is_same):
    first, second = (login_throttle.address_of(rf.get("/", REMOTE_ADDR=address)) for address in (one, other))
    assert (first == second) == is_same
