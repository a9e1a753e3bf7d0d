"""Applications are kept for seconds, and on the disk for an outage; a change of their keys counts all the same."""

import asyncio
from pathlib import Path

import pytest
from django.utils import timezone

from tests.support import factories
from tests.support.database_away import unreachable
from tests.support.emulator import wait_for
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.callbacks import application_cache, application_file
from wecom.callbacks.reception import PATIENCE, Reception
from wecom.callbacks.spool.folder import count
from wecom.exceptions import NotConfigured
from wecom.models import Application, Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
NEW_TOKEN = "rotatedtoken"


@pytest.fixture
def application(client):
    """An application that is kept: a callback has come."""
    application = factories.make_application(is_default=True)
    assert Envelope(application, text_xml(application)).post(client).status_code == 200
    return application


def change_elsewhere(application: Application, **fields: object) -> None:
    """As another process does: this one gets no signal."""
    Application.objects.filter(pk=application.pk).update(**fields)


def test_a_token_rotated_in_another_process_is_honoured_at_once(client, application):
    change_elsewhere(application, token=NEW_TOKEN)
    for path in (PATH, f"{PATH}/{application.webhook_key}"):
        envelope = Envelope(application, text_xml(application, msg_id=2), token=NEW_TOKEN)
        assert envelope.post(client, path=path).status_code == 200
    assert Envelope(application, text_xml(application)).post(client).status_code == 403


def test_the_token_before_the_last_ends_at_once_where_it_was_saved(client, application):
    old = Envelope(application, text_xml(application))
    for token in (NEW_TOKEN, f"{NEW_TOKEN}2"):
        application.token = token
        application.save()
    assert old.post(client).status_code == 403


def test_an_application_switched_off_elsewhere_is_refused_within_seconds(client, application):
    change_elsewhere(application, enabled=False)
    envelope = Envelope(application, text_xml(application))
    wait_for(lambda: envelope.post(client).status_code == 403, "the cache to end")


def test_switching_off_counts_at_once_here_and_so_does_switching_on(client, application):
    envelope = Envelope(application, text_xml(application))
    for enabled, status in ((False, 403), (True, 200)):
        application.enabled = enabled
        application.save()
        assert envelope.post(client).status_code == status


def test_callbacks_of_an_application_that_is_gone_are_refused(client, application):
    Callback.objects.all().delete()
    rows = Application.objects.filter(pk=application.pk)
    rows._raw_delete(rows.db)  # as another process does: without a signal
    assert Envelope(application, text_xml(application, msg_id=2)).post(client).status_code == 403
    assert not Callback.objects.exists()


def test_a_withdrawn_application_is_not_the_last_known(application):
    assert application_cache.last_known("") == application
    change_elsewhere(application, enabled=False)
    with pytest.raises(NotConfigured):
        application_cache.read("")
    assert application_cache.last_known("") is None


# ---- what lies on the disk


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path)}
    return tmp_path


@pytest.fixture
def known(folder: Path):
    """An application of which this machine has taken a callback."""
    application = factories.make_application(is_default=True)
    assert in_new_process(application, msg_id=1) == 200
    return application


def in_new_process(application: Application, *, msg_id: int = 2, token: str = "", patience: float = 10.0) -> int:
    """The status that a process answers with which knows no application yet.

    On a busy machine PostgreSQL may take longer to connect than a callback can wait, and would count as away.
    """
    application_cache.forget()
    envelope = Envelope(application, text_xml(application, msg_id=msg_id), token=token)
    answer = asyncio.run(Reception(patience=patience).receive("", envelope.query.encode(), envelope.body.encode()))
    assert answer.status in (200, 403, 503)
    return answer.status


@pytest.mark.usefixtures("promised_patience")
def test_a_callback_is_kept_although_no_database_told_the_keys(known, folder):
    with unreachable():
        assert in_new_process(known, patience=PATIENCE) == 200
    assert count(folder) == 1


@pytest.mark.usefixtures("promised_patience")
def test_a_forged_callback_is_not(known, folder):
    with unreachable():
        assert in_new_process(known, token="somebodyelse", patience=PATIENCE) == 403
    assert count(folder) == 0


@pytest.mark.usefixtures("promised_patience")
def test_a_withdrawn_application_counts_until_the_database_is_back(known):
    Application.objects.filter(pk=known.pk).update(enabled=False)  # no signal: as another process would
    with unreachable():
        assert in_new_process(known, patience=PATIENCE) == 200
    assert in_new_process(known) == 403
    with unreachable():
        assert in_new_process(known, patience=PATIENCE) == 503


def test_a_withdrawn_application_is_forgotten(known):
    assert application_file.kept("") is not None
    Application.objects.filter(pk=known.pk).update(enabled=False)
    assert in_new_process(known) == 403
    assert application_file.kept("") is None


def test_new_keys_replace_the_old_ones(known):
    known.token = "changed"
    known.save()
    assert in_new_process(known) == 200
    kept = application_file.kept("")
    assert kept is not None
    assert (kept.pk, kept.keys) == (known.pk, known.keys)
    now = timezone.now()
    assert kept.old_keys(now) == known.old_keys(now) is not None


def test_the_keys_lie_encrypted_for_their_owner_only(known, folder):
    files = list((folder / application_file.FOLDER).iterdir())
    assert len(files) == 2  # at the address with its key, and as the default one
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        assert known.token not in file.read_text()
        file.write_text("ouf1:cut off")
    assert application_file.kept("") is None


def test_a_disk_that_takes_nothing_costs_no_callback(settings, folder, caplog):
    (folder / application_file.FOLDER).write_text("no folder")
    assert in_new_process(factories.make_application(is_default=True)) == 200
    assert "not kept on the disk" in caplog.text
