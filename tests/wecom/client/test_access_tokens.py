"""The access token: one for all processes, fetched once."""

import multiprocessing
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from openuser.launcher.installation import close_database
from wecom.client import access_tokens, api
from wecom.exceptions import ConfigurationError
from wecom.models import Application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_twenty_cold_workers_at_once_fetch_one_token(connected, emulator):
    start, tokens = threading.Barrier(20), []

    def ask() -> None:
        start.wait()
        try:
            tokens.append(access_tokens.valid_token(Application.objects.select_related("corporation").get()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 20
    assert len(set(tokens)) == 1
    assert emulator.calls("gettoken") == 1


def test_twenty_cold_processes_at_once_fetch_one_token(connected, emulator):
    close_database()  # a connection does not survive the fork
    fork = multiprocessing.get_context("fork")
    start, tokens = fork.Barrier(20), fork.Queue()
    processes = [fork.Process(target=ask_in_a_process, args=(start, tokens)) for _ in range(20)]
    for process in processes:
        process.start()
    told = [tokens.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert len(set(told)) == 1
    assert told[0]
    assert emulator.calls("gettoken") == 1


def ask_in_a_process(start, tokens) -> None:
    """What a worker does first, in a process that has nothing of this one but its settings."""
    start.wait()
    try:
        tokens.put(str(access_tokens.valid_token(Application.objects.select_related("corporation").get())))
    except BaseException:
        tokens.put("")
        raise
    finally:
        close_database()


def test_processes_that_meet_an_expired_token_fetch_one(connected, emulator, person):
    old = access_tokens.valid_token(connected)
    emulator.api("DELETE", "tokens", json={"expired": True})
    start, outcomes = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        try:
            application = Application.objects.select_related("corporation").get()
            outcomes.append(api.get(application, "user/get", token=old, userid=person.user_id)["errcode"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [0] * 8
    assert emulator.calls("gettoken") == 2


def test_an_expiring_token_serves_others_while_one_renews_it(connected, emulator):
    old = access_tokens.valid_token(connected)
    expires, lease = timezone.now() + timedelta(minutes=4), timezone.now() + timedelta(minutes=1)
    Application.objects.update(access_token_expires_at=expires, token_lease_owner="a", token_lease_until=lease)
    assert access_tokens.valid_token(connected) == old
    assert emulator.calls("gettoken") == 1


def test_twenty_workers_with_a_wrong_secret_ask_once(connected, emulator):
    connected.secret = "wrong"
    connected.save()
    start, refused = threading.Barrier(20), []

    def ask() -> None:
        start.wait()
        try:
            access_tokens.valid_token(Application.objects.select_related("corporation").get())
        except ConfigurationError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 20
    assert emulator.calls("gettoken") == 1


def test_a_token_is_renewed_before_it_expires(connected, emulator):
    access_tokens.valid_token(connected)
    Application.objects.update(access_token_expires_at=timezone.now() + timedelta(minutes=4))
    access_tokens.valid_token(connected)
    assert emulator.calls("gettoken") == 2


def test_a_refused_token_is_replaced_once_for_all(connected, emulator):
    old = access_tokens.valid_token(connected)
    emulator.api("DELETE", "tokens")
    new = access_tokens.valid_token(connected, rejected=old)
    assert new != old
    assert access_tokens.valid_token(connected, rejected=old) == new
    assert emulator.calls("gettoken") == 2


def test_a_wrong_secret_is_tried_once_and_then_the_application_is_held(connected, emulator):
    connected.secret = "wrong"
    connected.save()
    for _ in range(3):
        with pytest.raises(ConfigurationError):
            access_tokens.valid_token(connected)
    assert emulator.calls("gettoken") == 1
    connected.refresh_from_db()
    assert "Secret" in connected.held_reason


def test_a_fetcher_that_died_is_replaced(connected):
    Application.objects.update(token_lease_owner="dead", token_lease_until=timezone.now() - timedelta(seconds=1))
    assert access_tokens.valid_token(connected)
