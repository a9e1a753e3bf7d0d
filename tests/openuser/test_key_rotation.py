"""Keys are replaced and nothing is lost: stored secrets, links, signatures, receipts."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core import signing
from django.core.management import call_command
from django.db import connection

from core.evidence import signed_documents
from core.web import signed_links
from openuser import key_rotation
from openuser.models import WebhookEndpoint
from tests.support import factories
from wecom.models import Application
from wecom.personal_data import person_requests

pytestmark = pytest.mark.django_db


def stored(model, column: str) -> list[str]:
    """As it is in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} ORDER BY id")
        return [value for (value,) in cursor.fetchall()]


@pytest.fixture
def newer(settings) -> str:
    """What was written before has an older key than the newest one."""
    factories.make_application()
    WebhookEndpoint.objects.create(name="OA", url="https://example.com", events=[])
    key = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [key, *settings.FIELD_KEYS]
    return key


@pytest.mark.databases
def test_after_a_rotation_the_old_key_is_not_needed(newer, settings, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH", 1)
    token, secret = Application.objects.get().token, WebhookEndpoint.objects.get().secret
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    assert "wecom.Application.token: 1 renewed" in said.getvalue()
    assert "remove the older keys" in said.getvalue()
    settings.FIELD_KEYS = [newer]
    assert (Application.objects.get().token, WebhookEndpoint.objects.get().secret) == (token, secret)


def test_an_interrupted_rotation_goes_on_where_it_was(newer):
    steps = key_rotation.rotate()
    first = next(done for done in steps if done.renewed)
    steps.close()
    again = {done.label: done for done in key_rotation.rotate()}
    assert (again[first.label].renewed, again[first.label].current) == (0, first.renewed)


def test_what_no_key_opens_stays_and_is_told(newer, settings):
    before = stored(Application, "token")
    settings.FIELD_KEYS = [newer]
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    assert "no key opens 1" in said.getvalue()
    assert "remove" not in said.getvalue()
    assert stored(Application, "token") == before


def test_what_an_earlier_secret_key_signed_counts_until_it_is_removed(settings):
    application = factories.make_application()
    old, link, signed = settings.SECRET_KEY, signed_links.signed_url("a.mp4").partition("key=")[2], signing.dumps(1)
    document, digest = signed_documents.sign({"member": "x"}), person_requests.digest_of(application.corporation, "x")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 8, [old]
    assert signed_links.is_valid_key("a.mp4", link)
    assert signing.loads(signed) == 1
    assert signed_documents.verify(document, keys=signed_documents.public_keys()) == {"member": "x"}
    assert digest in person_requests.digests_of(application.corporation, "x")
    assert digest != person_requests.digest_of(application.corporation, "x")
    settings.SECRET_KEY_FALLBACKS = []
    assert not signed_links.is_valid_key("a.mp4", link)
    with pytest.raises(signed_documents.SignatureError):
        signed_documents.verify(document, keys=signed_documents.public_keys())
