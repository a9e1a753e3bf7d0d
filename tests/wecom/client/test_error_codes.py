"""The platform's error codes, each played by the emulator, and what follows for the message."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from wecom import services
from wecom.client import access_tokens, call_limit_breaker, error_codes
from wecom.exceptions import (
    ApiError,
    BusyError,
    ChatGone,
    ConfigurationError,
    LimitedError,
    LoginExpired,
    MediaExpired,
    MediaRefused,
    RecipientError,
    TokenRejected,
)
from wecom.models import Application, Circuit, Outbound
from wecom.outbox import dispatcher

pytestmark = pytest.mark.django_db

TOKEN = (40014, 41001, 42001)
BUSY = (-1, 6000, 45035)
LIMITED = (45009, 45033, 45036)
CONFIGURATION = (
    *(40013, 40056, 41002, 41004, 43009, 43012, 45031, 48001, 48002, 48004, 48006, 48009, 48010),
    *(50001, 50003, 60020, 60031, 80001, 85005, 301002, 301007, 701008, 701016, 701099),
)
RECIPIENT = (
    *(40003, 40031, 40032, 40066, 40068, 40070, 43004, 46004, 50002, 60003, 60011, 60021, 60030, 60111, 60123),
    *(81013, 84061, 92000),
)
MEDIA = (*(40004, 40005, 40006, 40007, 40009, 40011, 40123, 40145, 45001, 45007, 301016, 301017),)
OURS = (
    *(40008, 40033, 40035, 40058, 40063, 41033, 44001, 44004, 45002, 45008, 45029, 45032, 45034, 82004),
    *(40029, 42003, 42022, 40050, 86001, 86215, 49008, 40074, 40201, 40204, 85002, *range(42014, 42021)),
    *(*range(42027, 42032), 42033, *range(42035, 42053), 48005, 60140, 81012, 82001, 82002, 82003, 830002, 40146),
    *range(90200, 90209),
)


def one_of_each(codes: Iterable[int]) -> list[Any]:
    """The codes, of which the suite plays one for each of our errors: others of the same error take the same way."""
    first: dict[type[ApiError], int] = {}
    for code in codes:
        first.setdefault(error_of(code), code)
    return [code if code in first.values() else pytest.param(code, marks=pytest.mark.thorough) for code in codes]


def error_of(code: int) -> type[ApiError]:
    return type(error_codes.exception_for(code, "words"))


@pytest.fixture
def connected(connected: Application, settings) -> Application:
    """With a token, and with waits as long as in earnest."""
    settings.WECOM = {**settings.WECOM, "RETRY_BASE_SECONDS": 1.0}
    access_tokens.valid_token(connected)
    return connected


def send(emulator, person, errcode: int, *, times: int = 1) -> Outbound:
    """A message at whose delivery the platform answers with a code."""
    emulator.fault("", errcode=errcode, times=times)
    outbound = services.send_text(person.user_id, content="你好")
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    return outbound


def state(outbound: Outbound) -> tuple[str, str, int]:
    return (outbound.status, outbound.reason, outbound.attempts)


@pytest.mark.parametrize("errcode", [*TOKEN, 40001])
def test_a_refused_token_is_fetched_anew_once_and_the_call_repeated(connected, wecom, phone, errcode):
    outbound = send(wecom.emulator, phone, errcode)
    assert state(outbound) == ("done", "", 1)
    assert (wecom.calls("message/send"), wecom.calls("gettoken")) == (2, 2)
    assert phone.screen.lines() == ["你好"]


@pytest.mark.parametrize("errcode", TOKEN)
def test_a_token_refused_twice_is_not_fetched_again(connected, emulator, person, errcode):
    outbound = send(emulator, person, errcode, times=5)
    assert state(outbound) == ("queued", "busy", 1)
    assert (emulator.calls("message/send"), emulator.calls("gettoken")) == (2, 2)


def test_a_secret_refused_with_a_fresh_token_is_a_wrong_setting(connected, emulator, person):
    outbound = send(emulator, person, 40001, times=5)
    assert state(outbound) == ("queued", "held", 0)
    assert (emulator.calls("message/send"), emulator.calls("gettoken")) == (2, 2)


@pytest.mark.parametrize("errcode", BUSY)
def test_a_busy_platform_is_asked_again_later(connected, wecom, phone, errcode):
    outbound = send(wecom.emulator, phone, errcode)
    assert state(outbound) == ("queued", "busy", 1)
    assert timezone.now() < outbound.due_at < timezone.now() + timedelta(seconds=6)
    assert outbound.tries.get().outcome == "retry"
    dispatcher.deliver(outbound.pk, now=outbound.due_at)
    phone.screen.shows("你好")
    assert wecom.calls("message/send") == 2


def test_a_platform_that_stays_busy_is_asked_ever_more_rarely(connected, emulator, person):
    outbound = send(emulator, person, -1, times=6)
    waits = []
    for _ in range(4):
        waits.append(outbound.due_at - timezone.now())
        dispatcher.deliver(outbound.pk, now=outbound.due_at)
        outbound.refresh_from_db()
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(minutes=4)


@pytest.mark.parametrize("errcode", BUSY)
def test_a_busy_platform_gets_three_quick_and_seven_slow_tries(connected, emulator, person, errcode):
    outbound, waits = send(emulator, person, errcode, times=20), []
    while not outbound.is_finished:
        waits.append(outbound.due_at - timezone.now())
        dispatcher.deliver(outbound.pk, now=outbound.due_at)
        outbound.refresh_from_db()
    assert state(outbound) == ("failed", "busy", 10)
    assert [wait < timedelta(minutes=1) for wait in waits] == [True, True, *[False] * 7]
    assert (emulator.calls("message/send"), outbound.errcode) == (10, errcode)
    assert outbound.results() == {person.user_id: "failed"}
    emulator.api("POST", "reset", json={"what": ["faults"]})
    emulator.fault("", errcode=errcode)
    services.resend(outbound)
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    assert state(outbound) == ("queued", "busy", 1)
    dispatcher.deliver(outbound.pk, now=outbound.due_at)
    assert person.reads_text() == "你好"


def test_what_may_have_arrived_before_the_platform_was_busy_stays_unknown(connected, emulator, person):
    outbound = send(emulator, person, -1, times=20)
    Outbound.objects.update(was_ambiguous=True)
    while not outbound.is_finished:
        dispatcher.deliver(outbound.pk, now=outbound.due_at)
        outbound.refresh_from_db()
    assert state(outbound) == ("failed", "unknown", 10)


@pytest.mark.parametrize("errcode", LIMITED)
def test_a_limit_closes_the_interface_without_burning_attempts(connected, emulator, person, errcode):
    outbound = send(emulator, person, errcode)
    assert state(outbound) == ("queued", "quota", 0)
    assert timedelta(seconds=55) < outbound.due_at - timezone.now() <= timedelta(seconds=60)
    other = services.send_text(emulator.hire().user_id, content="也等等")
    dispatcher.deliver(other.pk)
    other.refresh_from_db()
    assert state(other) == ("queued", "quota", 0)
    assert not other.tries.exists()
    assert emulator.calls("message/send") == 1
    Circuit.objects.update(until=timezone.now())
    for row in (outbound, other):
        dispatcher.deliver(row.pk, now=outbound.due_at)
    assert person.texts() == ["你好"]
    assert not Circuit.objects.exists()


def test_a_limit_grows_from_minute_to_hour_to_day(connected, emulator, person):
    outbound, waits = send(emulator, person, 45009, times=3), []
    for _ in range(3):
        circuit = Circuit.objects.get()
        waits.append(circuit.until - circuit.since)
        Circuit.objects.update(until=timezone.now())
        dispatcher.deliver(outbound.pk, now=outbound.due_at)
        outbound.refresh_from_db()
    assert waits[:2] == [timedelta(minutes=1), timedelta(hours=1)]
    assert call_limit_breaker.next_quota_day(timezone.now()) - timezone.now() == pytest.approx(
        waits[2], abs=timedelta(seconds=60)
    )
    assert outbound.status == "done"
    assert person.texts() == ["你好"]


@pytest.mark.parametrize("errcode", one_of_each(CONFIGURATION))
def test_a_wrong_setting_holds_the_application_without_burning_attempts(connected, emulator, person, errcode):
    outbound = send(emulator, person, errcode)
    assert state(outbound) == ("queued", "held", 0)
    connected.refresh_from_db()
    assert connected.held_until > timezone.now()
    assert len(connected.held_reason) > len("WeChat Work answered 60020. ")
    other = services.send_text(emulator.hire().user_id, content="也等等")
    dispatcher.deliver(other.pk)
    other.refresh_from_db()
    assert state(other) == ("queued", "held", 0)
    assert emulator.calls("message/send") == 1
    assert outbound.tries.get().outcome == "held"


@pytest.mark.parametrize("errcode", one_of_each(RECIPIENT))
def test_somebody_who_cannot_be_reached_is_named_and_not_tried_again(connected, emulator, person, errcode):
    outbound = send(emulator, person, errcode)
    assert state(outbound) == ("failed", "recipient", 1)
    assert outbound.results() == {person.user_id: "unreached"}
    ended(emulator, person, outbound, errcode)


@pytest.mark.parametrize("errcode", one_of_each(MEDIA))
def test_a_file_that_the_platform_does_not_take_is_not_sent_again(connected, emulator, person, errcode):
    outbound = send(emulator, person, errcode)
    assert state(outbound) == ("failed", "media", 1)
    ended(emulator, person, outbound, errcode)


@pytest.mark.parametrize("errcode", one_of_each(OURS))
def test_a_request_refused_for_its_content_is_not_retried(connected, emulator, person, errcode):
    outbound = send(emulator, person, errcode)
    assert state(outbound) == ("failed", "refused", 1)
    ended(emulator, person, outbound, errcode)


def ended(emulator, person, outbound: Outbound, errcode: int) -> None:
    """Asked once, held no one else, counted for no one else, and says why."""
    dispatcher.deliver(outbound.pk, now=timezone.now() + timedelta(hours=1))
    assert emulator.calls("message/send") == 1
    assert outbound.errcode == errcode
    outcome = "retry" if errcode in error_codes.EXPIRED else "failed"  # a media ID that expired may be renewed
    assert [(attempt.outcome, attempt.errcode) for attempt in outbound.tries.all()] == [(outcome, errcode)]
    assert Application.objects.get().held_until is None
    assert not outbound.send_reservations.exists()
    assert person.received() == []


@pytest.mark.parametrize("errcode", [*CONFIGURATION, *RECIPIENT, *LIMITED, *BUSY, *MEDIA, 40001, 40201, 82003])
def test_what_a_person_can_do_is_said(errcode):
    if errcode not in error_codes.EXPIRED:  # it is uploaded again by itself
        assert error_codes.remedy_for(errcode)


def test_a_remedy_has_no_blank_where_the_address_is_unknown():
    assert "{" not in error_codes.remedy_for(60020)
    assert "203.0.113.9" in error_codes.remedy_for(60020, ip="203.0.113.9")


@pytest.mark.parametrize(
    ("codes", "errors"),
    [
        (TOKEN, {TokenRejected}),
        (BUSY, {BusyError}),
        (LIMITED, {LimitedError}),
        (CONFIGURATION, {ConfigurationError}),
        (RECIPIENT, {RecipientError}),
        (MEDIA, {MediaExpired, MediaRefused}),
        (OURS, {ApiError, ChatGone, LoginExpired}),
    ],
)
def test_each_code_is_one_of_our_errors(codes, errors):
    assert {error_of(code) for code in codes} == errors


@pytest.mark.parametrize(
    ("errcode", "kind"), [(40029, LoginExpired), (42003, LoginExpired), (86215, ChatGone), (40058, ApiError)]
)
def test_other_interfaces_tell_their_errors_by_remedy(errcode, kind):
    assert type(error_codes.exception_for(errcode, "words")) is kind


def test_too_many_wrong_secrets_hold_the_application_an_hour(connected, emulator, person):
    Application.objects.update(access_token="", access_token_expires_at=None)
    emulator.fault("", path="gettoken", errcode=45009)
    for _ in range(3):
        outbound = services.send_text(person.user_id, content="你好")
        dispatcher.deliver(outbound.pk)
    outbound = Outbound.objects.first()
    assert state(outbound) == ("queued", "held", 0)
    assert Application.objects.get().held_until > timezone.now() + timedelta(minutes=50)
    assert emulator.calls("gettoken") == 2


@pytest.mark.parametrize("address", ["https://127.0.0.1:{port}", "https://qyapi.invalid", "http://127.0.0.1:9"])
def test_a_call_that_never_left_is_certain_and_made_again(connected, wecom, phone, address):
    right = connected.api_base_url
    Application.objects.update(api_base_url=address.format(port=wecom.emulator.port))
    outbound = services.send_text(phone.user_id, content="你好")
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    assert outbound.status == "queued"
    assert [attempt.outcome for attempt in outbound.tries.all()] == ["retry"]
    Application.objects.update(api_base_url=right)
    dispatcher.deliver(outbound.pk, now=outbound.due_at)
    phone.screen.shows("你好")
    assert wecom.calls() == 1
