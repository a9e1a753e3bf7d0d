"""The access token: one for all, fetched by one."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from wecom import auth
from wecom.exceptions import ConfigurationError
from wecom.models import Application

pytestmark = pytest.mark.django_db(transaction=True)


def test_cold_workers_at_once_fetch_one_token(connected, emulator):
    start, tokens = threading.Barrier(12), []

    def ask() -> None:
        start.wait()
        try:
            tokens.append(auth.access_token(Application.objects.select_related("corporation").get()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 12
    assert len(set(tokens)) == 1
    assert emulator.calls("gettoken") == 1


def test_a_token_is_renewed_before_it_expires(connected, emulator):
    auth.access_token(connected)
    Application.objects.update(access_token_expires_at=timezone.now() + timedelta(minutes=4))
    auth.access_token(connected)
    assert emulator.calls("gettoken") == 2


def test_a_refused_token_is_replaced_by_the_first_and_the_others_take_that_one(connected, emulator):
    old = auth.access_token(connected)
    emulator.api("DELETE", "tokens")
    new = auth.access_token(connected, rejected=old)
    assert new != old
    assert auth.access_token(connected, rejected=old) == new
    assert emulator.calls("gettoken") == 2


def test_a_wrong_secret_is_tried_once_and_then_the_application_is_held(connected, emulator):
    connected.secret = "wrong"
    connected.save()
    for _ in range(3):
        with pytest.raises(ConfigurationError):
            auth.access_token(connected)
    assert emulator.calls("gettoken") == 1
    connected.refresh_from_db()
    assert "Secret" in connected.held_reason


def test_a_fetcher_that_died_is_replaced(connected):
    Application.objects.update(token_lease_owner="dead", token_lease_until=timezone.now() - timedelta(seconds=1))
    assert auth.access_token(connected)
