"""The journal of calls outside of the database: what it keeps, and what a restored database makes of it."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.support import factories
from wecom import services
from wecom.models import Attempt, Guard, Outbound
from wecom.outbox import dispatcher
from wecom.restore import guard as restore_guard
from wecom.restore import sent_journal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.WECOM = {**settings.WECOM, "RESTORE_GUARD_FILE": str(tmp_path / "senders.json")}
    return tmp_path / "sent"


@pytest.fixture
def connected(connected, folder):
    return connected


def deliver(outbound: Outbound) -> Outbound:
    dispatcher.deliver(outbound.pk, now=max(datetime.now(UTC), outbound.due_at))
    outbound.refresh_from_db()
    return outbound


def say(person, words: str) -> Outbound:
    return deliver(services.send_text(person.user_id, content=words))


def forget(outbound: Outbound) -> None:
    """What a restore does to a message that waited when the backup was made."""
    Attempt.objects.filter(outbound=outbound).delete()
    fields = {"status": "queued", "attempts": 0, "body": None, "first_attempt_at": None, "finished_at": None}
    Outbound.objects.filter(pk=outbound.pk).update(**fields)


def test_a_call_is_noted_without_words_or_names(connected, person, folder):
    say(person, "工资单在抽屉里")
    text = next(folder.iterdir()).read_text()
    assert Outbound.objects.get().fingerprint in text
    assert "工资单" not in text
    assert person.user_id not in text


@pytest.mark.databases
def test_what_the_platform_refused_goes_out_after_a_restore(connected, emulator, person):
    say(person, "一")
    emulator.fault("busy", path="message/send")
    outbound = say(person, "二")
    assert outbound.status == "queued"
    forget(outbound)
    deliver(outbound)
    assert services.release_restore_hold(discard=False) == 1
    assert deliver(outbound).reason == ""
    assert person.texts().count("二") == 1


def test_the_same_words_written_after_a_restore_are_new(connected, person):
    say(person, "一")
    lost = say(person, "收到")
    lost.delete()
    assert say(person, "别的").reason == "guarded"
    services.release_restore_hold(discard=False)
    assert say(person, "收到").reason == ""


@pytest.mark.databases
def test_one_call_stands_for_one_waiting_message(connected, person):
    say(person, "一")
    first, second = say(person, "好"), services.send_text(person.user_id, content="好")
    forget(first)
    deliver(first)
    services.release_restore_hold(discard=False)
    assert [deliver(one).reason for one in (first, second)] == ["restored", ""]


@pytest.mark.databases
def test_a_broadcast_goes_to_those_who_have_not_had_it(connected, emulator):
    people = [emulator.hire() for _number in range(4)]
    for one in people:
        factories.make_member(connected, one.user_id, status="active")
    names = [one.user_id for one in people]
    first = factories.make_outbound(connected, recipients=names[:1], content={"content": "早"})
    deliver(first)
    half = factories.make_outbound(connected, recipients=names[:2], broadcast="7.1.0")
    deliver(half)
    half.delete()
    again = factories.make_outbound(connected, recipients=names, broadcast="7.1.0")
    deliver(again)
    assert Guard.objects.get().forgotten == 1
    services.release_restore_hold(discard=False)
    again = deliver(again)
    assert again.sent_before == names[:2]
    assert set(again.results().values()) == {"sent"}
    assert [len(one.texts()) for one in people] == [2, 1, 1, 1]


def call(attempt: int, fingerprint: str) -> sent_journal.Call:
    return sent_journal.call("abc", attempt, fingerprint=fingerprint, broadcast="", to=[])


def test_old_lines_are_deleted(folder):
    folder.mkdir()
    for days in (1, 13, 15, 400):
        (folder / f"abc-{datetime.now(UTC).date() - timedelta(days=days)}.jsonl").write_text("{}\n")
    sent_journal.record_refusals("abc", [1])
    assert len(list(folder.iterdir())) == 3


def test_machines_that_share_the_folder_write_to_files_of_their_own(folder):
    sent_journal.record_calls("abc", [call(1, "f")])
    (path,) = folder.iterdir()
    assert socket.gethostname()[:64] in path.name
    path.rename(folder / path.name.replace(socket.gethostname()[:64], "another-machine"))
    sent_journal.record_calls("abc", [call(2, "g")])
    assert len(list(folder.iterdir())) == 2
    assert {call.attempt for call in sent_journal.calls_after("abc", 0)} == {1, 2}


def test_a_line_that_a_crash_cut_off_is_left_out(folder, caplog):
    sent_journal.record_calls("abc", [call(1, "f")])
    path = next(folder.iterdir())
    path.write_text(path.read_text() + '{"attempt": 2, "fing')
    assert [call.attempt for call in sent_journal.calls_after("abc", 0)] == [1]
    assert "cannot be read" in caplog.text


def test_the_page_says_how_much_went_out_after_the_backup(connected, person, admin_client, capsys):
    say(person, "一")
    outbound = say(person, "二")
    forget(outbound)
    deliver(outbound)
    page = admin_client.get(reverse("admin:wecom_guard_changelist")).content.decode()
    assert "1 message, which is not sent again" in page
    call_command("release_restore_hold")
    assert "is not sent again: 1 messages" in capsys.readouterr().out
    assert restore_guard.restore_hold() is None
