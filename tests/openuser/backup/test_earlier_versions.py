"""A backup of a database of an earlier version: restored as it was, and then updated."""

import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from core.work import kept_threads
from openuser.backup import age_format
from openuser.launcher.installation import close_database
from tests.conftest import server
from tests.openuser.support.earlier_databases import earlier, let_go, schema
from tests.openuser.test_upgrades import counts
from tests.runner.database_templates import replaced
from tests.runner.table_cleanup import end_other_sessions
from tests.support import factories
from wecom import services as wecom
from wecom.models import Member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(age_format, "WORK_FACTOR", 4)
    if connection.vendor == "postgresql":
        close_database()
        end_other_sessions()
    settings.VAR_DIR = tmp_path
    settings.BACKUP = {**settings.BACKUP, "TO": str(tmp_path / "backups"), "PASSPHRASE": "correct horse battery"}
    notes = {"SPOOL_DIR": str(tmp_path / "spool"), "RESTORE_GUARD_FILE": str(tmp_path / "senders.json")}
    settings.WECOM = {**settings.WECOM, **notes}


@pytest.fixture(autouse=True)
def kept_thread(folder) -> None:
    """A thread that has written to the database and waits for its next work, as those of callbacks do."""
    written = threading.Event()

    def write() -> None:
        factories.make_application()
        written.set()

    kept_threads.start(write, name="kept")
    assert written.wait(20)


@pytest.mark.parametrize("version", ["0.5.0", "0.6.0.dev"])
def test_a_backup_of_an_earlier_version_is_restored_and_updated(version):
    with earlier(version) as new:
        before, rows = schema(), counts()
        call_command("backup", verbosity=0)
        with let_go():
            replaced(server(), connection.settings_dict["NAME"])
        call_command("restore")
        assert (schema(), counts()) == (before, rows)
        call_command("migrate", verbosity=0, interactive=False)
        assert schema() ^ new == set()
        assert Member.objects.count() == rows["wecom_member"]
        wecom.hold_restored()  # as a sender does first
        assert wecom.restore_hold() is not None
