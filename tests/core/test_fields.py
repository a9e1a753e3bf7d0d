"""Encrypted fields: secrets at rest."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tests.support import factories
from wecom.models import Application

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def stored(application: Application) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM wecom_application WHERE id = %s", [application.pk])
        return str(cursor.fetchone()[0])


def test_a_secret_comes_back_and_the_database_never_sees_it():
    application = factories.make_application(secret="very secret")
    application.refresh_from_db()
    assert application.secret == "very secret"
    assert "very" not in stored(application)


def test_a_rotated_key_reads_old_secrets_and_writes_new_ones(settings):
    old = settings.FIELD_KEYS[0]
    application = factories.make_application(secret="kept")
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    application.refresh_from_db()
    assert application.secret == "kept"
    application.save()
    settings.FIELD_KEYS = [new]
    application.refresh_from_db()
    assert application.secret == "kept"


def test_a_lost_key_is_an_error_and_not_a_ciphertext(settings):
    application = factories.make_application()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ImproperlyConfigured, match="OPENUSER_FIELD_KEYS"):
        application.refresh_from_db()


def test_without_a_key_nothing_is_written_in_the_clear(settings):
    settings.FIELD_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="OPENUSER_FIELD_KEYS"):
        factories.make_application()


def test_an_empty_value_stays_empty():
    application = factories.make_application()
    application.refresh_from_db()
    assert application.access_token == ""
