"""The restore guard: an older or copied database sends nothing by itself."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from tests.support import factories
from wecom import services
from wecom.models import Attempt, Guard, Outbound
from wecom.outbox import dispatcher
from wecom.restore import guard as restore_guard
from wecom.restore import senders_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def file(settings, tmp_path: Path) -> Path:
    settings.WECOM = {**settings.WECOM, "RESTORE_GUARD_FILE": str(tmp_path / "senders.json")}
    return tmp_path / "senders.json"


@pytest.fixture
def connected(connected, file):
    return connected


def send(person, text: str) -> Outbound:
    outbound = services.send_text(person.user_id, content=text)
    return deliver(outbound)


def deliver(outbound: Outbound) -> Outbound:
    dispatcher.deliver(outbound.pk, now=max(timezone.now(), outbound.due_at))
    outbound.refresh_from_db()
    return outbound


def go_back() -> None:
    """What a restore does: the newest attempt and its message are as if they had not been made yet."""
    newest = Attempt.objects.latest("pk")
    Outbound.objects.filter(pk=newest.outbound_id).update(
        status="queued", attempts=0, body=None, first_attempt_at=None, finished_at=None
    )
    newest.delete()


def test_a_database_of_ones_own_sends_without_asking(connected, person, file):
    for text in ("一", "二"):
        assert send(person, text).status == "done"
    assert services.restore_hold() is None
    assert list(json.loads(file.read_text())["marks"].values()) == [Attempt.objects.latest("pk").pk]


@pytest.mark.databases
def test_two_senders_may_begin_at_the_same_moment(connected, emulator, person, monkeypatch):
    row = restore_guard._row

    def another_sends_first():
        monkeypatch.setattr(restore_guard, "_row", row)
        assert send(emulator.hire(), "一").status == "done"
        return row()

    monkeypatch.setattr(restore_guard, "_row", another_sends_first)
    assert send(person, "二").status == "done"
    assert services.restore_hold() is None


@pytest.mark.databases
def test_a_restored_database_sends_nothing_until_a_person_confirms(connected, emulator, person):
    send(person, "昨天")
    outbound = send(person, "今天")
    go_back()
    for _ in range(3):
        outbound = deliver(outbound)
    assert (outbound.status, outbound.reason, outbound.attempts) == ("queued", "guarded", 0)
    assert emulator.calls("message/send") == 2
    assert services.restore_hold().held_because == "restored"
    assert services.release_restore_hold(discard=False) == 1
    outbound.refresh_from_db()
    assert outbound.due_at <= timezone.now()
    outbound = deliver(outbound)
    assert (outbound.status, outbound.reason) == ("done", "restored")
    assert send(person, "明天").status == "done"
    assert person.texts() == ["昨天", "今天", "明天"]
    assert emulator.calls("message/send") == 3


@pytest.mark.parametrize("sent_before", [True, False])
def test_a_restore_is_held_though_nothing_was_sent_since_its_backup(connected, emulator, person, file, sent_before):
    if sent_before:
        send(person, "昨天")
    outbound = services.send_text(person.user_id, content="今天")
    services.note_restore()
    services.hold_restored()
    assert services.restore_hold().held_because == "restored"
    assert deliver(outbound).reason == "guarded"
    assert "restored" not in json.loads(file.read_text())
    services.release_restore_hold(discard=False)
    assert deliver(outbound).status == "done"
    services.hold_restored()
    assert services.restore_hold() is None
    assert emulator.calls("message/send") == 1 + sent_before


def test_the_first_message_holds_a_restore_too(connected, person):
    services.note_restore()
    assert send(person, "今天").reason == "guarded"
    assert services.restore_hold() is not None


def test_the_sweeper_holds_nothing_without_a_restore(connected, file):
    services.hold_restored()
    assert not file.exists()
    assert services.restore_hold() is None


@pytest.mark.databases
def test_what_was_looked_at_while_a_person_confirmed_goes_on_at_once(connected, person, monkeypatch):
    send(person, "昨天")
    outbound = send(person, "今天")
    go_back()
    confirmed = restore_guard.confirmed

    def a_person_confirms():
        monkeypatch.setattr(restore_guard, "confirmed", confirmed)
        guard = confirmed()
        services.release_restore_hold(discard=False)
        return guard

    monkeypatch.setattr(restore_guard, "confirmed", a_person_confirms)
    outbound = deliver(outbound)
    assert outbound.reason == "guarded"
    assert outbound.due_at <= timezone.now()


@pytest.mark.databases
def test_what_waits_after_a_restore_can_be_discarded(connected, emulator, person, capsys):
    send(person, "昨天")
    outbound = send(person, "今天")
    go_back()
    deliver(outbound)
    call_command("release_restore_hold", "--discard")
    assert "Discarded: 1." in capsys.readouterr().out
    outbound.refresh_from_db()
    assert (outbound.status, outbound.reason) == ("cancelled", "discarded")
    assert send(person, "明天").status == "done"
    assert emulator.calls("message/send") == 3


@pytest.mark.databases
def test_a_copied_database_sends_nothing_until_a_person_confirms(connected, person, settings, tmp_path, capsys):
    send(person, "在家")
    settings.WECOM = {**settings.WECOM, "RESTORE_GUARD_FILE": str(tmp_path / "elsewhere" / "senders.json")}
    outbound = send(person, "在别处")
    assert (outbound.reason, services.restore_hold().held_because) == ("guarded", "moved")
    call_command("release_restore_hold")
    assert "Being sent: 1." in capsys.readouterr().out
    assert deliver(outbound).status == "done"
    assert person.texts() == ["在家", "在别处"]
    call_command("release_restore_hold")
    assert "Nothing is held" in capsys.readouterr().out


def test_the_folder_on_another_machine_is_another_place(connected, person, settings, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.write_text("aaaa")
    there.write_text("bbbb")
    settings.WECOM = {**settings.WECOM, "MACHINE_ID_FILE": str(here)}
    assert send(person, "在家").status == "done"
    settings.WECOM = {**settings.WECOM, "MACHINE_ID_FILE": str(there)}
    outbound = send(person, "在别处")
    assert outbound.reason == "guarded"
    settings.WECOM = {**settings.WECOM, "MACHINE_ID_FILE": str(here)}
    assert deliver(outbound).reason == "guarded"  # a hold ends by a person alone


@pytest.mark.databases
def test_another_database_of_the_same_installation_may_begin_to_send(connected, person, file):
    file.write_text(json.dumps({"place": "a" * 32, "marks": {"another": 4711}}))
    assert send(person, "你好").status == "done"
    assert services.restore_hold() is None
    assert json.loads(file.read_text())["marks"]["another"] == 4711


def test_an_installation_from_before_the_guard_goes_on(connected, person):
    factories.make_outbound(connected)
    Attempt.objects.create(outbound=Outbound.objects.get(), number=1, outcome="sent")
    assert send(person, "你好").status == "done"


def test_a_folder_that_cannot_be_written_stops_nobody(connected, person, settings, caplog):
    settings.WECOM = {**settings.WECOM, "RESTORE_GUARD_FILE": "/proc/senders.json"}
    assert send(person, "你好").status == "done"
    assert "cannot be written" in caplog.text


def test_the_guard_can_be_switched_off(connected, person, settings, file):
    send(person, "昨天")
    outbound = send(person, "今天")
    go_back()
    settings.WECOM = {**settings.WECOM, "RESTORE_GUARD": False}
    assert deliver(outbound).status == "done"
    assert send(person, "明天").status == "done"
    assert services.restore_hold() is None


def test_the_file_knows_the_newest_databases_and_never_goes_back(connected, file):
    outbound = factories.make_outbound(connected)
    for number in range(30):
        _record(f"database{number}", Attempt(pk=5, outbound=outbound))
    _record("database29", Attempt(pk=3, outbound=outbound))
    marks = json.loads(file.read_text())["marks"]
    assert len(marks) == senders_file.REMEMBERED
    assert marks["database29"] == 5


def _record(name: str, attempt: Attempt) -> None:
    restore_guard.record_attempts(Guard(instance=name), {attempt: ["zhangsan"]})


def test_a_broken_file_is_another_place(connected, person, file):
    send(person, "你好")
    file.write_text("{")
    assert send(person, "在吗").reason == "guarded"
    assert Guard.objects.get().held_since > timezone.now() - timedelta(minutes=1)


def test_what_may_have_arrived_is_not_said_to_be_discarded(connected):
    open_attempt = factories.make_outbound(connected, status="running")
    Attempt.objects.create(outbound=open_attempt, number=1)
    doubtful = factories.make_outbound(connected, was_ambiguous=True)
    waiting = factories.make_outbound(connected)
    services.release_restore_hold(discard=True)
    found = {row.pk: (row.status, row.reason) for row in Outbound.objects.all()}
    assert found[open_attempt.pk] == found[doubtful.pk] == ("failed", "unknown")
    assert found[waiting.pk] == ("cancelled", "discarded")


def test_the_home_page_says_that_nothing_is_sent_and_its_button_discards(connected, person, client):
    send(person, "昨天")
    outbound = send(person, "今天")
    go_back()
    deliver(outbound)
    client.force_login(User.objects.create_superuser("boss"))
    home = client.get(reverse("admin:index")).content.decode()
    assert 'data-testid="guard"' in home
    address = reverse("admin:wecom_guard_discard_waiting_this", args=[Guard.ONLY])
    assert address in home
    assert client.get(reverse("admin:wecom_guard_change", args=[Guard.ONLY])).status_code == 200
    client.post(address, {"_form_submitted": "True"})
    outbound.refresh_from_db()
    assert outbound.reason == "discarded"
    assert 'data-testid="guard"' not in client.get(reverse("admin:index")).content.decode()
