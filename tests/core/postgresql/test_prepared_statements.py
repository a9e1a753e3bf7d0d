"""Statements that PostgreSQL keeps parsed and planned."""

import pytest
from django.db import connection

from core.postgresql.prepared_statements import prepared_statements
from tests.support import factories
from wecom.models import Member

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
USES = 8


@pytest.fixture(autouse=True)
def _members():
    application = factories.make_application()
    for name in ("a", "b"):
        factories.make_member(application, name)


def _look_up() -> int:
    """How many statements about members the server keeps after many look-ups."""
    for name in ("a", "b") * (USES // 2):
        assert Member.objects.get(user_id=name).user_id == name
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '%wecom_member%'")
        return int(cursor.fetchone()[0])


def test_statements_are_prepared_only_where_work_asks_for_it():
    before = _look_up()
    with prepared_statements():
        inside = _look_up()
    assert inside - before == (connection.vendor == "postgresql")
    assert _look_up() == inside


def test_the_settings_keep_statements_from_being_prepared(settings):
    settings.DATABASE_PREPARED_STATEMENTS = False
    before = _look_up()
    with prepared_statements():
        assert _look_up() == before


def test_an_error_inside_leaves_the_connection_as_it_was():
    with pytest.raises(Member.DoesNotExist), prepared_statements():
        Member.objects.get(user_id="nobody")
    if connection.vendor == "postgresql":
        assert not connection.prepares
        assert connection.connection.prepare_threshold is None
