"""The drill in one process: a conversation is open, a question waits and a campaign is half sent when a backup is made.

They go on, the backup comes back in their place, and they go on once more. `tests/chaos/test_restored_installation.py`
does so with every process of an installation.
"""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from conversations import services as conversations
from conversations.models import Message, ProgressCard, Session
from openuser.backup import age_format
from openuser.launcher.installation import close_database
from openuser.tasks import sweep
from scheduling import services as scheduling
from scheduling.models import Campaign
from tests.conversations.support.person import Person
from tests.core.work.test_processes import make_process
from tests.runner.table_cleanup import end_other_sessions
from tests.scheduling.support.campaigns import launch, outcomes, work
from tests.support import factories
from tests.wecom.support.deliveries import deliver
from wecom import services as wecom
from wecom.models import Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture(autouse=True)
def backups(request, settings, tmp_path: Path, monkeypatch) -> None:
    """They lie in a folder, and those of PostgreSQL in a bucket: places keep the same promises (`test_places.py`)."""
    monkeypatch.setattr(age_format, "WORK_FACTOR", 4)
    made: dict[str, Any] = {"TO": str(tmp_path / "backups"), "PASSPHRASE": "correct horse battery"}
    if connection.vendor == "postgresql":
        request.getfixturevalue("s3_client")
        access = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        made |= {"TO": "s3://videos/drill", "S3": {"endpoint_url": request.getfixturevalue("s3_endpoint"), **access}}
        # What threads of earlier tests have left open in this process counts as OpenUser that is running.
        close_database()
        end_other_sessions()
    settings.VAR_DIR = tmp_path  # where the keys of a backup are put
    settings.BACKUP = {**settings.BACKUP, **made}
    notes = {"SPOOL_DIR": str(tmp_path / "spool"), "RESTORE_GUARD_FILE": str(tmp_path / "senders.json")}
    settings.WECOM = {**settings.WECOM, **notes}


@pytest.fixture
def staff(backups, connected, emulator):
    """Three members, and a flow that they can begin."""
    factories.make_desk(connected)
    conversations.publish(factories.make_flow())
    people = [emulator.hire() for _number in range(3)]
    for one in people:
        factories.make_member(connected, one.user_id, name=one.user_id, status="active")
    return people


@pytest.fixture
def half_sent(staff, monkeypatch) -> Campaign:
    """A campaign to two of them that one has got."""
    monkeypatch.setattr("scheduling.content_kinds.content_kind.MOST", 1)
    campaign = launch("三点开会", audience={"members": [one.user_id for one in staff[1:]]})
    run = campaign.runs.get()
    scheduling.start_run(run.pk)
    scheduling.send_batch(run.batches.earliest("number").pk, now=timezone.now())
    deliver(Outbound.objects.latest("pk"))
    return campaign


def test_sessions_go_on_and_nothing_doubles_after_a_restore(connected, staff, half_sent):
    writer, watcher = (Person(connected, one.user_id) for one in staff[:2])
    writer.says("制作视频")
    deliver(Outbound.objects.latest("pk"))
    unanswered, wish = writer.writes("放假通知"), watcher.writes("/video 停电通知")
    call_command("backup", verbosity=0)
    writer.handles(unanswered)
    watcher.handles(wish)
    work()
    told = [one.texts() for one in staff]
    assert told == [["请发送视频文本。", "template_card"], ["三点开会", "template_card"], ["三点开会"]]

    with pytest.raises(CommandError, match="--force"):
        call_command("restore")
    worker = make_process()  # which was killed a moment ago
    if connection.vendor == "sqlite":  # a server knows that it is gone, and a file does not
        with pytest.raises(CommandError, match="OpenUser is running"):
            call_command("restore", "--force")
        worker.delete()
    call_command("restore", "--force")
    sweep()  # as a worker does when it starts
    assert wecom.restore_hold() is not None
    assert Session.objects.get().state == "ask_text"
    writer.handles(unanswered)
    watcher.handles(wish)
    work()
    wecom.release_restore_hold(discard=False)
    work()
    assert [one.texts() for one in staff] == told
    assert outcomes(half_sent) == {"sent": 2}

    asked, shown = (one.received()[-1]["content"]["task_id"] for one in staff[:2])
    assert writer.taps("lipsync", asked)[-1] == "做好就发给你。"
    assert Session.objects.get().status == Session.Status.COMPLETED
    watcher.taps("cancel", shown)
    assert ProgressCard.objects.get(task_id=shown).message.state == Message.State.CANCELLED
