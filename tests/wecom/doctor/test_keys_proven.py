"""The doctor says when WeChat Work last proved that it has our Token and EncodingAESKey."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from openuser import retention
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from tests.wecom.support.diagnoses import diagnose, found
from wecom.models import Application, Callback

pytestmark = pytest.mark.django_db(transaction=True)
ECHO = "1616140317555161061"


def checks_the_url(client, application: Application) -> None:
    """What the console does when it saves the callback settings."""
    sealed = Envelope(application, ECHO)
    answer = client.get(f"{PATH}?{sealed.query}&{urlencode({'echostr': sealed.encrypted})}")
    assert answer.content == ECHO.encode()


def test_keys_are_not_proven_by_a_probe_of_our_own(site, connected):
    assert diagnose("public-url", "keys-proven")[1]["public-url"]["level"] == "good"
    finding = found("keys-proven")
    assert (finding["level"], finding["code"]) == ("warn", "never")
    assert "Save the callback settings" in finding["remedy"]


def test_the_url_check_of_the_console_proves_the_keys(connected, client):
    checks_the_url(client, connected)
    at = timezone.localtime(Application.objects.get().keys_proven_at).strftime("%Y-%m-%d %H:%M")
    assert found("keys-proven")["words"] == f"They were last proven at {at}."


def test_a_callback_proves_the_keys_also_once_it_is_deleted(connected, client):
    Envelope(connected, text_xml(connected)).post(client)
    at = Callback.objects.get().created_at - timedelta(days=31)
    Callback.objects.update(created_at=at, status="done")
    local = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    assert found("keys-proven")["words"] == f"They were last proven at {local}, by a callback."
    retention.delete_expired()
    assert not Callback.objects.exists()
    assert found("keys-proven")["words"] == f"They were last proven at {local}."


def test_new_keys_are_not_proven_by_what_came_with_the_old_ones(connected, client):
    checks_the_url(client, connected)
    old = Application.objects.get()
    changed = Application.objects.get()
    changed.token = "another0token"
    changed.save()
    Envelope(old, text_xml(old)).post(client)
    checks_the_url(client, old)
    assert Callback.objects.count() == 1
    assert found("keys-proven")["code"] == "never"
    assert Application.objects.get().keys_proven_at is None
    checks_the_url(client, changed)
    assert found("keys-proven")["level"] == "good"
