"""PgBouncer in transaction mode before PostgreSQL: what lasts longer than a transaction goes past it.

`python -m tests.nightly.pooled` runs everything that depends on the database through one.
"""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

import pytest
from django.conf import settings as project
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from core.postgresql.prepared_statements import prepared_statements
from core.work.db_connections import unpooled_connection
from core.work.life_lock import LifeLock, held
from core.work.process_identity import process_token
from openuser.backup import databases
from openuser.servers.server_processes import Processes
from tests.support import factories
from tests.support.emulator import wait_for
from tests.support.servers import pgbouncer
from wecom.models import Callback, Member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
USES = 8  # of a statement, more than psycopg takes to prepare it


@pytest.fixture(scope="module")
def pooler() -> Iterator[int]:
    """The port of a PgBouncer with two connections."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no pooler.")
    owner = Processes()
    with pgbouncer.running(owner, project.DATABASE_URL, pool_size=2) as url:
        yield urlsplit(url).port or 0
    owner.end_all()


@pytest.fixture(autouse=True)
def pooled(pooler: int, transactional_db, settings) -> Iterator[None]:
    """This thread's connection is lent for a transaction each."""
    direct = connections[DEFAULT_DB_ALIAS]
    settings.DATABASE_DIRECT = {**direct.settings_dict}
    lent = unpooled_connection()
    lent.settings_dict |= {"HOST": "127.0.0.1", "PORT": str(pooler), "DISABLE_SERVER_SIDE_CURSORS": True}
    connections[DEFAULT_DB_ALIAS] = lent
    yield
    lent.close()
    connections[DEFAULT_DB_ALIAS] = direct


def others_come_between() -> None:
    """Another client takes a connection of the pooler, so that this one gets the other."""
    other = unpooled_connection()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM wecom_member")
        Member.objects.count()
        cursor.execute("COMMIT")
    other.close()


def test_prepared_statements_follow_to_another_connection():
    application = factories.make_application()
    factories.make_member(application, "a")
    with prepared_statements():
        for _ in range(USES):
            assert Member.objects.get(user_id="a").user_id == "a"
            others_come_between()


def test_long_reads_go_on_after_other_transactions():
    application = factories.make_application()
    for number in range(6):
        factories.make_member(application, f"m{number}")
    rows = Member.objects.order_by("pk").iterator(chunk_size=2)
    assert len(list(islice(rows, 2))) == 2
    others_come_between()
    assert len(list(rows)) == 4


def test_work_is_claimed_once_and_locks_end_with_their_transaction():
    row = factories.make_callback()
    assert Callback.claim(row.pk) is not None
    others_come_between()
    assert Callback.claim(row.pk) is None
    with transaction.atomic():
        Member.objects.select_for_update().count()
        others_come_between()


def test_the_lock_of_a_living_process_goes_past_it():
    lock = LifeLock()
    assert lock.hold()
    others_come_between()
    assert process_token() in held()
    lock.release()
    wait_for(lambda: process_token() not in held(), "the lock to end")


def test_a_backup_is_of_one_moment():
    factories.make_member(factories.make_application(), "a")
    with databases.own().snapshot() as snapshot:
        assert snapshot.rows[Member._meta.db_table] == 1
        assert len(b"".join(snapshot.pieces)) > 1000
